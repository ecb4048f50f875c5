#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <tuple>
#include <vector>

#include "target_fw/nn/kernels.h"
#include "tests/firmware/small_network.h"
#include "tests/support/mutate.h"

namespace sunfleck {
namespace {

constexpr std::array all_ops{
    FW_OP_CONV_2D,
    FW_OP_DEPTHWISE_CONV_2D,
    FW_OP_FULLY_CONNECTED,
    FW_OP_AVERAGE_POOL_2D,
    FW_OP_RESHAPE,
    FW_OP_SOFTMAX,
    FW_OP_ADD,
    FW_OP_MAX_POOL_2D,
    FW_OP_QUANTIZE};

TestShape random_shape(Random& random) {
  return {
      .height = static_cast<std::uint16_t>(1 + random.below(9)),
      .width = static_cast<std::uint16_t>(1 + random.below(9)),
      .channels = static_cast<std::uint32_t>(1 + random.below(5))};
}

// int16 first, then int8, weights of 4 bits in every other chain; ADD of two different activations.
constexpr std::size_t chain_length = 10;
std::vector<TestLayer> every_operator(Random& random) {
  const TestPrecision precision{
      .element_bytes = 2,
      .weight_bits = static_cast<std::uint8_t>(random.below(2) == 0 ? 4 : 8),
      .quantized_bytes = 1};
  return random_chain(
      {FW_OP_CONV_2D, FW_OP_DEPTHWISE_CONV_2D, FW_OP_MAX_POOL_2D, FW_OP_QUANTIZE,
       FW_OP_AVERAGE_POOL_2D, FW_OP_QUANTIZE, FW_OP_ADD, FW_OP_RESHAPE, FW_OP_FULLY_CONNECTED,
       FW_OP_SOFTMAX},
      random_shape(random), random, precision);
}

fw_image_fault check(const std::vector<std::uint8_t>& image) {
  return fw_image_check(image.data(), static_cast<std::uint32_t>(image.size()));
}

// Elements of both inputs that one element of the output can be made of, at most.
std::uint64_t taps_of(const fw_layer& layer) {
  const bool placewise =
      layer.op == FW_OP_SOFTMAX || layer.op == FW_OP_ADD || layer.op == FW_OP_QUANTIZE;
  return placewise ? 1 : elements(layer.input);
}

// Executes an accepted image in memories of exactly the promised sizes: under the address sanitizer
// every access outside shows. Layers of unreasonable work are left out.
void execute(const std::vector<std::uint8_t>& image) {
  fw_image_header header{};
  std::memcpy(&header, image.data(), sizeof header);
  if (header.arena_bytes > 65536 || header.scratch_bytes > 65536) return;
  Values arena(header.arena_bytes);
  Values scratch(header.scratch_bytes);
  for (std::uint32_t i = 0; i < header.layer_count; ++i) {
    const fw_layer* layer = fw_image_layer(image.data(), i);
    if (taps_of(*layer) * elements(layer->output) > 200'000) continue;
    for (std::uint32_t t = 0; t < layer->tile_count; ++t) {
      const fw_tile tile = fw_tile_of(layer, t);
      const Values patch(fw_tile_input_bytes(layer, &tile), 77);
      Values output(fw_tile_output_bytes(layer, &tile));
      fw_run_tile(
          image.data(), layer, &tile, patch.data(), patch.data(), output.data(), scratch.data());
    }
    const fw_tile whole = fw_whole_layer(layer);
    fw_run_tile(
        image.data(), layer, &whole, arena.data() + layer->input.offset,
        arena.data() + layer->input2.offset, arena.data() + layer->output.offset, scratch.data());
  }
}

TEST(Image, ChecksumIsThatOfTheCatalogue) {
  // CRC-32/ISO-HDLC of "123456789" is 0xCBF43926 (reveng catalogue).
  EXPECT_EQ(fw_crc32(0, "123456789", 9), 0xCBF43926U);
  EXPECT_EQ(fw_crc32(fw_crc32(0, "1234", 4), "56789", 5), 0xCBF43926U);
}

TEST(Image, NetworksThatAreSoundPass) {
  Random random(21, "image");
  for (int i = 0; i < 500; ++i) {
    const std::vector<std::uint8_t> image = image_of(every_operator(random));
    ASSERT_EQ(check(image), FW_IMAGE_OK) << i;
  }
}

TEST(Image, SaysWhatIsWrong) {
  Random random(22, "image");
  const std::vector<std::uint8_t> good = image_of(every_operator(random));
  struct Case {
    const char* name;
    std::size_t at;  // byte that is changed
    std::uint8_t to;
    bool sealed;
    fw_image_fault fault;
  };
  constexpr std::size_t first_layer = sizeof(fw_image_header);
  const auto of_layer = [](std::size_t index, std::size_t field) {
    return first_layer + index * sizeof(fw_layer) + field;
  };
  const auto constant = [&](std::size_t index, std::uint32_t fw_layer::*offset, std::size_t byte) {
    return fw_image_layer(good.data(), static_cast<std::uint32_t>(index))->*offset + byte;
  };
  constexpr std::size_t conv = 0;
  constexpr std::size_t depthwise = 1;
  constexpr std::size_t pool = 2;
  constexpr std::size_t quantize = 3;
  constexpr std::size_t add = 6;
  constexpr std::size_t softmax = 9;
  const Case cases[] = {
      {"magic", 0, 0, true, FW_IMAGE_NO_MAGIC},
      {"version", 4, 1, true, FW_IMAGE_BAD_VERSION},
      {"size", 11, 0x7F, true, FW_IMAGE_BAD_SIZE},
      {"layer table", 19, 0x40, true, FW_IMAGE_BAD_SIZE},
      {"a constant", good.size() - 1, static_cast<std::uint8_t>(~good.back()), false,
       FW_IMAGE_BAD_CRC},
      {"a name without end", first_layer - 1, 'x', true, FW_IMAGE_BAD_LAYER},
      {"operator", first_layer, 99, true, FW_IMAGE_BAD_LAYER},
      {"output on its input", first_layer + offsetof(fw_layer, output.offset), 0, true,
       FW_IMAGE_BAD_LAYER},
      {"stride", first_layer + offsetof(fw_layer, stride_height), 0, true, FW_IMAGE_BAD_LAYER},
      {"padding", first_layer + offsetof(fw_layer, pad_left), 200, true, FW_IMAGE_BAD_LAYER},
      {"weights", first_layer + offsetof(fw_layer, weights_offset) + 3, 0xFF, true,
       FW_IMAGE_BAD_LAYER},
      {"alignment", first_layer + offsetof(fw_layer, bias_offset), 1, true, FW_IMAGE_BAD_LAYER},
      {"tile", first_layer + offsetof(fw_layer, tile_width), 0, true, FW_IMAGE_BAD_LAYER},
      {"elements of 3 bytes", of_layer(pool, offsetof(fw_layer, input.element_bytes)), 3, true,
       FW_IMAGE_BAD_LAYER},
      {"elements of 0 bytes", of_layer(add, offsetof(fw_layer, input2.element_bytes)), 0, true,
       FW_IMAGE_BAD_LAYER},
      {"elements that change their size", of_layer(conv, offsetof(fw_layer, output.element_bytes)),
       1, true, FW_IMAGE_BAD_LAYER},
      {"int16 with a zero point", of_layer(conv, offsetof(fw_layer, input.zero_point)), 1, true,
       FW_IMAGE_BAD_LAYER},
      {"softmax of int16", of_layer(softmax, offsetof(fw_layer, input.element_bytes)), 2, true,
       FW_IMAGE_BAD_LAYER},
      {"a tensor between words", of_layer(add, offsetof(fw_layer, input2.offset)),
       static_cast<std::uint8_t>(fw_image_layer(good.data(), add)->input2.offset + 2), true,
       FW_IMAGE_BAD_LAYER},
      {"a second input that is no addition's", of_layer(conv, offsetof(fw_layer, input2.channels)),
       1, true, FW_IMAGE_BAD_LAYER},
      {"a second input of another shape", of_layer(add, offsetof(fw_layer, input2.channels)),
       static_cast<std::uint8_t>(fw_image_layer(good.data(), add)->input2.channels + 1), true,
       FW_IMAGE_BAD_LAYER},
      {"left shift", of_layer(add, offsetof(fw_layer, left_shift)), 21, true, FW_IMAGE_BAD_LAYER},
      {"an addition that shifts an input left", constant(add, &fw_layer::shift_offset, 0), 1, true,
       FW_IMAGE_BAD_LAYER},
      {"a negative multiplier", constant(quantize, &fw_layer::multiplier_offset, 3), 0x80, true,
       FW_IMAGE_BAD_LAYER},
      {"a shift beyond 64 bits", constant(conv, &fw_layer::shift_offset, 0), 15, true,
       FW_IMAGE_BAD_LAYER},
      {"weights of 5 bits", of_layer(conv, offsetof(fw_layer, weight_bits)), 5, true,
       FW_IMAGE_BAD_LAYER},
      {"packed depthwise weights", of_layer(depthwise, offsetof(fw_layer, weight_bits)), 4, true,
       FW_IMAGE_BAD_LAYER},
      {"weights of a pool", of_layer(pool, offsetof(fw_layer, weight_bits)), 8, true,
       FW_IMAGE_BAD_LAYER},
      {"no tiles to a commit", of_layer(conv, offsetof(fw_layer, tiles_per_commit)), 0, true,
       FW_IMAGE_BAD_LAYER},
      {"clamp beyond int16", of_layer(conv, offsetof(fw_layer, activation_max) + 2), 1, true,
       FW_IMAGE_BAD_LAYER},
      {"clamp beyond int8", of_layer(softmax, offsetof(fw_layer, activation_max) + 1), 1, true,
       FW_IMAGE_BAD_LAYER},
      {"an arena too large", offsetof(fw_image_header, arena_bytes) + 3, 0x20, true,
       FW_IMAGE_BAD_LAYER},
      {"tile count", first_layer + offsetof(fw_layer, tile_count) + 2, 9, true, FW_IMAGE_BAD_LAYER},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<std::uint8_t> image = good;
    image[c.at] = c.to;
    if (c.sealed) seal(image);
    EXPECT_EQ(check(image), c.fault);
  }
  EXPECT_EQ(fw_image_check(good.data(), 79), FW_IMAGE_BAD_SIZE);
  EXPECT_EQ(
      fw_image_check(good.data(), static_cast<std::uint32_t>(good.size() - 1)), FW_IMAGE_BAD_SIZE);
}

TEST(Image, DamagedImagesAreRefusedOrHarmless) {
  Random random(23, "image");
  std::vector<std::uint8_t> original;
  int passed = 0;
  for (int i = 0; i < 30'000; ++i) {
    if (i % 50 == 0) original = image_of(every_operator(random));
    std::vector<std::uint8_t> image = original;
    if (i % 2 == 0) {
      image = mutated(image, random);
    } else {  // one field of header or layer table, where the format is
      const std::size_t fields = (sizeof(fw_image_header) + chain_length * sizeof(fw_layer)) / 2;
      const auto value = static_cast<std::uint16_t>(
          random.below(4) == 0 ? random.bits() : random.below(12) - random.below(12));
      std::memcpy(image.data() + 2 * random.below(fields), &value, sizeof value);
    }
    seal(image);
    if (check(image) != FW_IMAGE_OK) continue;
    ++passed;
    execute(image);
  }
  EXPECT_GT(passed, 1000);
}

TEST(Image, AHugeLayerIsRefusedWithoutOverflow) {
  Random random(24, "image");
  for (std::size_t i = 0; i < 2 * all_ops.size(); ++i) {
    const fw_operator op = all_ops.at(i / 2);
    if (op == FW_OP_SOFTMAX && i % 2 == 1) continue;
    SCOPED_TRACE(testing::Message() << "operator " << op << ", " << 1 + i % 2 << " bytes");
    const TestPrecision precision{
        .element_bytes = static_cast<std::uint16_t>(1 + i % 2), .weight_bits = 4};
    const std::vector<TestLayer> chain =
        random_chain({op}, {.height = 4, .width = 4, .channels = 2}, random, precision);
    const std::vector<std::uint8_t> good = image_of(chain);
    ASSERT_EQ(check(good), FW_IMAGE_OK);
    for (std::size_t at = sizeof(fw_image_header); at < sizeof(fw_image_header) + sizeof(fw_layer);
         at += 2) {
      for (const std::uint16_t value :
           std::array<std::uint16_t, 4>{0x0000, 0x7FFF, 0x8000, 0xFFFF}) {
        std::vector<std::uint8_t> image = good;
        std::memcpy(image.data() + at, &value, sizeof value);
        seal(image);
        if (check(image) == FW_IMAGE_OK) execute(image);
      }
    }
  }
}

using Place = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;

TEST(Tiles, CoverEachOutputOnce) {
  Random random(25, "image");
  for (int i = 0; i < 600; ++i) {
    const fw_operator op = all_ops.at(static_cast<std::size_t>(i) % all_ops.size());
    const fw_layer layer = random_layer(op, random_shape(random), random).layer;
    std::set<Place> seen;
    for (std::uint32_t t = 0; t < layer.tile_count; ++t) {
      const fw_tile tile = fw_tile_of(&layer, t);
      EXPECT_LE(tile.out_y_end - tile.out_y, layer.tile_height);
      EXPECT_LE(tile.out_x_end - tile.out_x, layer.tile_width);
      EXPECT_LE(tile.out_c_end - tile.out_c, layer.tile_channels);
      for (std::uint32_t y = tile.out_y; y < tile.out_y_end; ++y)
        for (std::uint32_t x = tile.out_x; x < tile.out_x_end; ++x)
          for (std::uint32_t c = tile.out_c; c < tile.out_c_end; ++c)
            EXPECT_TRUE(seen.insert({y, x, c}).second) << "twice";
    }
    EXPECT_EQ(seen.size(), elements(layer.output));
    EXPECT_LT(std::get<0>(*seen.rbegin()), layer.output.height);
  }
}

TEST(Tiles, PatchesAreTheSmallestThatHoldAllTaps) {
  Random random(26, "image");
  for (int i = 0; i < 400; ++i) {
    constexpr std::array windowed{
        FW_OP_DEPTHWISE_CONV_2D, FW_OP_AVERAGE_POOL_2D, FW_OP_MAX_POOL_2D};
    const fw_operator op = windowed.at(static_cast<std::size_t>(i) % windowed.size());
    const fw_layer layer = random_layer(op, random_shape(random), random).layer;
    const fw_tile tile =
        fw_tile_of(&layer, static_cast<std::uint32_t>(random.below(layer.tile_count)));
    std::set<std::uint32_t> rows;
    for (std::uint32_t y = tile.out_y; y < tile.out_y_end; ++y)
      for (std::uint32_t k = 0; k < layer.kernel_height; ++k) {
        const int row = static_cast<int>(y * layer.stride_height + k) - layer.pad_top;
        if (row >= 0 && row < layer.input.height) rows.insert(static_cast<std::uint32_t>(row));
      }
    EXPECT_EQ(tile.in_y, *rows.begin());
    EXPECT_EQ(tile.in_y_end, *rows.rbegin() + 1);
    EXPECT_EQ(tile.in_c, tile.out_c / layer.depth_multiplier);
    EXPECT_EQ(tile.in_c_end, (tile.out_c_end - 1) / layer.depth_multiplier + 1);
  }
}

}  // namespace
}  // namespace sunfleck
