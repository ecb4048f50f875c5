#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/network/float_network.h"
#include "core/network/network.h"
#include "core/network/post_training_ranges.h"

namespace sunfleck {

// How finely a layer computes.
struct LayerBits {
  std::uint32_t activation = 8;  // of what it reads and writes: 8, 12 or 16
  std::uint32_t weight = 8;      // 8 or 4; a depthwise convolution has 8 in any case

  friend bool operator==(const LayerBits&, const LayerBits&) = default;
};

struct QuantisationOptions {
  LayerBits bits;
  // Other bits for layers of these names. Pools, reshapes and softmax have the bits of what they
  // read; QUANTIZE layers stand where int8 meets int16.
  std::map<std::string, LayerBits> by_layer;
  bool per_channel = true;  // a weight scale for each output channel, or one for all
  RangeRule ranges = RangeRule::least_squares;
};

// Makes the network of integers that the firmware executes out of one of real numbers.
//
// Normalisations are folded into weights and clamps into layers. Activations of 8 bits have the
// scale and zero point of their range over the calibration inputs; those of 12 and 16 bits are
// symmetric, and 16 bits reach twice as far as calibration did, because inputs that were not seen
// there cost more by being clipped than 1 bit of 16 does. Weights are symmetric, their scales such
// that the square error is least. Biases have the scale of the accumulator. The order is NHWC;
// weights that read a flattened tensor are put in that order, so that nothing moves.
//
//   network       as import_onnx() gives it
//   calibration   [n] inputs, n >= 1, one after another, each in the order channel, row, column
//   fails         invalid_argument for calibration that does not fit, bits that do not exist, and
//                 names in `by_layer` that are no layers; unsupported, naming the node, where a
//                 layer reads a reshaped tensor in an order that NHWC does not have
//
// Source: TensorFlow Lite's quantisation specification (8 bits; 16 x 8); Nagel et al., "A White
// Paper on Neural Network Quantization" (2021), sections 2 and 3.
Result<Network> quantised(
    const FloatNetwork& network, std::span<const float> calibration,
    const QuantisationOptions& options);

// Real values as an activation's bytes, little-endian, rounded to the nearest and clamped.
std::vector<std::uint8_t> quantised_values(
    const Activation& activation, std::span<const float> values);
// And back.
std::vector<float> real_values(const Activation& activation, std::span<const std::uint8_t> bytes);

// A tensor in the order channel, row, column as one in the order row, column, channel.
//
//   values    [elements of the shape]
std::vector<float> channels_last(const Shape& shape, std::span<const float> values);

}  // namespace sunfleck
