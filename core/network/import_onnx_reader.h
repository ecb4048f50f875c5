#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/network/float_network.h"
#include "core/network/import_onnx.h"
#include "core/network/import_onnx_parts.h"

namespace onnx {
class GraphProto;
}

namespace sunfleck {

// Makes a FloatNetwork of a parsed graph, node by node. Internal to import_onnx().
class OnnxReader {
 public:
  // `graph` must outlive this. Layers may share a constant while each has its own copy; that
  // together they take no more than 8 times the file bounds what a file can make us allocate.
  OnnxReader(
      const onnx::GraphProto& graph, const std::string& name, const OnnxOptions& options,
      std::size_t file_bytes);

  // opset   version of the default operator set
  Result<FloatNetwork> read(std::int64_t opset);

 private:
  // The node being read, and how error texts about it begin.
  struct Step {
    const onnx::NodeProto& node;
    std::string where;
    OnnxAttributes attributes;

    Step(const onnx::NodeProto& read, std::string place)
        : node(read), where(std::move(place)), attributes(where, node) {}
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

    // Whether an input is given; optional ones may be left out or have an empty name.
    bool has(int input) const;
  };

  // What the file calls a tensor: one that depends on the input, a constant of the file, or a
  // constant computed from such.
  struct Variable {
    std::size_t tensor = 0;  // into FloatNetwork::tensors
    OnnxSizes sizes;
  };
  using Value = std::variant<Variable, const onnx::TensorProto*, OnnxConstant>;

  // An operator that can be read.
  struct Kind {
    const char* name;
    int least_inputs, most_inputs;
    Status (OnnxReader::*read)(const Step& step);
  };
  static const std::array<Kind, 21> kinds;

  // import_onnx_reader.cpp: the graph
  Status read_graph_input();
  std::vector<bool> needed_nodes() const;
  Status read_node(int index);
  Result<const Value*> value(const Step& step, int input) const;
  Result<const Variable*> variable(const Step& step, int input) const;
  Result<OnnxConstant> constant(const Step& step, int input);
  Result<OnnxSizes> sizes_of(const Step& step, int input) const;
  Status take(const std::string& where, std::uint64_t elements);
  Status write(const Step& step, Value value);
  Status add_layer(const Step& step, FloatLayer layer, const OnnxSizes& sizes);
  const Shape& shape(const Variable& of) const { return network_.tensors[of.tensor].shape; }

  // import_onnx_windows.cpp: what slides a window
  Status read_conv(const Step& step);
  Status read_max_pool(const Step& step);
  Status read_average_pool(const Step& step);
  Status read_global_average_pool(const Step& step);
  static Result<std::int64_t> read_group(
      const Step& step, const OnnxConstant& filter, std::uint32_t channels);
  Result<bool> counts_padding(
      const Step& step, const Variable& input, const OnnxSizes& kernel) const;
  Result<OnnxSizes> set_window(
      const Step& step, const Variable& input, const OnnxSizes& kernel, FloatLayer& layer) const;

  // import_onnx_layers.cpp: the other layers
  Status read_gemm(const Step& step);
  Status read_mat_mul(const Step& step);
  Status read_add(const Step& step);
  Status read_mul(const Step& step);
  Status read_batch_normalization(const Step& step);
  Status read_relu(const Step& step);
  Status read_clip(const Step& step);
  Status read_softmax(const Step& step);
  Result<std::vector<float>> reals(const Step& step, int input, std::uint64_t count);
  Result<float> scalar(const Step& step, int input, float otherwise);
  Result<std::vector<float>> per_channel(
      const Step& step, const OnnxConstant& constant, const Variable& of);
  Result<std::vector<float>> gemm_bias(const Step& step, std::int64_t outputs, float factor);
  Status add_offsets(const Step& step, int varying);
  Status add_matrix(const Step& step, bool transposed, float factor, std::vector<float> bias);
  Status add_channel_scale(
      const Step& step, const Variable& input, std::vector<float> factors,
      std::vector<float> offsets);
  Status add_clamp(const Step& step, float low, float high);

  // import_onnx_shapes.cpp: other shapes of the same elements, and constants
  Status read_reshape(const Step& step);
  Status read_flatten(const Step& step);
  Status read_squeeze(const Step& step);
  Status read_unsqueeze(const Step& step);
  Status read_identity(const Step& step);
  Status read_constant_node(const Step& step);
  Status read_arg_max(const Step& step);
  Status read_gather(const Step& step);
  Result<OnnxSizes> axes(const Step& step);
  Status add_reshape(const Step& step, OnnxSizes sizes);

  const onnx::GraphProto& graph_;
  OnnxOptions options_;
  FloatNetwork network_;
  std::map<std::string, Value> values_;
  std::int64_t opset_ = 0;
  std::uint64_t left_;      // elements of constants that may still be copied
  std::uint64_t work_ = 0;  // products of weights so far
};

}  // namespace sunfleck
