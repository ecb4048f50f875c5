#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/network/network.h"

namespace sunfleck {

// What a layer of a float network computes.
enum class FloatOperator {
  convolution,
  depthwise_convolution,
  fully_connected,
  scale_channels,  // x * weights[channel] + bias[channel]; a normalisation with fixed statistics
  add,             // of two tensors of one shape
  max_pool,        // padding is below all values
  average_pool,    // of the elements that are not padding
  reshape,         // the same elements in the same order
  softmax,         // over the channels of each place
  clamp,
};

// "convolution", as texts for people say it.
const char* name_of(FloatOperator op);

// A tensor of batch 1 whose elements lie in the order channel, row, column, as in an ONNX file.
struct FloatTensor {
  std::string name;
  Shape shape;
};

// One operator, and a clamp of what it makes.
struct FloatLayer {
  FloatOperator op = FloatOperator::reshape;
  std::string name;                   // of the node in the file
  std::size_t input = 0;              // into FloatNetwork::tensors
  std::optional<std::size_t> input2;  // of `add`
  std::size_t output = 0;
  std::uint32_t kernel_height = 1;
  std::uint32_t kernel_width = 1;
  std::uint32_t stride_height = 1;
  std::uint32_t stride_width = 1;
  std::uint32_t pad_top = 0;
  std::uint32_t pad_left = 0;
  // convolution [Co][Ci][Kh][Kw]; depthwise [Co][Kh][Kw], Co / Ci outputs for each input channel;
  // fully_connected [Co][elements of the input]; scale_channels [C]
  std::vector<float> weights;
  std::vector<float> bias;                              // [Co] or [C], or empty
  float low = -std::numeric_limits<float>::infinity();  // the output is clamped to [low, high]
  float high = std::numeric_limits<float>::infinity();
};

// Float layers, each reading the outputs of ones before it. Every tensor but the input is written
// by one layer; shapes, windows and constants agree, and all constants are finite.
struct FloatNetwork {
  std::string name;
  std::vector<FloatTensor> tensors;
  std::vector<FloatLayer> layers;  // in order of execution
  std::size_t input = 0;           // into tensors
  std::size_t output = 0;
};

// The same function with fewer layers, such as the firmware has: scale_channels goes into the
// convolution or fully_connected before it and clamp into any layer but reshape and softmax, where
// nothing else reads what lies between. What is left over becomes a depthwise 1 x 1 convolution or
// a 1 x 1 max_pool. Tensors keep their indices; those that are no longer written are not used.
FloatNetwork folded(const FloatNetwork& network);

}  // namespace sunfleck
