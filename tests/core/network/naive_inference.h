#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/network/network.h"
#include "core/network/quantise.h"

// A slow interpreter of networks, written from the definition of each operator and sharing nothing
// with the firmware: no tiles, no arena, no image. It follows TFLite-Micro's reference kernels to
// the bit (double rounding; softmax in gemmlowp's fixed point), so that recorded outputs judge what
// the importer read and which constants the compiler makes.
namespace naive {

using sunfleck::Activation;
using sunfleck::Layer;
using sunfleck::Network;
using sunfleck::Operator;
using Tensor = std::vector<std::int32_t>;  // quanta, of whatever width

// Rounded high half of 2ab; a and b are never both the lowest number here.
inline std::int32_t high_product(std::int32_t a, std::int32_t b) {
  const std::int64_t product = std::int64_t{a} * b;
  const std::int64_t nudge = product >= 0 ? std::int64_t{1} << 30 : 1 - (std::int64_t{1} << 30);
  return static_cast<std::int32_t>((product + nudge) / (std::int64_t{1} << 31));
}

// x / 2^n, ties away from zero.
inline std::int32_t divided(std::int32_t x, int n) {
  if (n == 0) return x;
  const std::int64_t half = std::int64_t{1} << (n - 1);
  const std::int64_t magnitude = (std::abs(std::int64_t{x}) + half) >> n;
  return static_cast<std::int32_t>(x < 0 ? -magnitude : magnitude);
}

inline std::int32_t multiplied(std::int32_t x, int n) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(
      std::int64_t{x} * (std::int64_t{1} << n), std::numeric_limits<std::int32_t>::min(),
      std::numeric_limits<std::int32_t>::max()));
}

inline std::int32_t rescaled(std::int32_t x, const sunfleck::FixedMultiplier& by) {
  const std::int32_t left = std::max(by.shift, 0);
  return divided(high_product(x * (1 << left), by.multiplier), std::max(-by.shift, 0));
}

// Of the 16x8 kernels: the multiplier rounded to 16 bits, then one rounding, ties upwards.
inline std::int32_t rescaled_wide(std::int64_t x, const sunfleck::FixedMultiplier& by) {
  const std::int64_t reduced =
      by.multiplier < 0x7FFF0000 ? (std::int64_t{by.multiplier} + 32768) / 65536 : 0x7FFF;
  const int places = 15 - by.shift;
  return static_cast<std::int32_t>((x * reduced + (std::int64_t{1} << (places - 1))) >> places);
}

// exp(a) for a in (-1/4, 0], both with 31 fraction bits.
inline std::int32_t exp_near_zero(std::int32_t a) {
  constexpr std::int32_t exp_of_minus_eighth = 1895147668;
  constexpr std::int32_t third = 715827883;
  const std::int32_t x = a + (1 << 28);
  const std::int32_t x2 = high_product(x, x);
  const std::int32_t x3 = high_product(x2, x);
  const std::int32_t x4 = high_product(x2, x2);
  const std::int32_t tail = divided(high_product(divided(x4, 2) + x3, third) + x2, 1);
  return exp_of_minus_eighth + high_product(exp_of_minus_eighth, x + tail);
}

// exp(a) with 31 fraction bits for a <= 0 with 26.
inline std::int32_t exp_of_negative(std::int32_t a) {
  if (a == 0) return std::numeric_limits<std::int32_t>::max();
  constexpr std::int32_t quarter = 1 << 24;
  const std::int32_t within = (a & (quarter - 1)) - quarter;
  std::int32_t result = exp_near_zero(multiplied(within, 5));
  const std::int32_t rest = within - a;
  // exp(-2^(i - 2)) with 31 fraction bits.
  constexpr std::int32_t powers[] = {1672461947, 1302514674, 790015084, 290630308,
                                     39332535,   720401,     242};
  for (int i = 0; i < 7; ++i)
    if ((rest & (1 << (24 + i))) != 0) result = high_product(result, powers[i]);
  return result;
}

// 1 / (1 + a) for a in [0, 1), 31 fraction bits.
inline std::int32_t inverse_of_one_plus(std::int32_t a) {
  const auto half = static_cast<std::int32_t>(
      (std::int64_t{a} + std::numeric_limits<std::int32_t>::max() + 1) / 2);
  std::int32_t x = 1515870810 + high_product(half, -1010580540);
  for (int i = 0; i < 3; ++i)
    x += multiplied(high_product(x, (1 << 29) - high_product(half, x)), 2);
  return multiplied(x, 1);
}

inline void softmax(
    std::span<const std::int32_t> in, std::int32_t* out, const sunfleck::SoftmaxConstants& by) {
  const std::int32_t highest = *std::ranges::max_element(in);
  const auto exponential = [&](std::int32_t difference) {
    return exp_of_negative(high_product(difference * (1 << by.scale.shift), by.scale.multiplier));
  };
  std::int32_t sum = 0;
  for (const std::int32_t x : in)
    if (x - highest >= by.diff_min) sum += divided(exponential(x - highest), 12);
  const int headroom = std::countl_zero(static_cast<std::uint32_t>(sum));
  const auto fraction = static_cast<std::int32_t>(
      (static_cast<std::uint32_t>(sum) << headroom) - (std::uint32_t{1} << 31));
  const std::int32_t inverse = inverse_of_one_plus(fraction);
  for (std::size_t i = 0; i < in.size(); ++i) {
    std::int32_t result = -128;
    if (in[i] - highest >= by.diff_min)
      result +=
          divided(high_product(inverse, exponential(in[i] - highest)), 12 - headroom + 31 - 8);
    out[i] = std::clamp(result, -128, 127);
  }
}

// The elements of a tensor as they lie in memory, little-endian.
inline Tensor elements_of(std::span<const std::uint8_t> bytes, const Activation& activation) {
  Tensor elements;
  const std::size_t each = activation.element_bytes();
  for (std::size_t at = 0; at + each <= bytes.size(); at += each)
    elements.push_back(
        each == 1 ? static_cast<std::int8_t>(bytes[at])
                  : static_cast<std::int16_t>(bytes[at] | bytes[at + 1] << 8));
  return elements;
}

class Interpreter {
 public:
  explicit Interpreter(const Network& network)
      : network_(network), tensors(network.activations.size()) {}

  Tensor run(std::span<const std::uint8_t> input) {
    tensors[network_.input] = elements_of(input, network_.activations[network_.input]);
    for (const Layer& layer : network_.layers)
      step(layer);
    return tensors[network_.output];
  }

 private:
  const Network& network_;

 public:
  std::vector<Tensor> tensors;  // [activations], of the last run
  std::uint64_t products = 0;   // of weights with elements that are not padding, over all runs

 private:
  void step(const Layer& layer) {
    const Activation& in = network_.activations[layer.input];
    const Activation& out = network_.activations[layer.output];
    const Tensor& x = tensors[layer.input];
    Tensor& y = tensors[layer.output];
    y.assign(out.shape.elements(), 0);
    if (layer.op == Operator::reshape) {
      y = x;
    } else if (layer.op == Operator::softmax) {
      const auto by = sunfleck::softmax_constants(layer.beta, in.scale);
      for (std::size_t at = 0; at < x.size(); at += in.shape.channels)
        softmax(std::span(x).subspan(at, in.shape.channels), &y[at], by);
    } else if (layer.op == Operator::add) {
      add(layer, in, out);
    } else if (layer.op == Operator::quantize) {
      const auto by = sunfleck::fixed_multiplier(double{in.scale} / double{out.scale});
      for (std::size_t i = 0; i < y.size(); ++i)
        y[i] = clamped(layer, rescaled(x[i] - in.zero_point, by) + out.zero_point);
    } else if (layer.op == Operator::fully_connected) {
      for (std::size_t c = 0; c < y.size(); ++c) {
        std::int64_t sum = layer.bias.empty() ? 0 : layer.bias[c];
        for (std::size_t i = 0; i < x.size(); ++i, ++products)
          sum += std::int64_t{layer.weights[c * x.size() + i]} * (x[i] - in.zero_point);
        y[c] = output(layer, in, out, c, sum);
      }
    } else {
      slide(layer, in, out);
    }
  }

  static std::int32_t clamped(const Layer& layer, std::int64_t value) {
    return static_cast<std::int32_t>(
        std::clamp<std::int64_t>(value, layer.activation_min, layer.activation_max));
  }

  // Both inputs at twice the larger scale with 20 (int16: 15) more bits, and their sum at the
  // output's; the multipliers are formed here, as TFLite-Micro's AddPrepare() does.
  void add(const Layer& layer, const Activation& in, const Activation& out) {
    const Activation& in2 = network_.activations[*layer.input2];
    const int more = out.bits > 8 ? 15 : 20;
    const double common = 2.0 * std::max(double{in.scale}, double{in2.scale});
    const auto first = sunfleck::fixed_multiplier(in.scale / common);
    const auto second = sunfleck::fixed_multiplier(in2.scale / common);
    const auto whole = sunfleck::fixed_multiplier(common / ((1 << more) * double{out.scale}));
    for (std::size_t i = 0; i < tensors[layer.output].size(); ++i) {
      const std::int32_t a = (tensors[layer.input][i] - in.zero_point) * (1 << more);
      const std::int32_t b = (tensors[*layer.input2][i] - in2.zero_point) * (1 << more);
      const std::int32_t sum = rescaled(a, first) + rescaled(b, second);
      tensors[layer.output][i] = clamped(layer, rescaled(sum, whole) + out.zero_point);
    }
  }

  static std::int32_t output(
      const Layer& layer, const Activation& in, const Activation& out, std::size_t channel,
      std::int64_t sum) {
    const auto by = sunfleck::fixed_multiplier(sunfleck::rescale_of(layer, in, out, channel));
    const std::int32_t value =
        in.bits > 8 ? rescaled_wide(sum, by) : rescaled(static_cast<std::int32_t>(sum), by);
    return clamped(layer, std::int64_t{value} + out.zero_point);
  }

  void slide(const Layer& layer, const Activation& in, const Activation& out) {
    std::size_t at = 0;
    for (std::int64_t oy = 0; oy < out.shape.height; ++oy)
      for (std::int64_t ox = 0; ox < out.shape.width; ++ox)
        for (std::size_t c = 0; c < out.shape.channels; ++c, ++at)
          tensors[layer.output][at] = window(layer, in, out, {oy, ox, c});
  }

  struct At {
    std::int64_t y, x;
    std::size_t c;
  };

  std::int32_t window(const Layer& layer, const Activation& in, const Activation& out, At at) {
    std::int64_t sum = layer.bias.empty() ? 0 : layer.bias[at.c];
    std::int64_t count = 0;
    std::int32_t highest = std::numeric_limits<std::int32_t>::min();
    for (std::int64_t ky = 0; ky < layer.kernel_height; ++ky)
      for (std::int64_t kx = 0; kx < layer.kernel_width; ++kx) {
        const std::int64_t iy = at.y * layer.stride_height + ky - layer.pad_top;
        const std::int64_t ix = at.x * layer.stride_width + kx - layer.pad_left;
        if (iy < 0 || iy >= in.shape.height || ix < 0 || ix >= in.shape.width) continue;
        ++count;
        const std::size_t place =
            static_cast<std::size_t>(iy * in.shape.width + ix) * in.shape.channels;
        const auto tap = static_cast<std::size_t>(ky * layer.kernel_width + kx);
        const std::int64_t found = taps(
            layer, tensors[layer.input], {place, tap, at.c, in.shape.channels, out.shape.channels},
            in.zero_point);
        sum += found;
        highest = std::max(highest, static_cast<std::int32_t>(found));
      }
    if (layer.op == Operator::max_pool_2d) return clamped(layer, highest);
    if (layer.op != Operator::average_pool_2d || count == 0)
      return output(layer, in, out, at.c, sum);
    return clamped(layer, sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count);
  }

  struct Tap {
    std::size_t place, tap, channel, inputs, outputs;
  };

  std::int64_t taps(const Layer& layer, const Tensor& x, const Tap& t, std::int32_t zero_point) {
    if (layer.op == Operator::average_pool_2d || layer.op == Operator::max_pool_2d)
      return x[t.place + t.channel];
    if (layer.op == Operator::depthwise_conv_2d) {
      ++products;
      return std::int64_t{layer.weights[t.tap * t.outputs + t.channel]} *
          (x[t.place + t.channel / layer.depth_multiplier] - zero_point);
    }
    const std::size_t window = std::size_t{layer.kernel_height} * layer.kernel_width;
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < t.inputs; ++i, ++products)
      sum += std::int64_t{layer.weights[(t.channel * window + t.tap) * t.inputs + i]} *
          (x[t.place + i] - zero_point);
    return sum;
  }
};

}  // namespace naive
