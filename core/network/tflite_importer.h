#pragma once

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/network/network.h"
#include "core/network/tflite_names.h"
#include "core/network/tflite_tensors.h"

// Tables of a verified TFLite file; generated from tflite.fbs.
namespace sunfleck::tflite {
struct Operator;
struct SubGraph;
}  // namespace sunfleck::tflite

namespace sunfleck {

// Of one of FlatBuffers' vectors, which a file may lack.
template <class Vector>
std::size_t size_of(const Vector* vector) {
  return vector == nullptr ? 0 : vector->size();
}

// The operator being read, and how error texts about it begin.
struct TfliteStep {
  const tflite::Operator* op = nullptr;
  std::string where;
};

// Builds a network from a verified TFLite file, operator by operator.
class TfliteImporter {
 public:
  TfliteImporter(const tflite::Model& model, const std::string& name, std::size_t file_bytes)
      : model_(model), constants_(model, file_bytes) {
    network_.name = name;
  }

  Result<Network> read();

 private:
  struct Kind {
    BuiltinCode code;
    Operator op;
    std::size_t least_inputs, most_inputs;
    Status (TfliteImporter::*read)(const TfliteStep& step, Layer& layer);
  };
  static const std::array<Kind, 9> kinds;
  static constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

  Status read_graph();
  Result<std::size_t> quantised_input();
  Result<std::size_t> quantised_output();
  std::int32_t builtin_of(const tflite::Operator& op) const;
  bool is_hybrid(const tflite::Operator& op) const;
  Status refuse_hybrid() const;
  Result<const Kind*> kind_of(const TfliteStep& step) const;
  Status read_operator(std::size_t index);
  Status check_operands(const TfliteStep& step, const Kind& kind) const;
  Status read_conv(const TfliteStep& step, Layer& layer);
  Status read_depthwise(const TfliteStep& step, Layer& layer);
  Status read_fully_connected(const TfliteStep& step, Layer& layer);
  Status read_pool(const TfliteStep& step, Layer& layer);
  Status read_reshape(const TfliteStep& step, Layer& layer);
  Status read_softmax(const TfliteStep& step, Layer& layer);
  Status read_add(const TfliteStep& step, Layer& layer);
  Status read_quantize(const TfliteStep& step, Layer& layer);

  template <class Options>
  Status read_window(const TfliteStep& step, const Options& options, Layer& layer);
  template <class Options>
  Status read_filter(
      const TfliteStep& step, const Options* options, std::int32_t dimension, Layer& layer);
  Status read_clamp(const TfliteStep& step, std::int8_t function, Layer& layer);
  Status read_weights(const TfliteStep& step, std::int32_t dimension, Layer& layer);
  Status read_bias(const TfliteStep& step, Layer& layer);

  Result<std::size_t> tensor_index(const std::string& where, std::int32_t index) const;
  Result<std::size_t> activation_read(const TfliteStep& step, std::uint32_t which) const;
  Result<std::size_t> add_activation(const std::string& where, std::int32_t index);
  const tflite::Tensor& tensor(std::size_t index) const;
  // An input that check_operands() has seen.
  const tflite::Tensor& operand(const TfliteStep& step, std::uint32_t which) const;
  const Activation& in(const Layer& layer) const { return network_.activations[layer.input]; }
  const Activation& out(const Layer& layer) const { return network_.activations[layer.output]; }

  const tflite::Model& model_;
  const tflite::SubGraph* graph_ = nullptr;
  TfliteConstants constants_;
  Network network_;
  std::size_t first_ = 0;  // of the operators, without those that convert from and to float
  std::size_t end_ = 0;
  std::vector<std::size_t> activation_of_;  // [tensors], `nowhere` for one not written yet
};

}  // namespace sunfleck
