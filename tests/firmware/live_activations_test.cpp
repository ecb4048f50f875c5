#include "target_fw/protocol/live_activations.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <cstring>
#include <utility>
#include <vector>

namespace sunfleck {
namespace {

using Ranges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // offset, bytes

// A place in the arena: rows of 4 bytes.
fw_tensor tensor(std::uint32_t offset, std::uint16_t rows) {
  return {
      .offset = offset,
      .height = rows,
      .width = 2,
      .channels = 2,
      .zero_point = 0,
      .element_bytes = 1,
      .reserved = 0};
}

fw_layer layer(fw_operator op, fw_tensor input, fw_tensor output, fw_tensor input2 = {}) {
  fw_layer made{};
  made.op = static_cast<std::uint16_t>(op);
  made.input = input;
  made.input2 = input2;
  made.output = output;
  made.kernel_height = made.kernel_width = made.stride_height = made.stride_width = 1;
  made.tile_height = 1;
  made.tile_width = 2;
  made.tile_channels = 2;
  made.tile_count = output.height;
  return made;
}

// A header and its layers, 4-aligned; the output is that of the last layer.
std::vector<std::uint8_t> image_of(const std::vector<fw_layer>& layers) {
  fw_image_header header{};
  header.layer_count = static_cast<std::uint16_t>(layers.size());
  header.layers_offset = sizeof header;
  const fw_tensor& output = layers.back().output;
  header.output_offset = output.offset;
  header.output_bytes = 4U * output.height;
  std::vector<std::uint8_t> image(sizeof header + layers.size() * sizeof(fw_layer));
  std::memcpy(image.data(), &header, sizeof header);
  std::memcpy(image.data() + sizeof header, layers.data(), layers.size() * sizeof(fw_layer));
  return image;
}

Ranges live_at(const std::vector<std::uint8_t>& image, std::uint32_t layer, std::uint32_t tile) {
  fw_live live{};
  fw_live_find(&live, reinterpret_cast<const fw_image_header*>(image.data()), layer, tile);
  Ranges ranges;
  std::uint32_t bytes = 0;
  for (std::uint32_t i = 0; i < live.count; ++i) {
    ranges.emplace_back(live.ranges[i].offset, live.ranges[i].bytes);
    bytes += live.ranges[i].bytes;
  }
  EXPECT_EQ(fw_live_bytes(&live), bytes);
  std::sort(ranges.begin(), ranges.end());
  return ranges;
}

// in(0) -> a(100) -> b(200); a + b -> c(0), the place of the input; reshape; c -> d(100).
std::vector<std::uint8_t> residual() {
  const fw_tensor in = tensor(0, 8);
  const fw_tensor a = tensor(100, 6);
  const fw_tensor b = tensor(200, 6);
  const fw_tensor c = tensor(0, 6);
  return image_of(
      {layer(FW_OP_CONV_2D, in, a), layer(FW_OP_CONV_2D, a, b), layer(FW_OP_ADD, a, c, b),
       layer(FW_OP_RESHAPE, c, c), layer(FW_OP_FULLY_CONNECTED, c, tensor(100, 3))});
}

TEST(LiveActivations, AreWhatTheRestOfTheInferenceReads) {
  const std::vector<std::uint8_t> image = residual();
  struct Case {
    std::uint32_t layer;
    std::uint32_t tile;
    Ranges live;
  };
  // By hand, from the picture above; an output under way counts the rows before the tile.
  const Case cases[] = {
      {0, 0, {{0, 32}}},
      {0, 1, {{0, 32}, {100, 4}}},
      {0, 5, {{0, 32}, {100, 20}}},
      {0, 6, {{100, 24}}},
      {1, 2, {{100, 24}, {200, 8}}},
      {1, 6, {{100, 24}, {200, 24}}},
      {2, 3, {{0, 12}, {100, 24}, {200, 24}}},
      {2, 6, {{0, 24}}},
      {4, 0, {{0, 24}}},
      {4, 1, {{0, 24}, {100, 4}}},
      {4, 3, {{100, 12}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message() << c.layer << ", " << c.tile);
    EXPECT_EQ(live_at(image, c.layer, c.tile), c.live);
  }
}

TEST(LiveActivations, ATensorThatIsMadeOfTwoStaysWhole) {
  // The last layer reads what two layers before it write half of each.
  const std::vector<std::uint8_t> image = image_of(
      {layer(FW_OP_CONV_2D, tensor(100, 2), tensor(0, 2)),
       layer(FW_OP_CONV_2D, tensor(100, 2), tensor(8, 2)),
       layer(FW_OP_CONV_2D, tensor(0, 4), tensor(200, 1))});
  EXPECT_EQ(live_at(image, 0, 2), (Ranges{{0, 16}, {100, 8}}));
}

TEST(LiveActivations, MoreThanThereIsRoomForAreOneRange) {
  // 20 sums whose inputs lie apart and are all made; the first 11 ranges are apart, the rest is
  // one.
  std::vector<fw_layer> layers;
  for (std::uint32_t i = 0; i < 20; ++i)
    layers.push_back(
        layer(FW_OP_ADD, tensor(1000 + 100 * i, 1), tensor(8, 1), tensor(1000 + 100 * i + 50, 1)));
  const std::vector<std::uint8_t> image = image_of(layers);
  const Ranges live = live_at(image, 0, 0);
  EXPECT_EQ(live.size(), std::size_t{FW_LIVE_RANGES_MAX});
  for (std::uint32_t i = 0; i < 20; ++i)
    for (const std::uint32_t at : {1000 + 100 * i, 1000 + 100 * i + 50}) {
      const bool held = std::any_of(live.begin(), live.end(), [&](const auto& range) {
        return range.first <= at && at + 4 <= range.first + range.second;
      });
      EXPECT_TRUE(held) << at;
    }
}

}  // namespace
}  // namespace sunfleck
