#include "core/network/post_training_weights.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {
namespace {

constexpr int parts = 100;  // that the largest scale is searched in
constexpr int least_part = 30;

float largest(std::span<const float> values) {
  float most = 0.0F;
  for (const float value : values)
    most = std::max(most, std::abs(value));
  return most;
}

double rounded(float value, float scale, int levels) {
  return std::clamp(
      std::round(double{value} / double{scale}), -static_cast<double>(levels),
      static_cast<double>(levels));
}

double square_error(std::span<const float> weights, float scale, int levels) {
  double error = 0.0;
  for (const float weight : weights) {
    const double off = double{weight} - rounded(weight, scale, levels) * double{scale};
    error += off * off;
  }
  return error;
}

// The scale with the least square error; 0 when all weights are.
float best_scale(std::span<const float> weights, int levels) {
  const float most = largest(weights) / static_cast<float>(levels);
  float best = most;
  if (!std::isnormal(most)) return 0.0F;
  double least = square_error(weights, most, levels);
  for (int part = parts - 1; part >= least_part; --part) {
    const float scale = most * static_cast<float>(part) / parts;
    const double error = square_error(weights, scale, levels);
    if (error >= least) continue;
    least = error;
    best = scale;
  }
  return best;
}

// Of one channel, or of all.
float scale_of(
    std::span<const float> weights, std::span<const float> bias, const Activation& in, int levels) {
  const double most_quanta = in.element_bytes() == 1 ? 0x1.0p29 : 0x1.0p38;
  const auto for_bias =
      static_cast<float>(double{largest(bias)} / (double{in.scale} * most_quanta));
  const float scale = std::max(best_scale(weights, levels), for_bias);
  return std::isnormal(scale) ? scale : 1.0F;
}

// Where weight `i` of a layer as the file has it, output channels first, goes in the image.
std::size_t place_of_weight(
    const FloatLayer& from, std::size_t i, std::size_t channels, std::size_t taps,
    std::span<const std::size_t> place_of_input) {
  const std::size_t window = std::size_t{from.kernel_height} * from.kernel_width;
  const std::size_t channel = i / taps;
  const std::size_t tap = i % taps;
  switch (from.op) {
    case FloatOperator::convolution:  // [Co][Ci][Kh][Kw] to [Co][Kh][Kw][Ci]
      return channel * taps + tap % window * (taps / window) + tap / window;
    case FloatOperator::depthwise_convolution:  // [Co][Kh][Kw] to [Kh][Kw][Co]
      return tap * channels + channel;
    default:
      return channel * taps + place_of_input[tap];
  }
}

}  // namespace

void set_weights(
    const FloatLayer& from, std::span<const std::uint32_t> order, const Activation& in,
    const WeightRule& rule, Layer& to) {
  const int levels = rule.bits == 4 ? 7 : 127;

  const std::size_t channels = rule.channels;
  const std::size_t taps = from.weights.size() / channels;
  const std::span<const float> weights(from.weights);
  const std::span<const float> bias(from.bias);
  std::vector<std::size_t> place_of_input(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    place_of_input[order[i]] = i;

  to.weight_bits = rule.bits;
  to.weights.resize(weights.size());
  if (!rule.per_channel) to.weight_scales = {scale_of(weights, bias, in, levels)};
  for (std::size_t c = 0; c < channels; ++c) {
    const auto own_bias = bias.empty() ? bias : bias.subspan(c, 1);
    if (rule.per_channel)
      to.weight_scales.push_back(scale_of(weights.subspan(c * taps, taps), own_bias, in, levels));
    const float scale = to.weight_scales.back();
    for (std::size_t i = c * taps; i < (c + 1) * taps; ++i)
      to.weights[place_of_weight(from, i, channels, taps, place_of_input)] =
          static_cast<std::int8_t>(rounded(weights[i], scale, levels));
    if (!bias.empty())
      to.bias.push_back(std::llround(double{bias[c]} / (double{in.scale} * double{scale})));
  }
}

}  // namespace sunfleck
