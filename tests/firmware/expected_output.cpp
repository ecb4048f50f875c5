#include <algorithm>
#include <cmath>
#include <cstring>

#include "tests/firmware/small_network.h"

// The definitions of the operators.

namespace sunfleck {
namespace {

std::int64_t element(const fw_tensor& tensor, const Values& values, std::size_t index) {
  if (tensor.element_bytes == 1) return values.at(index);
  std::int16_t value = 0;
  std::memcpy(&value, &values.at(2 * index), sizeof value);
  return value;
}

void push(const fw_layer& layer, std::int64_t value, Values& values) {
  value = std::clamp<std::int64_t>(value, layer.activation_min, layer.activation_max);
  values.push_back(static_cast<std::int8_t>(value & 0xFF));
  if (layer.output.element_bytes == 2) values.push_back(static_cast<std::int8_t>(value >> 8));
}

// Divides rounding to nearest, ties away from zero.
std::int64_t divide(std::int64_t value, std::int64_t by) {
  const std::int64_t magnitude = ((value < 0 ? -value : value) + by / 2) / by;
  return value < 0 ? -magnitude : magnitude;
}

// The requantisation as Jacob et al. describe it, in 64 bits; kernels_test.cpp works values by
// hand.
std::int64_t requantised(std::int64_t sum, std::int64_t multiplier, std::int32_t shift) {
  const std::int64_t shifted = shift > 0 ? sum * (std::int64_t{1} << shift) : sum;
  const std::int64_t product = shifted * multiplier;
  const std::int64_t nudge = product >= 0 ? 1LL << 30 : 1 - (1LL << 30);
  const std::int64_t high = (product + nudge) / (1LL << 31);
  return shift < 0 ? divide(high, std::int64_t{1} << -shift) : high;
}

// TFLite-Micro's 16x8 definition: a multiplier of 16 bits, one rounding with ties upwards.
std::int64_t requantised_wide(std::int64_t sum, std::int64_t multiplier, std::int32_t shift) {
  const std::int64_t reduced = multiplier < 0x7FFF0000 ? (multiplier + 0x8000) / 0x10000 : 0x7FFF;
  const std::int64_t divisor = std::int64_t{1} << (15 - shift);
  const std::int64_t twice = 2 * sum * reduced + divisor;  // floor(x + 1/2) = floor((2x + 1) / 2)
  const std::int64_t quotient = twice / (2 * divisor);
  return quotient - (twice % (2 * divisor) < 0 ? 1 : 0);
}

// A sum of products with the bias of its channel, in quanta of the output.
std::int64_t scaled(const TestLayer& test, std::int64_t sum, std::size_t c) {
  sum += test.bias.at(c);
  const std::int64_t value = test.layer.input.element_bytes == 2
      ? requantised_wide(sum, test.multiplier.at(c), test.shift.at(c))
      : requantised(sum, test.multiplier.at(c), test.shift.at(c));
  return value + test.layer.output.zero_point;
}

// What the input contributes at one tap of output channel c's window.
std::int64_t at_tap(
    const TestLayer& test, const Values& input, std::int64_t place, std::int64_t tap,
    std::int64_t c) {
  const fw_layer& layer = test.layer;
  const std::int64_t depth = layer.input.channels;
  const auto value = [&](std::int64_t channel) {
    return element(layer.input, input, place * depth + channel) - layer.input.zero_point;
  };
  if (layer.op == FW_OP_DEPTHWISE_CONV_2D)
    return test.weights.at(tap * layer.output.channels + c) * value(c / layer.depth_multiplier);
  if (layer.op != FW_OP_CONV_2D) return value(c) + layer.input.zero_point;
  const std::int64_t taps = std::int64_t{layer.kernel_height} * layer.kernel_width;
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < depth; ++i)
    sum += test.weights.at((c * taps + tap) * depth + i) * value(i);
  return sum;
}

// The output element (y, x, c): its window's sum, requantised or averaged, or its greatest element.
std::int64_t windowed(
    const TestLayer& test, const Values& input, std::int64_t y, std::int64_t x, std::int64_t c) {
  const fw_layer& layer = test.layer;
  std::int64_t sum = 0;
  std::int64_t count = 0;
  std::int64_t greatest = INT16_MIN;
  for (std::int64_t ky = 0; ky < layer.kernel_height; ++ky)
    for (std::int64_t kx = 0; kx < layer.kernel_width; ++kx) {
      const std::int64_t iy = y * layer.stride_height + ky - layer.pad_top;
      const std::int64_t ix = x * layer.stride_width + kx - layer.pad_left;
      if (iy < 0 || ix < 0 || iy >= layer.input.height || ix >= layer.input.width) continue;
      const std::int64_t value =
          at_tap(test, input, iy * layer.input.width + ix, ky * layer.kernel_width + kx, c);
      ++count;
      sum += value;
      greatest = std::max(greatest, value);
    }
  if (layer.op == FW_OP_MAX_POOL_2D) return greatest;
  if (layer.op == FW_OP_AVERAGE_POOL_2D) return divide(sum, std::max<std::int64_t>(count, 1));
  return scaled(test, sum, static_cast<std::size_t>(c));
}

std::int64_t dense(const TestLayer& test, const Values& input, std::size_t c) {
  const fw_tensor& from = test.layer.input;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < elements(from); ++i)
    sum += test.weights.at(c * elements(from) + i) * (element(from, input, i) - from.zero_point);
  return scaled(test, sum, c);
}

// ADD and QUANTIZE: element i of the output.
std::int64_t elementwise(
    const TestLayer& test, const Values& input, const Values& input2, std::size_t i) {
  const fw_layer& layer = test.layer;
  const auto scale = [&](std::int64_t value, std::size_t which) {
    return requantised(value, test.multiplier.at(which), test.shift.at(which));
  };
  const std::int64_t first = element(layer.input, input, i) - layer.input.zero_point;
  if (layer.op == FW_OP_QUANTIZE) return scale(first, 0) + layer.output.zero_point;
  const std::int64_t second = element(layer.input2, input2, i) - layer.input2.zero_point;
  const std::int64_t finer = std::int64_t{1} << layer.left_shift;
  return scale(scale(first * finer, 0) + scale(second * finer, 1), 2) + layer.output.zero_point;
}

Values softmax(const TestLayer& test, const Values& input) {
  const std::size_t channels = test.layer.output.channels;
  const double scale = std::ldexp(test.layer.softmax_multiplier, test.layer.softmax_shift - 31) /
      std::ldexp(1.0, 26);
  Values output;
  for (std::size_t first = 0; first < input.size(); first += channels) {
    const auto begin = input.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = begin + static_cast<std::ptrdiff_t>(channels);
    const double greatest = *std::max_element(begin, end);
    double sum = 0.0;
    for (auto value = begin; value != end; ++value)
      sum += std::exp(scale * (*value - greatest));
    for (auto value = begin; value != end; ++value) {
      const double quanta = std::round(256.0 * std::exp(scale * (*value - greatest)) / sum) - 128;
      output.push_back(static_cast<std::int8_t>(std::min(quanta, 127.0)));
    }
  }
  return output;
}

}  // namespace

Values expected_output(const TestLayer& test, const Values& input, const Values& input2) {
  const fw_layer& layer = test.layer;
  if (layer.op == FW_OP_RESHAPE) return input;
  if (layer.op == FW_OP_SOFTMAX) return softmax(test, input);
  Values output;
  if (layer.op == FW_OP_ADD || layer.op == FW_OP_QUANTIZE) {
    for (std::size_t i = 0; i < elements(layer.output); ++i)
      push(layer, elementwise(test, input, input2, i), output);
    return output;
  }
  for (std::int64_t y = 0; y < layer.output.height; ++y)
    for (std::int64_t x = 0; x < layer.output.width; ++x)
      for (std::uint32_t c = 0; c < layer.output.channels; ++c)
        push(
            layer,
            layer.op == FW_OP_FULLY_CONNECTED ? dense(test, input, c)
                                              : windowed(test, input, y, x, c),
            output);
  return output;
}

std::vector<Values> expected_outputs(const std::vector<TestLayer>& chain, const Values& input) {
  std::vector<Values> outputs;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const Values& first = i == 0 ? input : outputs[i - 1];
    const fw_layer& layer = chain[i].layer;
    const bool earlier = layer.op == FW_OP_ADD && layer.input2.offset != layer.input.offset;
    if (!earlier)
      outputs.push_back(expected_output(chain[i], first, first));
    else
      outputs.push_back(expected_output(chain[i], first, i == 1 ? input : outputs[i - 2]));
  }
  return outputs;
}

}  // namespace sunfleck
