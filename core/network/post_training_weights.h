#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/network/float_network.h"
#include "core/network/network.h"

namespace sunfleck {

// How the weights of a layer become integers.
struct WeightRule {
  std::uint32_t channels = 1;  // of the output
  std::uint32_t bits = 8;      // 8 or 4; the range is symmetric: -127 to 127 or -7 to 7
  bool per_channel = true;     // a scale for each output channel, or one for all
};

// Gives `to` the weights, scales and biases of `from`.
//
//   from   a convolution, depthwise convolution or fully connected layer with finite constants
//   order  [elements of the input] where each element that the firmware reads stands in the order
//          channel, row, column; read for fully connected layers alone
//   to     with operator set
//   in     what the layer reads
//
// A scale is that with the least square error among hundredths of the largest weight's, but never
// so small that the bias exceeds a quarter of a 32-bit accumulator (or 2^38 with int16 elements).
void set_weights(
    const FloatLayer& from, std::span<const std::uint32_t> order, const Activation& in,
    const WeightRule& rule, Layer& to);

}  // namespace sunfleck
