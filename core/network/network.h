#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "target_fw/protocol/network_image.h"

namespace sunfleck {

// Which operator a layer is; the numbers are those of the network image.
enum class Operator : std::uint16_t {
  conv_2d = FW_OP_CONV_2D,
  depthwise_conv_2d = FW_OP_DEPTHWISE_CONV_2D,
  fully_connected = FW_OP_FULLY_CONNECTED,
  average_pool_2d = FW_OP_AVERAGE_POOL_2D,
  reshape = FW_OP_RESHAPE,
  softmax = FW_OP_SOFTMAX,
  add = FW_OP_ADD,
  max_pool_2d = FW_OP_MAX_POOL_2D,
  quantize = FW_OP_QUANTIZE,
};

// "CONV_2D", as TFLite spells it.
const char* name_of(Operator op);

struct Shape {  // NHWC, batch 1
  std::uint32_t height = 1;
  std::uint32_t width = 1;
  std::uint32_t channels = 1;

  std::uint64_t elements() const { return std::uint64_t{height} * width * channels; }
  friend bool operator==(const Shape&, const Shape&) = default;
};

// A quantised activation: real = scale * (quantum - zero_point).
struct Activation {
  std::string name;
  Shape shape;
  float scale = 1.0F;
  std::int32_t zero_point = 0;  // 0 when bits > 8
  std::uint32_t bits = 8;       // 8: int8; 12 or 16: int16, with 12 in the range -2048 to 2047

  std::uint32_t element_bytes() const { return bits > 8 ? 2 : 1; }
  std::uint64_t bytes() const { return shape.elements() * element_bytes(); }
};

// One operator of a quantised network.
struct Layer {
  Operator op = Operator::reshape;
  std::string name;                   // of its output in the source file
  std::size_t input = 0;              // into Network::activations
  std::optional<std::size_t> input2;  // of ADD
  std::size_t output = 0;
  std::uint32_t kernel_height = 1;
  std::uint32_t kernel_width = 1;
  std::uint32_t stride_height = 1;
  std::uint32_t stride_width = 1;
  std::uint32_t pad_top = 0;
  std::uint32_t pad_left = 0;
  std::uint32_t depth_multiplier = 1;
  std::int32_t activation_min = -128;
  std::int32_t activation_max = 127;
  float beta = 1.0F;                   // softmax
  std::uint32_t weight_bits = 8;       // 8, or 4: weights of -8 to 7, packed in the image only
  std::vector<std::int8_t> weights;    // laid out as fw_layer says, one a byte
  std::vector<float> weight_scales;    // [1] per tensor, or [output channels]
  std::vector<std::int64_t> bias;      // [output channels], or empty; 32 bits with int8 elements
  std::uint32_t tiles_per_commit = 1;  // quanta fusion; 1 or more
};

// Quantised layers, each reading the outputs of ones before it.
struct Network {
  std::string name;
  std::vector<Activation> activations;
  std::vector<Layer> layers;  // in order of execution
  std::size_t input = 0;      // into activations
  std::size_t output = 0;
};

}  // namespace sunfleck
