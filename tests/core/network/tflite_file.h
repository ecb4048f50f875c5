#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/network/tflite_generated.h"

// TFLite files written by the tests: a list of tensors and operators, of which a test spoils one
// thing. Numbers are those of TFLite's schema.
namespace tflite_file {

namespace schema = sunfleck::tflite;

constexpr std::int8_t float32 = 0, int32 = 2, int64 = 4, int16 = 7, int8 = 9, int4 = 17;
constexpr std::int32_t add = 0, average_pool = 1, conv = 3, depthwise = 4, dequantize = 6,
                       fully_connected = 9, max_pool = 17, reshape = 22, softmax = 25, custom = 32,
                       quantize = 114;

struct Tensor {
  std::string name;
  std::vector<std::int32_t> shape;
  std::vector<std::uint8_t> data = {};  // of a constant
  std::vector<float> scales = {0.5F};
  std::vector<std::int64_t> zero_points = {0};
  std::int8_t type = int8;
  std::int32_t quantized_dimension = 0;
  std::vector<std::int32_t> signature = {};
  std::optional<std::uint32_t> buffer = {};  // else one of its own
};

struct Options {
  std::int8_t padding = 1;  // VALID
  std::int32_t stride_w = 1, stride_h = 1;
  std::int32_t filter_width = 1, filter_height = 1;
  std::int32_t depth_multiplier = 0;
  std::int8_t activation = 0;
  std::int32_t dilation_w = 1, dilation_h = 1;
  std::int8_t weights_format = 0;
  float beta = 1.0F;
  bool present = true;
};

struct Operator {
  std::int32_t code = 0;
  std::vector<std::int32_t> inputs, outputs;
  Options options = {};
  std::optional<std::uint32_t> opcode_index = {};  // else one of its own
};

struct File {
  std::uint32_t version = 3;
  std::vector<Tensor> tensors;
  std::vector<Operator> operators;
  std::vector<std::int32_t> inputs, outputs;
  bool graph = true;

  std::vector<std::uint8_t> bytes() const;
};

inline flatbuffers::Offset<void> options_of(
    flatbuffers::FlatBufferBuilder& builder, const Operator& op, schema::BuiltinOptions& type) {
  const Options& o = op.options;
  type = schema::BuiltinOptions::NONE;
  if (!o.present) return 0;
  switch (op.code) {
    case conv:
      type = schema::BuiltinOptions::Conv2DOptions;
      return schema::CreateConv2DOptions(
                 builder, o.padding, o.stride_w, o.stride_h, o.activation, o.dilation_w,
                 o.dilation_h)
          .Union();
    case depthwise:
      type = schema::BuiltinOptions::DepthwiseConv2DOptions;
      return schema::CreateDepthwiseConv2DOptions(
                 builder, o.padding, o.stride_w, o.stride_h, o.depth_multiplier, o.activation,
                 o.dilation_w, o.dilation_h)
          .Union();
    case add:
      type = schema::BuiltinOptions::AddOptions;
      return schema::CreateAddOptions(builder, o.activation).Union();
    case average_pool:
    case max_pool:
      type = schema::BuiltinOptions::Pool2DOptions;
      return schema::CreatePool2DOptions(
                 builder, o.padding, o.stride_w, o.stride_h, o.filter_width, o.filter_height,
                 o.activation)
          .Union();
    case fully_connected:
      type = schema::BuiltinOptions::FullyConnectedOptions;
      return schema::CreateFullyConnectedOptions(builder, o.activation, o.weights_format).Union();
    case softmax:
      type = schema::BuiltinOptions::SoftmaxOptions;
      return schema::CreateSoftmaxOptions(builder, o.beta).Union();
    default:
      return 0;
  }
}

inline std::vector<std::uint8_t> File::bytes() const {
  flatbuffers::FlatBufferBuilder builder;
  std::vector<flatbuffers::Offset<schema::Buffer>> buffers;
  std::vector<flatbuffers::Offset<schema::Tensor>> tensor_tables;
  for (const Tensor& tensor : tensors) {
    const auto index = tensor.buffer.value_or(static_cast<std::uint32_t>(buffers.size()));
    buffers.push_back(
        schema::CreateBufferDirect(builder, tensor.data.empty() ? nullptr : &tensor.data));
    const auto quantization = schema::CreateQuantizationParametersDirect(
        builder, &tensor.scales, &tensor.zero_points, tensor.quantized_dimension);
    tensor_tables.push_back(schema::CreateTensorDirect(
        builder, &tensor.shape, tensor.type, index, tensor.name.c_str(), quantization, false,
        tensor.signature.empty() ? nullptr : &tensor.signature));
  }
  std::vector<flatbuffers::Offset<schema::OperatorCode>> codes;
  std::vector<flatbuffers::Offset<schema::Operator>> operator_tables;
  for (const Operator& op : operators) {
    const auto index = op.opcode_index.value_or(static_cast<std::uint32_t>(codes.size()));
    // As converters do: the old narrow field holds small numbers, 127 stands for larger ones.
    const auto narrow = static_cast<std::int8_t>(op.code < 127 ? op.code : 127);
    codes.push_back(schema::CreateOperatorCodeDirect(builder, narrow, "Mystery", op.code));
    schema::BuiltinOptions type = schema::BuiltinOptions::NONE;
    const auto options = options_of(builder, op, type);
    operator_tables.push_back(
        schema::CreateOperatorDirect(builder, index, &op.inputs, &op.outputs, type, options));
  }
  std::vector<flatbuffers::Offset<schema::SubGraph>> graphs;
  if (graph)
    graphs.push_back(
        schema::CreateSubGraphDirect(builder, &tensor_tables, &inputs, &outputs, &operator_tables));
  schema::FinishModelBuffer(
      builder, schema::CreateModelDirect(builder, version, &codes, &graphs, &buffers));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

// One of each operator: tensors 0 to 6 are activations, 7 and on constants.
//   0 [1,4,4,2] conv 2x2 -> 1 [1,3,3,2] depthwise 3x3 -> 2 [1,1,1,4] pool 1x1 -> 3 [1,1,1,4]
//   reshape -> 4 [1,4] fully connected -> 5 [1,3] softmax -> 6 [1,3]
inline File small() {
  const auto bytes = [](std::size_t count) { return std::vector<std::uint8_t>(count, 3); };
  const auto zeros = [](std::size_t count) { return std::vector<std::uint8_t>(count, 0); };
  File file;
  file.inputs = {0};
  file.outputs = {6};
  file.tensors = {
      {.name = "in", .shape = {1, 4, 4, 2}, .signature = {-1, 4, 4, 2}},
      {.name = "a", .shape = {1, 3, 3, 2}},
      {.name = "b", .shape = {1, 1, 1, 4}},
      {.name = "c", .shape = {1, 1, 1, 4}},
      {.name = "d", .shape = {1, 4}},
      {.name = "e", .shape = {1, 3}},
      {.name = "f", .shape = {1, 3}, .scales = {1.0F / 256.0F}, .zero_points = {-128}},
      {.name = "conv/w", .shape = {2, 2, 2, 2}, .data = bytes(16)},
      {.name = "conv/b", .shape = {2}, .data = zeros(8), .scales = {0.25F}, .type = int32},
      {.name = "depth/w",
       .shape = {1, 3, 3, 4},
       .data = bytes(36),
       .scales = {0.5F, 0.25F, 0.5F, 0.5F},
       .zero_points = {0, 0, 0, 0},
       .quantized_dimension = 3},
      {.name = "dense/w", .shape = {3, 4}, .data = bytes(12)},
      {.name = "shape", .shape = {2}, .data = zeros(8), .type = int32},
  };
  file.operators = {
      {.code = conv, .inputs = {0, 7, 8}, .outputs = {1}, .options = {.activation = 1}},
      {.code = depthwise, .inputs = {1, 9, -1}, .outputs = {2}},
      {.code = average_pool, .inputs = {2}, .outputs = {3}},
      {.code = reshape, .inputs = {3, 11}, .outputs = {4}},
      {.code = fully_connected, .inputs = {4, 10}, .outputs = {5}},
      {.code = softmax, .inputs = {5}, .outputs = {6}},
  };
  return file;
}

// The operators that have more than one form: tensors 0 to 4 are activations, 5 and on constants.
//   0 [1,4,4,2] conv 1x1 -> 1 [1,4,4,2] add 0 -> 2 [1,4,4,2] max pool 2x2 -> 3 [1,3,3,2] quantize
//   -> 4 [1,3,3,2]
inline File branched() {
  File file;
  file.inputs = {0};
  file.outputs = {4};
  file.tensors = {
      {.name = "in", .shape = {1, 4, 4, 2}},
      {.name = "a", .shape = {1, 4, 4, 2}, .scales = {0.25F}, .zero_points = {3}},
      {.name = "b", .shape = {1, 4, 4, 2}},
      {.name = "c", .shape = {1, 3, 3, 2}},
      {.name = "d", .shape = {1, 3, 3, 2}, .scales = {0.125F}, .zero_points = {-5}},
      {.name = "conv/w", .shape = {2, 1, 1, 2}, .data = {1, 2, 3, 4}},
      {.name = "conv/b",
       .shape = {2},
       .data = {5, 0, 0, 0, 0, 0, 0, 0},
       .scales = {0.25F},
       .type = int32},
  };
  file.operators = {
      {.code = conv, .inputs = {0, 5, 6}, .outputs = {1}},
      {.code = add, .inputs = {1, 0}, .outputs = {2}, .options = {.activation = 1}},
      {.code = max_pool,
       .inputs = {2},
       .outputs = {3},
       .options = {.filter_width = 2, .filter_height = 2}},
      {.code = quantize, .inputs = {3}, .outputs = {4}},
  };
  return file;
}

// The same with int16 activations and int64 biases.
inline File branched_wide() {
  File file = branched();
  for (std::size_t i = 0; i < 5; ++i) {
    file.tensors[i].type = int16;
    file.tensors[i].zero_points = {0};
  }
  file.tensors[6].type = int64;
  file.tensors[6].data = {5, 0, 0, 0, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  return file;
}

}  // namespace tflite_file
