#include "core/network/inner_calls.h"

#include <algorithm>

#include "target_fw/protocol/kernel_scratch.h"

namespace sunfleck {
namespace {

// As in target_fw/nn.
constexpr std::uint64_t group = 8;             // taps
constexpr std::uint64_t wide_taps = 504;       // of int16 elements in one call
constexpr std::uint64_t channels_at_once = 4;  // of DEPTHWISE_CONV_2D
constexpr std::uint64_t filters_kept = 32;     // of FULLY_CONNECTED

constexpr std::uint64_t up(std::uint64_t whole, std::uint64_t part) {
  return (whole + part - 1) / part;
}

// Calls for `filters` filters at one place: four at once, then two, then one.
std::uint64_t calls_of_a_place(std::uint64_t filters) {
  return filters / 4 + filters % 4 / 2 + filters % 2;
}

struct Extent {
  std::uint64_t height, width, channels;
  std::uint64_t places() const { return height * width; }
};
Extent extent_of(const fw_tile& tile) {
  return {tile.out_y_end - tile.out_y, tile.out_x_end - tile.out_x, tile.out_c_end - tile.out_c};
}

bool is_wide(const fw_layer& layer) { return layer.input.element_bytes == 2; }

std::uint64_t window_taps(const fw_layer& layer) {
  return std::uint64_t{layer.kernel_height} * layer.kernel_width * layer.input.channels;
}

// Rows of the input under the windows of a tile, with each channel at each place.
std::uint64_t rows_of_windows(const fw_layer& layer, const fw_tile& tile) {
  std::uint64_t rows = 0;
  for (std::uint32_t y = tile.out_y; y < tile.out_y_end; ++y) {
    const std::int64_t begin = std::int64_t{y} * layer.stride_height - layer.pad_top;
    const std::int64_t end =
        std::min<std::int64_t>(begin + layer.kernel_height, layer.input.height);
    rows += static_cast<std::uint64_t>(end - std::max<std::int64_t>(begin, 0));
  }
  const Extent extent = extent_of(tile);
  return rows * extent.width * extent.channels;
}

std::uint64_t convolution(const fw_layer& layer, const fw_tile& tile) {
  const std::uint64_t at_once = fw_conv_places(&layer);
  if (at_once == 0) return rows_of_windows(layer, tile);
  const Extent extent = extent_of(tile);
  const std::uint64_t pieces =
      is_wide(layer) ? up(up(window_taps(layer), group), wide_taps / group) : 1;
  const std::uint64_t together = at_once > 1 ? extent.places() / at_once : 0;
  const std::uint64_t single = extent.places() - together * at_once;
  return pieces * (together * up(extent.channels, 2) + single * calls_of_a_place(extent.channels));
}

std::uint64_t depthwise(const fw_layer& layer, const fw_tile& tile) {
  const Extent extent = extent_of(tile);
  const std::uint64_t taps = std::uint64_t{layer.kernel_height} * layer.kernel_width;
  const bool one_by_one = layer.depth_multiplier != 1 || extent.channels < channels_at_once ||
      (is_wide(layer) && taps > wide_taps);
  return extent.places() * (one_by_one ? extent.channels : up(extent.channels, channels_at_once));
}

std::uint64_t fully_connected(const fw_layer& layer, const fw_tile& tile) {
  const fw_tensor& in = layer.input;
  const std::uint64_t taps = std::uint64_t{in.height} * in.width * in.channels;
  const std::uint64_t channels = extent_of(tile).channels;
  const std::uint64_t calls = channels / filters_kept * calls_of_a_place(filters_kept) +
      calls_of_a_place(channels % filters_kept);
  return up(taps, fw_fully_connected_stretch(&layer)) * calls;
}

std::uint64_t calls_of_a_tile(const fw_layer& layer, const fw_tile& tile) {
  const Extent extent = extent_of(tile);
  const std::uint64_t outputs = extent.places() * extent.channels;
  switch (layer.op) {
    case FW_OP_CONV_2D:
      return convolution(layer, tile);
    case FW_OP_DEPTHWISE_CONV_2D:
      return depthwise(layer, tile);
    case FW_OP_FULLY_CONNECTED:
      return fully_connected(layer, tile);
    case FW_OP_RESHAPE:
      return 0;
    case FW_OP_ADD:
      return 3 * outputs;
    default:
      return outputs;
  }
}

}  // namespace

std::uint64_t count_inner_calls(const fw_layer& layer) {
  std::uint64_t calls = 0;
  for (std::uint32_t i = 0; i < layer.tile_count; ++i)
    calls += calls_of_a_tile(layer, fw_tile_of(&layer, i));
  return calls;
}

}  // namespace sunfleck
