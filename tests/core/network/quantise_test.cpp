#include "core/network/quantise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sunfleck {
namespace {

constexpr std::int32_t half = 1 << 30;  // the multiplier of every power of two

TEST(Quantise, FixedMultipliersAreThoseWorkedByHand) {
  struct Case {
    const char* name;
    double real;
    std::int32_t multiplier, shift;
  };
  const Case cases[] = {
      {"zero", 0.0, 0, 0},
      {"one is half times two", 1.0, half, 1},
      {"a half", 0.5, half, 0},
      {"a quarter", 0.25, half, -1},
      {"three quarters: 3/4 * 2^31", 0.75, 1610612736, 0},
      {"three: 3/4 * 2^31 * 2^2", 3.0, 1610612736, 2},
      {"a tenth: 0.8 * 2^31 = 1717986918.4", 0.1, 1717986918, -3},
      {"rounds up to the next power of two", 1.0 - 0x1.0p-40, half, 1},
      {"the smallest that is kept", 0x1.0p-32, half, -31},
      {"below it", 0x1.fp-33, 0, 0},
      {"far to the left", 0x1.0p40, half, 41},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(fixed_multiplier(c.real), (FixedMultiplier{c.multiplier, c.shift}));
  }
}

// (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24; as a float the last term is lost to the tie's even side.
TEST(Quantise, FullyConnectedWithOneScaleRoundsTheProductOfScalesToFloat) {
  const float scale = 1.0F + 0x1.0p-12F;
  const Activation in{.name = {}, .shape = {}, .scale = scale, .zero_point = 0};
  const Activation out{.name = {}, .shape = {}, .scale = 1.0F, .zero_point = 0};
  Layer layer;
  layer.weight_scales = {scale};
  layer.op = Operator::fully_connected;
  EXPECT_EQ(rescale_of(layer, in, out, 0), 1.0 + 0x1.0p-11);
  EXPECT_EQ(fixed_multiplier(rescale_of(layer, in, out, 0)).multiplier, half + (1 << 19));
  layer.op = Operator::conv_2d;
  EXPECT_EQ(rescale_of(layer, in, out, 0), 1.0 + 0x1.0p-11 + 0x1.0p-24);
  EXPECT_EQ(
      fixed_multiplier(rescale_of(layer, in, out, 0)).multiplier, half + (1 << 19) + (1 << 6));
  layer.op = Operator::fully_connected;
  layer.weight_scales = {1.0F, scale};  // one for each channel: in double
  EXPECT_EQ(rescale_of(layer, in, out, 1), 1.0 + 0x1.0p-11 + 0x1.0p-24);
}

TEST(Quantise, ClampsAreThoseWorkedByHand) {
  constexpr float endless = std::numeric_limits<float>::infinity();
  struct Case {
    const char* name;
    float scale;
    std::int32_t zero_point;
    float low, high;
    std::int32_t low_quantum, high_quantum;
  };
  const Case cases[] = {
      {"no activation", 0.1F, 5, -endless, endless, -128, 127},
      {"RELU at the lowest zero point", 0.1F, -128, 0.0F, endless, -128, 127},
      {"RELU", 0.1F, 5, 0.0F, endless, 5, 127},
      {"RELU6: 6 / 0.05 = 120 above -10", 0.05F, -10, 0.0F, 6.0F, -10, 110},
      {"RELU6 beyond int8", 0.01F, -10, 0.0F, 6.0F, -10, 127},
      {"RELU6: 6 / 4 = 1.5 rounds away from zero", 4.0F, 0, 0.0F, 6.0F, 0, 2},
      {"RELU_N1_TO_1: 1 / 0.4 = 2.5", 0.4F, 1, -1.0F, 1.0F, -2, 4},
      {"a scale so small that 6 / scale is infinite", 1e-40F, 0, 0.0F, 6.0F, 0, 127},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Activation out{.name = {}, .shape = {}, .scale = c.scale, .zero_point = c.zero_point};
    const QuantaRange range = clamp_range(out, c.low, c.high);
    EXPECT_EQ(range.low, c.low_quantum);
    EXPECT_EQ(range.high, c.high_quantum);
  }
}

TEST(Quantise, SoftmaxConstantsAreThoseWorkedByHand) {
  // 2^26 / 16 = 2^22 = 1/2 * 2^23; 31 * 2^26 / 2^23 = 248.
  const SoftmaxConstants power = softmax_constants(1.0F, 1.0F / 16.0F);
  EXPECT_EQ(power.scale, (FixedMultiplier{half, 23}));
  EXPECT_EQ(power.diff_min, -248);
  // 2 * 0.15625 * 2^26 = 20971520 = 0.625 * 2^25; 31 * 2^26 / 2^25 = 62.
  const SoftmaxConstants doubled = softmax_constants(2.0F, 0.15625F);
  EXPECT_EQ(doubled.scale, (FixedMultiplier{1342177280, 25}));
  EXPECT_EQ(doubled.diff_min, -62);
  EXPECT_LE(softmax_constants(1.0F, 15.99F).scale.shift, 30);
  EXPECT_GT(softmax_constants(1.0F, 16.0F).scale.shift, 30);
  EXPECT_LT(softmax_constants(1.0F, 0x1.0p-28F).scale.shift, 1);
}

// The quanta of int16, and of the 12 bits in them; 6 / (1/256) = 1536.
TEST(Quantise, ClampsToTheQuantaOfTheWidth) {
  Activation out{.name = {}, .shape = {}, .scale = 1.0F / 256.0F, .bits = 16};
  constexpr float endless = std::numeric_limits<float>::infinity();
  EXPECT_EQ(clamp_range(out, -endless, endless).low, -32768);
  EXPECT_EQ(clamp_range(out, -endless, endless).high, 32767);
  EXPECT_EQ(clamp_range(out, 0.0F, 6.0F).low, 0);
  EXPECT_EQ(clamp_range(out, 0.0F, 6.0F).high, 1536);
  out.bits = 12;
  EXPECT_EQ(clamp_range(out, -endless, endless).low, -2048);
  EXPECT_EQ(clamp_range(out, 0.0F, 100.0F).high, 2047);
}

}  // namespace
}  // namespace sunfleck
