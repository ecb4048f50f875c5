#include "core/network/layer_constants.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "core/network/check_network.h"
#include "core/network/quantise.h"

namespace sunfleck {
namespace {

constexpr std::int32_t shift_max = 30;       // to the left, what the kernels can execute
constexpr std::int32_t shift_max_wide = 14;  // of the sums of int16

// The largest magnitude that the accumulator of each output channel reaches, whatever the input.
// Padding adds nothing, and an input at its zero point adds nothing either, so no part of the sum
// exceeds this.
std::vector<std::int64_t> accumulator_limits(
    const Layer& layer, const Activation& in, std::size_t channels) {
  std::vector<std::int64_t> high(channels, 0);
  std::vector<std::int64_t> low(channels, 0);
  // An input of 12 bits is checked by nobody, so what its int16 can hold counts.
  const QuantaRange all = all_quanta(8 * in.element_bytes());
  const std::size_t taps = layer.weights.size() / channels;
  const bool channels_last = layer.op == Operator::depthwise_conv_2d;
  for (std::size_t i = 0; i < layer.weights.size(); ++i) {
    const std::size_t channel = channels_last ? i % channels : i / taps;
    const auto weight = std::int64_t{layer.weights[i]};
    const std::int64_t at_least = weight * (all.low - in.zero_point);
    const std::int64_t at_most = weight * (all.high - in.zero_point);
    high[channel] += std::max(at_least, at_most);
    low[channel] += std::min(at_least, at_most);
  }
  for (std::size_t c = 0; c < channels; ++c) {
    const std::int64_t bias = layer.bias.empty() ? 0 : layer.bias[c];
    high[c] = std::max(std::abs(high[c] + bias), std::abs(low[c] + bias));
  }
  return high;
}

// Whether the kernel can scale a sum of this size: in 32 bits the sum shifted left must fit; sums
// of int16 have 48 bits, and what they are scaled to must fit 32.
bool can_scale(std::int64_t limit, double real, const FixedMultiplier& fixed, bool wide) {
  const std::int32_t left = std::max(fixed.shift, 0);
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  if (!wide) return left <= shift_max && limit <= most >> left;
  return left <= shift_max_wide && limit < std::int64_t{1} << 47U &&
      static_cast<double>(limit) * real < 0x1.0p30;
}

Result<std::vector<FixedMultiplier>> rescale_constants(const Network& network, std::size_t index) {
  const Layer& layer = network.layers[index];
  const Activation& in = network.activations[layer.input];
  const Activation& out = network.activations[layer.output];
  const std::size_t channels = out.shape.channels;
  const bool wide = in.element_bytes() == 2;
  const std::vector<std::int64_t> limits = accumulator_limits(layer, in, channels);
  std::vector<FixedMultiplier> constants;
  for (std::size_t c = 0; c < channels; ++c) {
    const double real = rescale_of(layer, in, out, c);
    if (!std::isfinite(real))
      return fail(Errc::invalid_argument, place_of(network, index), ": its scales are too large");
    const FixedMultiplier fixed = fixed_multiplier(real);
    if (!can_scale(limits[c], real, fixed, wide))
      return fail(
          Errc::invalid_argument, place_of(network, index), ": channel ", c,
          " can exceed the firmware's ", wide ? 48 : 32, "-bit accumulator: it sums up to ",
          limits[c], " and scales that by ", real);
    constants.push_back(fixed);
  }
  return constants;
}

// Appends multipliers and shifts and notes where they lie.
void add_scales(std::span<const FixedMultiplier> scales, ImageBytes& image, fw_layer& laid) {
  std::vector<std::int32_t> multipliers;
  std::vector<std::int32_t> shifts;
  for (const FixedMultiplier& fixed : scales) {
    multipliers.push_back(fixed.multiplier);
    shifts.push_back(fixed.shift);
  }
  const std::uint64_t multipliers_at = image.append(std::span<const std::int32_t>(multipliers));
  const std::uint64_t shifts_at = image.append(std::span<const std::int32_t>(shifts));
  laid.multiplier_offset = static_cast<std::uint32_t>(multipliers_at);
  laid.shift_offset = static_cast<std::uint32_t>(shifts_at);
}

// Weights as the image has them: of 4 bits two a byte, the first in the low half, each filter
// beginning at a byte.
std::vector<std::int8_t> packed_weights(const Layer& layer, std::size_t channels) {
  if (layer.weight_bits == 8) return layer.weights;
  const std::size_t taps = layer.weights.size() / channels;
  std::vector<std::int8_t> bytes;
  bytes.reserve(channels * ((taps + 1) / 2));
  for (std::size_t filter = 0; filter < channels; ++filter)
    for (std::size_t tap = 0; tap < taps; tap += 2) {
      const std::size_t at = filter * taps + tap;
      const std::int32_t low = layer.weights[at] & 0xF;
      const std::int32_t high = tap + 1 < taps ? layer.weights[at + 1] : 0;
      bytes.push_back(static_cast<std::int8_t>(high * 16 + low));
    }
  return bytes;
}

std::uint64_t append_bias(const Layer& layer, std::size_t channels, bool wide, ImageBytes& image) {
  std::vector<std::int64_t> bias = layer.bias;
  bias.resize(channels);
  if (wide) return image.append(std::span<const std::int64_t>(bias));
  const std::vector<std::int32_t> narrow(bias.begin(), bias.end());
  return image.append(std::span<const std::int32_t>(narrow));
}

// Appends weights, biases and requantisation constants and notes where they lie.
Status add_weights(const Network& network, std::size_t index, ImageBytes& image, fw_layer& laid) {
  const Layer& layer = network.layers[index];
  const std::size_t channels = network.activations[layer.output].shape.channels;
  const bool wide = network.activations[layer.input].element_bytes() == 2;
  const std::vector<FixedMultiplier> rescale = TRY(rescale_constants(network, index));
  const std::vector<std::int8_t> weights = packed_weights(layer, channels);
  const std::uint64_t weights_at = image.append(std::span<const std::int8_t>(weights));
  const std::uint64_t bias_at = append_bias(layer, channels, wide, image);
  add_scales(rescale, image, laid);
  laid.weight_bits = static_cast<std::uint8_t>(layer.weight_bits);
  laid.weights_offset = static_cast<std::uint32_t>(weights_at);
  laid.bias_offset = static_cast<std::uint32_t>(bias_at);
  return ok;
}

Status add_sum(const Network& network, std::size_t index, ImageBytes& image, fw_layer& laid) {
  const Layer& layer = network.layers[index];
  const Activation& in = network.activations[layer.input];
  const Activation& in2 = network.activations[*layer.input2];
  const Activation& out = network.activations[layer.output];
  const AddConstants constants = add_constants(in, in2, out);
  if (constants.output.shift > 0)
    return fail(
        Errc::invalid_argument, place_of(network, index), ": its output has a scale of ",
        double{out.scale}, ", too small to add what has scales of ", double{in.scale}, " and ",
        double{in2.scale});
  laid.left_shift = static_cast<std::uint16_t>(constants.left_shift);
  const FixedMultiplier scales[] = {constants.input, constants.input2, constants.output};
  add_scales(scales, image, laid);
  return ok;
}

Status add_conversion(
    const Network& network, std::size_t index, ImageBytes& image, fw_layer& laid) {
  const Layer& layer = network.layers[index];
  const Activation& in = network.activations[layer.input];
  const Activation& out = network.activations[layer.output];
  const double real = double{in.scale} / double{out.scale};
  const FixedMultiplier scale = fixed_multiplier(real);
  const QuantaRange all = all_quanta(8 * in.element_bytes());
  const std::int64_t limit = std::max(all.high - in.zero_point, in.zero_point - all.low);
  if (!can_scale(limit, real, scale, false))
    return fail(
        Errc::invalid_argument, place_of(network, index), ": its input's scale is ", real,
        " times its output's, which the firmware's 32 bits do not hold");
  add_scales(std::span(&scale, 1), image, laid);
  return ok;
}

Status add_softmax(const Network& network, std::size_t index, fw_layer& laid) {
  const Layer& layer = network.layers[index];
  const float scale = network.activations[layer.input].scale;
  const SoftmaxConstants constants = softmax_constants(layer.beta, scale);
  if (constants.scale.shift < 1 || constants.scale.shift > shift_max)
    return fail(
        Errc::invalid_argument, place_of(network, index), ": beta times input scale is ",
        double{layer.beta} * double{scale}, "; the firmware executes 2^-26 to 16");
  laid.softmax_multiplier = constants.scale.multiplier;
  laid.softmax_shift = constants.scale.shift;
  laid.softmax_diff_min = constants.diff_min;
  return ok;
}

}  // namespace

Status append_constants(
    const Network& network, std::size_t index, ImageBytes& image, fw_layer& laid) {
  const Operator op = network.layers[index].op;
  if (has_weights(op)) return add_weights(network, index, image, laid);
  if (op == Operator::add) return add_sum(network, index, image, laid);
  if (op == Operator::quantize) return add_conversion(network, index, image, laid);
  if (op == Operator::softmax) return add_softmax(network, index, laid);
  return ok;
}

}  // namespace sunfleck
