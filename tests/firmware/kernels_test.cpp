#include "target_fw/nn/kernels.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "target_fw/nn/fixed_point.h"
#include "tests/firmware/small_network.h"

namespace sunfleck {
namespace {

constexpr std::array computing_ops{
    FW_OP_CONV_2D, FW_OP_DEPTHWISE_CONV_2D, FW_OP_FULLY_CONNECTED, FW_OP_AVERAGE_POOL_2D,
    FW_OP_SOFTMAX};

TestShape random_shape(Random& random) {
  return {
      .height = static_cast<std::uint16_t>(1 + random.below(10)),
      .width = static_cast<std::uint16_t>(1 + random.below(10)),
      .channels = static_cast<std::uint32_t>(1 + random.below(7))};
}

std::size_t place(const fw_tensor& tensor, std::uint32_t y, std::uint32_t x, std::uint32_t c) {
  return (std::size_t{y} * tensor.width + x) * tensor.channels + c;
}

// Runs one tile the way the runtime does: patch out of the tensor, tile into the tensor.
void run_tile(
    const std::vector<std::uint8_t>& image, const fw_tile& tile, const Values& input,
    Values& output) {
  const fw_layer* layer = fw_image_layer(image.data(), 0);
  Values patch;
  for (std::uint32_t y = tile.in_y; y < tile.in_y_end; ++y)
    for (std::uint32_t x = tile.in_x; x < tile.in_x_end; ++x)
      for (std::uint32_t c = tile.in_c; c < tile.in_c_end; ++c)
        patch.push_back(input.at(place(layer->input, y, x, c)));
  Values made(fw_tile_output_bytes(layer, &tile));
  fw_run_tile(image.data(), layer, &tile, patch.data(), nullptr, made.data(), nullptr);
  auto next = made.begin();
  for (std::uint32_t y = tile.out_y; y < tile.out_y_end; ++y)
    for (std::uint32_t x = tile.out_x; x < tile.out_x_end; ++x)
      for (std::uint32_t c = tile.out_c; c < tile.out_c_end; ++c)
        output.at(place(layer->output, y, x, c)) = *next++;
}

TEST(FixedPoint, FollowsHandWorkedValues) {
  struct Case {
    const char* name;
    std::int32_t x, multiplier, shift, result;
  };
  // multiplier 2^30 is a half; worked by hand
  const Case cases[] = {
      {"a half of 100", 100, 1 << 30, 0, 50},
      {"a half of 101 is a tie, which goes up", 101, 1 << 30, 0, 51},
      {"a half of -101 is a tie, which goes up too", -101, 1 << 30, 0, -50},
      {"left shift first", 100, 1 << 30, 3, 400},
      {"an eighth of 12 rounds its second tie away from zero", 12, 1 << 30, -2, 2},
      {"an eighth of -12 likewise", -12, 1 << 30, -2, -2},
      {"rounding twice: 9 / 8 by way of 5 / 4", 9, 1 << 30, -2, 1},
      {"rounding twice: 11 / 8 is 1, by way of 6 / 4 it is 2", 11, 1 << 30, -2, 2},
      {"the smallest times the smallest saturates", INT32_MIN, INT32_MIN, 0, INT32_MAX},
      {"31 places to the right", INT32_MAX, INT32_MAX, -31, 1},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(fw_requantise(c.x, c.multiplier, c.shift), c.result);
  }
}

// gemmlowp's published definitions, in 64 bits with truncating division.
std::int32_t expected_requantised(std::int32_t x, std::int32_t multiplier, std::int32_t shift) {
  const auto shifted = static_cast<std::int32_t>(
      static_cast<std::uint32_t>(x) << static_cast<std::uint32_t>(shift > 0 ? shift : 0));
  const std::int64_t product = std::int64_t{shifted} * multiplier;
  const std::int64_t nudge = product >= 0 ? (1LL << 30) : (1 - (1LL << 30));
  const std::int64_t high = (product + nudge) / (1LL << 31);
  if (shift >= 0) return static_cast<std::int32_t>(high);
  const std::int64_t power = 1LL << -shift;
  const std::int64_t magnitude = (std::llabs(high) + power / 2) / power;
  return static_cast<std::int32_t>(high < 0 ? -magnitude : magnitude);
}

TEST(FixedPoint, AgreesWithTheDefinitionInSixtyFourBits) {
  Random random(31, "kernels");
  for (int i = 0; i < 500'000; ++i) {
    const auto width = static_cast<std::uint32_t>(random.below(31));
    const std::int32_t x = static_cast<std::int32_t>(random.bits()) >> width;
    const auto multiplier = static_cast<std::int32_t>(random.bits() & 0x7FFFFFFF);
    const auto shift = static_cast<std::int32_t>(random.below(63)) - 31;
    ASSERT_EQ(fw_requantise(x, multiplier, shift), expected_requantised(x, multiplier, shift))
        << x << " * " << multiplier << " shift " << shift;
  }
}

TEST(Kernels, AgreeWithTheDefinitionsTileByTileAndWhole) {
  Random random(32, "kernels");
  for (int i = 0; i < 2000; ++i) {
    const fw_operator op = computing_ops.at(static_cast<std::size_t>(i) % computing_ops.size());
    const std::vector<TestLayer> chain = random_chain({op}, random_shape(random), random);
    const std::vector<std::uint8_t> image = image_of(chain);
    const fw_layer& layer = *fw_image_layer(image.data(), 0);
    const Values input = random_values(elements(layer.input), random);
    const Values expected = expected_output(chain.front(), input);

    Values by_tiles(expected.size());
    for (std::uint32_t t = 0; t < layer.tile_count; ++t)
      run_tile(image, fw_tile_of(&layer, t), input, by_tiles);
    Values at_once(expected.size());
    run_tile(image, fw_whole_layer(&layer), input, at_once);

    ASSERT_EQ(by_tiles, at_once) << "case " << i;
    if (op == FW_OP_SOFTMAX) {
      for (std::size_t k = 0; k < expected.size(); ++k)
        ASSERT_LE(std::abs(by_tiles[k] - expected[k]), 1) << "case " << i;
    } else {
      ASSERT_EQ(by_tiles, expected) << "case " << i << " operator " << op;
    }
  }
}

TEST(Kernels, PoolRoundsTiesAwayFromZero) {
  fw_layer layer{};
  layer.op = FW_OP_AVERAGE_POOL_2D;
  layer.input = {.offset = 0, .height = 1, .width = 2, .channels = 4, .zero_point = 0};
  layer.output = {.offset = 8, .height = 1, .width = 1, .channels = 4, .zero_point = 0};
  layer.kernel_height = layer.stride_height = layer.stride_width = 1;
  layer.kernel_width = 2;
  layer.depth_multiplier = 1;
  layer.activation_min = -128;
  layer.activation_max = 127;
  const fw_tile tile = fw_whole_layer(&layer);
  const Values input{1, -1, 5, -128, 2, -2, 5, -127};
  Values output(4);
  fw_run_tile(&layer, &layer, &tile, input.data(), nullptr, output.data(), nullptr);
  EXPECT_EQ(output, (Values{2, -2, 5, -128}));  // 1.5, -1.5, 5, -127.5
}

TEST(Kernels, SoftmaxOfHandWorkedRows) {
  Random random(33, "kernels");
  TestLayer test = random_layer(FW_OP_SOFTMAX, {.height = 1, .width = 1, .channels = 4}, random);
  const auto softmax = [&](Values row) {
    Values output(row.size());
    fw_softmax(&test.layer, 1, static_cast<std::uint32_t>(row.size()), row.data(), output.data());
    return output;
  };
  EXPECT_EQ(softmax({5, 5, 5, 5}), (Values{-64, -64, -64, -64}));          // 256 / 4 - 128
  EXPECT_EQ(softmax({127, -128, 0, 0}), (Values{127, -128, -128, -128}));  // 256 does not fit
  // scale 1/8: exp(-8/8) = 0.3679; 256 / 1.3679 = 187.15, 256 * 0.2689 = 68.85
  EXPECT_EQ(softmax({8, 0}), (Values{59, -59}));
}

TEST(Kernels, SoftmaxOfAsManyEqualClassesAsThereMayBeIsNothing) {
  TestLayer test;
  Random random(34, "kernels");
  test = random_layer(FW_OP_SOFTMAX, {.height = 1, .width = 1, .channels = 2}, random);
  const Values row(4095, 3);
  Values output(row.size());
  fw_softmax(&test.layer, 1, 4095, row.data(), output.data());
  EXPECT_EQ(output, Values(4095, -128));  // 256 / 4095 rounds to 0
}

}  // namespace
}  // namespace sunfleck
