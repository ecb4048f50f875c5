#include "target_fw/nn/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "target_fw/nn/fixed_point.h"
#include "tests/firmware/small_network.h"

namespace sunfleck {
namespace {

struct Case {
  const char* name;
  fw_operator op;
  TestPrecision precision{};
};
constexpr std::array cases{
    Case{"conv 8x8", FW_OP_CONV_2D},
    Case{"conv 8x4", FW_OP_CONV_2D, {.weight_bits = 4}},
    Case{"conv 16x8", FW_OP_CONV_2D, {.element_bytes = 2}},
    Case{"conv 16x4", FW_OP_CONV_2D, {.element_bytes = 2, .weight_bits = 4}},
    Case{"depthwise 8x8", FW_OP_DEPTHWISE_CONV_2D},
    Case{"depthwise 16x8", FW_OP_DEPTHWISE_CONV_2D, {.element_bytes = 2}},
    Case{"fully connected 8x8", FW_OP_FULLY_CONNECTED},
    Case{"fully connected 8x4", FW_OP_FULLY_CONNECTED, {.weight_bits = 4}},
    Case{"fully connected 16x8", FW_OP_FULLY_CONNECTED, {.element_bytes = 2}},
    Case{"fully connected 16x4", FW_OP_FULLY_CONNECTED, {.element_bytes = 2, .weight_bits = 4}},
    Case{"average pool 8", FW_OP_AVERAGE_POOL_2D},
    Case{"average pool 16", FW_OP_AVERAGE_POOL_2D, {.element_bytes = 2}},
    Case{"max pool 8", FW_OP_MAX_POOL_2D},
    Case{"max pool 16", FW_OP_MAX_POOL_2D, {.element_bytes = 2}},
    Case{"add 8", FW_OP_ADD},
    Case{"add 16", FW_OP_ADD, {.element_bytes = 2}},
    Case{"quantize 8 to 8", FW_OP_QUANTIZE},
    Case{"quantize 8 to 16", FW_OP_QUANTIZE, {.quantized_bytes = 2}},
    Case{"quantize 16 to 8", FW_OP_QUANTIZE, {.element_bytes = 2}},
    Case{"quantize 16 to 16", FW_OP_QUANTIZE, {.element_bytes = 2, .quantized_bytes = 2}},
    Case{"softmax", FW_OP_SOFTMAX},
};

TestShape random_shape(Random& random) {
  return {
      .height = static_cast<std::uint16_t>(1 + random.below(10)),
      .width = static_cast<std::uint16_t>(1 + random.below(10)),
      .channels = static_cast<std::uint32_t>(1 + random.below(7))};
}

// A layer in an image of its own, and inputs for it.
struct Sample {
  TestLayer test;
  std::vector<std::uint8_t> image;
  Values input, input2;
};

Sample random_sample(const Case& c, TestShape shape, Random& random) {
  Sample sample{.test = random_layer(c.op, shape, random, c.precision)};
  sample.image = image_of({sample.test});
  sample.input = random_values(bytes_of(sample.test.layer.input), random);
  sample.input2 = random_values(bytes_of(sample.test.layer.input2), random);
  return sample;
}

// The bytes of the element (y, x, c), and where they begin.
std::size_t place(const fw_tensor& tensor, std::uint32_t y, std::uint32_t x, std::uint32_t c) {
  return ((std::size_t{y} * tensor.width + x) * tensor.channels + c) * tensor.element_bytes;
}

Values patch_of(const fw_tensor& tensor, const fw_tile& tile, const Values& values) {
  Values patch;
  if (values.empty()) return patch;
  for (std::uint32_t y = tile.in_y; y < tile.in_y_end; ++y)
    for (std::uint32_t x = tile.in_x; x < tile.in_x_end; ++x) {
      const auto from = static_cast<std::ptrdiff_t>(place(tensor, y, x, tile.in_c));
      const auto to = static_cast<std::ptrdiff_t>(place(tensor, y, x, tile.in_c_end));
      patch.insert(patch.end(), values.begin() + from, values.begin() + to);
    }
  return patch;
}

using RunTile = decltype(&fw_run_tile);

// Runs one tile the way the runtime does: patch out of the tensor, tile into the tensor.
void run_tile(RunTile run, const Sample& sample, const fw_tile& tile, Values& output) {
  const fw_layer* layer = fw_image_layer(sample.image.data(), 0);
  const Values patch = patch_of(layer->input, tile, sample.input);
  const Values patch2 = patch_of(layer->input2, tile, sample.input2);
  Values made(fw_tile_output_bytes(layer, &tile));
  Values scratch(fw_scratch_bytes(layer), 0x55);
  run(sample.image.data(), layer, &tile, patch.data(), patch2.data(), made.data(), scratch.data());
  auto next = made.begin();
  const std::size_t bytes = std::size_t{tile.out_c_end - tile.out_c} * layer->output.element_bytes;
  for (std::uint32_t y = tile.out_y; y < tile.out_y_end; ++y)
    for (std::uint32_t x = tile.out_x; x < tile.out_x_end; ++x) {
      std::copy_n(next, bytes, &output.at(place(layer->output, y, x, tile.out_c)));
      next += static_cast<std::ptrdiff_t>(bytes);
    }
}

Values run_whole(RunTile run, const Sample& sample) {
  const fw_layer* layer = fw_image_layer(sample.image.data(), 0);
  Values output(bytes_of(layer->output));
  run_tile(run, sample, fw_whole_layer(layer), output);
  return output;
}

Values run_by_tiles(RunTile run, const Sample& sample) {
  const fw_layer* layer = fw_image_layer(sample.image.data(), 0);
  Values output(bytes_of(layer->output));
  for (std::uint32_t t = 0; t < layer->tile_count; ++t)
    run_tile(run, sample, fw_tile_of(layer, t), output);
  return output;
}

TEST(FixedPoint, FollowsHandWorkedValues) {
  struct Worked {
    const char* name;
    std::int32_t x, multiplier, shift, result;
  };
  // multiplier 2^30 is a half; worked by hand
  const Worked values[] = {
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
  for (const Worked& c : values) {
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

TEST(FixedPoint, OfWideSumsFollowsHandWorkedValues) {
  struct Worked {
    const char* name;
    std::int64_t x;
    std::int32_t multiplier, shift, result;
  };
  // Of 2^30, the multiplier of 16 bits is 2^14: a half; worked by hand.
  const Worked values[] = {
      {"a half of 101 is a tie, which goes up", 101, 1 << 30, 0, 51},
      {"a half of -101 likewise", -101, 1 << 30, 0, -50},
      {"rounding once: 11 / 8 is 1", 11, 1 << 30, -2, 1},
      {"a half of 2^40, twice shifted by 7", std::int64_t{1} << 40, 1 << 30, -14, 1 << 25},
      {"left shift", 100, 1 << 30, 3, 400},
      {"a multiplier that rounds up to 2^15 is 2^15 - 1", 1 << 15, INT32_MAX, 0, 32767},
      {"a multiplier is rounded to nearest", 1 << 16, (1 << 30) + 0x8000, 0, (1 << 15) + 2},
  };
  for (const Worked& c : values) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(fw_requantise_wide(c.x, c.multiplier, c.shift), c.result);
  }
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
  for (std::size_t i = 0; i < 100 * cases.size(); ++i) {
    const Case& c = cases.at(i % cases.size());
    SCOPED_TRACE(c.name);
    const Sample sample = random_sample(c, random_shape(random), random);
    const Values expected = expected_output(sample.test, sample.input, sample.input2);
    const Values by_tiles = run_by_tiles(fw_run_tile, sample);
    ASSERT_EQ(by_tiles, run_whole(fw_run_tile, sample)) << "case " << i;
    if (c.op == FW_OP_SOFTMAX) {
      for (std::size_t k = 0; k < expected.size(); ++k)
        ASSERT_LE(std::abs(by_tiles[k] - expected[k]), 1) << "case " << i;
    } else {
      ASSERT_EQ(by_tiles, expected) << "case " << i;
    }
  }
}

// Also of shapes that are wide enough for all the ways that the fast kernels have.
TEST(Kernels, FastOnesGiveWhatPlainOnesGive) {
  Random random(35, "kernels");
  for (std::size_t i = 0; i < 300 * cases.size(); ++i) {
    const Case& c = cases.at(i % cases.size());
    SCOPED_TRACE(c.name);
    TestShape shape = random_shape(random);
    if (random.below(4) == 0) shape.channels = static_cast<std::uint32_t>(1 + random.below(40));
    const Sample sample = random_sample(c, shape, random);
    ASSERT_EQ(run_by_tiles(fw_run_tile_fast, sample), run_by_tiles(fw_run_tile_plain, sample))
        << "case " << i;
    ASSERT_EQ(run_whole(fw_run_tile_fast, sample), run_whole(fw_run_tile_plain, sample))
        << "case " << i;
  }
}

// More taps than are multiplied at once, or than scratch memory is there for.
TEST(Kernels, FastOnesGiveWhatPlainOnesGiveOfLargeLayers) {
  Random random(39, "kernels");
  for (std::size_t i = 0; i < 60; ++i) {
    const Case& c = cases.at(i % 10);  // those with weights
    SCOPED_TRACE(c.name);
    const auto channels = static_cast<std::uint32_t>(60 + random.below(240));
    const Sample sample = random_sample(c, {.height = 4, .width = 3, .channels = channels}, random);
    EXPECT_LE(fw_scratch_bytes(&sample.test.layer), 6400U);
    ASSERT_EQ(run_whole(fw_run_tile_fast, sample), run_whole(fw_run_tile_plain, sample))
        << "case " << i;
  }
}

TEST(Kernels, PoolRoundsTiesAwayFromZero) {
  fw_layer layer{};
  layer.op = FW_OP_AVERAGE_POOL_2D;
  layer.input = {.height = 1, .width = 2, .channels = 4, .element_bytes = 1};
  layer.output = {.offset = 8, .height = 1, .width = 1, .channels = 4, .element_bytes = 1};
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
