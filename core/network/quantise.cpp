#include "core/network/quantise.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace sunfleck {

FixedMultiplier fixed_multiplier(double real) {
  assert(std::isfinite(real) && real >= 0.0);
  int exponent = 0;
  const double mantissa = std::frexp(real, &exponent);
  auto multiplier = static_cast<std::int64_t>(std::round(mantissa * 0x1.0p31));
  if (multiplier == std::int64_t{1} << 31U) {
    multiplier /= 2;
    ++exponent;
  }
  if (multiplier == 0 || exponent < -31) return {};
  return {.multiplier = static_cast<std::int32_t>(multiplier), .shift = exponent};
}

double rescale_of(
    const Layer& layer, const Activation& in, const Activation& out, std::size_t channel) {
  const bool per_tensor = layer.weight_scales.size() == 1;
  const float weight_scale = layer.weight_scales[per_tensor ? 0 : channel];
  if (layer.op == Operator::fully_connected && per_tensor) {
    const float product = in.scale * weight_scale;
    return double{product} / double{out.scale};
  }
  return double{in.scale} * double{weight_scale} / double{out.scale};
}

QuantaRange all_quanta(std::uint32_t bits) {
  const std::int32_t half = std::int32_t{1} << (bits - 1);
  return {.low = -half, .high = half - 1};
}

QuantaRange clamp_range(const Activation& out, float low, float high) {
  const QuantaRange all = all_quanta(out.bits);
  const auto quantum = [&](float real) {
    // Beyond 2^17 steps from the zero point both ends are past int16, wherever the zero point is.
    const float steps = std::clamp(std::round(real / out.scale), -0x1.0p17F, 0x1.0p17F);
    return std::clamp(out.zero_point + static_cast<std::int32_t>(steps), all.low, all.high);
  };
  return {.low = quantum(low), .high = quantum(high)};
}

AddConstants add_constants(const Activation& in, const Activation& in2, const Activation& out) {
  AddConstants constants;
  constants.left_shift = out.element_bytes() == 2 ? 15 : 20;
  const double twice_max = 2.0 * double{std::max(in.scale, in2.scale)};
  const double whole = std::ldexp(double{out.scale}, static_cast<int>(constants.left_shift));
  constants.input = fixed_multiplier(double{in.scale} / twice_max);
  constants.input2 = fixed_multiplier(double{in2.scale} / twice_max);
  constants.output = fixed_multiplier(twice_max / whole);
  return constants;
}

SoftmaxConstants softmax_constants(float beta, float input_scale) {
  constexpr int integer_bits = 5;
  const double real = double{beta} * double{input_scale} * 0x1.0p26;
  SoftmaxConstants constants;
  constants.scale = fixed_multiplier(std::min(real, 0x1.0p31 - 1.0));
  const double radius = ((1 << integer_bits) - 1) * 0x1.0p26;
  const double limit = std::floor(std::ldexp(radius, -constants.scale.shift));
  constants.diff_min = static_cast<std::int32_t>(-std::min(limit, 0x1.0p31 - 1.0));
  return constants;
}

}  // namespace sunfleck
