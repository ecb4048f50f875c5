#include "core/network/kernel_work.h"

#include <gtest/gtest.h>

namespace sunfleck {
namespace {

fw_tensor tensor(std::uint16_t height, std::uint16_t width, std::uint32_t channels) {
  return {
      .offset = 0,
      .height = height,
      .width = width,
      .channels = channels,
      .zero_point = 0,
      .element_bytes = 1,
      .reserved = 0};
}

// A layer of 8-bit elements with windows of 3 x 3 at stride 1 that keep the size, in tiles of these
// rows.
fw_layer windowed(
    fw_operator op, const fw_tensor& input, std::uint32_t filters, std::uint16_t rows) {
  fw_layer layer{};
  layer.op = static_cast<std::uint16_t>(op);
  layer.weight_bits = 8;
  layer.input = input;
  layer.output = tensor(input.height, input.width, filters);
  layer.kernel_height = layer.kernel_width = 3;
  layer.stride_height = layer.stride_width = 1;
  layer.pad_top = layer.pad_left = 1;
  layer.depth_multiplier = 1;
  layer.activation_min = -128;
  layer.activation_max = 127;
  layer.tile_height = rows;
  layer.tile_width = input.width;
  layer.tile_channels = filters;
  layer.tile_count = (input.height + rows - 1U) / rows;
  return layer;
}

// By hand: 25 places are 6 times 4 and one alone; 72 taps are 9 groups; 6 filters are 3 pairs, or
// one four and one two. Windows cover 2 + 3 + 3 + 3 + 2 rows at each of 5 columns.
TEST(KernelWork, CountsAConvolutionAsByHand) {
  const KernelWork work = count_kernel_work(windowed(FW_OP_CONV_2D, tensor(5, 5, 8), 6, 5));
  EXPECT_EQ(work.inner_calls, 6U * 3U + 2U);
  EXPECT_EQ(work.single_products, 6U * 72U);
  EXPECT_EQ(work.products, 6U * 4U * 6U * 72U + 6U * 72U);
  EXPECT_EQ(work.places, 25U);
  EXPECT_EQ(work.window_rows, 13U * 5U);
  EXPECT_EQ(work.laid_out, 25U * 72U);
  EXPECT_EQ(work.gathered, 0U) << "8 channels are a group";
  EXPECT_EQ(work.checked_channels, 6U);
  EXPECT_EQ(work.finished_alone, 6U);
  EXPECT_EQ(work.clamped, 0U);
  EXPECT_EQ(work.runs_read, 1U);
  EXPECT_EQ(work.runs_written, 1U);
}

// By hand: tiles of 2, 2 and 1 rows have 10, 10 and 5 places: twice 2 fours and 2 alone, then one
// four and one alone. 3 channels are no group: 27 taps fill 4.
TEST(KernelWork, CountsEachTileForItself) {
  fw_layer layer = windowed(FW_OP_CONV_2D, tensor(5, 5, 3), 5, 2);
  layer.activation_min = 0;
  const KernelWork work = count_kernel_work(layer);
  EXPECT_EQ(work.inner_calls, 2U * (2U * 3U + 2U * 2U) + 1U * 3U + 1U * 2U);
  EXPECT_EQ(work.gathered, 25U * 32U);
  EXPECT_EQ(work.finished_alone, 5U * 5U + 5U * 4U) << "alone, and the odd channel of the others";
  EXPECT_EQ(work.clamped, 125U);
  EXPECT_EQ(work.runs_read, 3U);
}

// By hand: 6 channels are 4 and 4 that overlap; windows cover 13 rows and 13 columns, of which 2
// and 2 lie at the sides, where windows are not 3 wide.
TEST(KernelWork, CountsADepthwiseConvolutionAsByHand) {
  const KernelWork work =
      count_kernel_work(windowed(FW_OP_DEPTHWISE_CONV_2D, tensor(5, 5, 6), 6, 5));
  EXPECT_EQ(work.inner_calls, 50U);
  EXPECT_EQ(work.products, 13U * 13U * 8U);
  EXPECT_EQ(work.looped_products, 13U * 4U * 8U);
  EXPECT_EQ(work.single_products, 0U);
  EXPECT_EQ(work.window_rows, 13U * 5U * 2U);
  const KernelWork plain =
      count_kernel_work(windowed(FW_OP_DEPTHWISE_CONV_2D, tensor(5, 5, 3), 3, 5));
  EXPECT_EQ(plain.inner_calls, 75U);
  EXPECT_EQ(plain.single_products, 13U * 13U * 3U);
}

// By hand: 37 channels are kept as 32 and 5; 32 are 8 fours, 5 one four and one; 100 taps fill 13
// groups.
TEST(KernelWork, CountsAFullyConnectedLayerAsByHand) {
  fw_layer layer = windowed(FW_OP_FULLY_CONNECTED, tensor(1, 1, 100), 37, 1);
  layer.kernel_height = layer.kernel_width = 1;
  layer.pad_top = layer.pad_left = 0;
  const KernelWork work = count_kernel_work(layer);
  EXPECT_EQ(work.inner_calls, 8U + 2U);
  EXPECT_EQ(work.products, 104U * 37U);
  EXPECT_EQ(work.laid_out, 2U * 104U);
  EXPECT_EQ(work.checked_channels, 2U * 37U);
}

TEST(KernelWork, CountsPoolsByTheirWindows) {
  const KernelWork mean = count_kernel_work(windowed(FW_OP_AVERAGE_POOL_2D, tensor(5, 5, 4), 4, 5));
  EXPECT_EQ(mean.inner_calls, 100U);
  EXPECT_EQ(mean.window_rows, 13U * 5U * 4U);
  EXPECT_EQ(count_kernel_work(windowed(FW_OP_MAX_POOL_2D, tensor(5, 5, 4), 4, 5)).inner_calls, 0U);
}

}  // namespace
}  // namespace sunfleck
