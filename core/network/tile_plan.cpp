#include "core/network/tile_plan.h"

#include <algorithm>

#include "core/network/window.h"

namespace sunfleck {
namespace {

struct TileSize {
  std::uint64_t height, width, channels;
};

constexpr std::uint64_t up(std::uint64_t whole, std::uint64_t part) {
  return (whole + part - 1) / part;
}

constexpr std::uint64_t rounded(std::uint64_t bytes) { return up(bytes, 4) * 4; }

bool splits_channels(const fw_layer& layer) { return layer.op != FW_OP_SOFTMAX; }

// Products, or elements summed, for one element of the output, as if there were no padding.
std::uint64_t work_per_output(const fw_layer& layer) {
  const std::uint64_t window = std::uint64_t{layer.kernel_height} * layer.kernel_width;
  const fw_tensor& in = layer.input;
  switch (layer.op) {
    case FW_OP_CONV_2D:
      return window * in.channels;
    case FW_OP_FULLY_CONNECTED:
      return std::uint64_t{in.height} * in.width * in.channels;
    case FW_OP_DEPTHWISE_CONV_2D:
    case FW_OP_AVERAGE_POOL_2D:
      return window;
    default:
      return 1;
  }
}

// The longest stretch of the input that `outputs` neighbouring windows cover.
std::uint64_t reach(
    std::uint64_t outputs, std::uint64_t kernel, std::uint64_t stride, std::uint64_t input) {
  return std::min(input, (outputs - 1) * stride + kernel);
}

// The most input channels that `channels` neighbouring output channels come from.
std::uint64_t source_channels(const fw_layer& layer, std::uint64_t channels) {
  const std::uint64_t all = layer.input.channels;
  if (layer.op == FW_OP_AVERAGE_POOL_2D) return channels;
  if (layer.op != FW_OP_DEPTHWISE_CONV_2D) return all;
  const std::uint64_t each = layer.depth_multiplier;
  return std::min(all, (channels + each - 2) / each + 1);
}

// An upper bound of the input patch of any tile of this size.
std::uint64_t patch_bytes(const fw_layer& layer, const TileSize& tile) {
  const fw_tensor& in = layer.input;
  if (layer.op == FW_OP_FULLY_CONNECTED) return std::uint64_t{in.height} * in.width * in.channels;
  if (layer.op == FW_OP_SOFTMAX) return tile.height * tile.width * in.channels;
  return reach(tile.height, layer.kernel_height, layer.stride_height, in.height) *
      reach(tile.width, layer.kernel_width, layer.stride_width, in.width) *
      source_channels(layer, tile.channels);
}

bool fits(const fw_layer& layer, const CompileOptions& options, const TileSize& tile) {
  const std::uint64_t outputs = tile.height * tile.width * tile.channels;
  if (rounded(patch_bytes(layer, tile)) + rounded(outputs) > options.working_bytes) return false;
  const bool smallest =
      tile.height * tile.width == 1 && (tile.channels == 1 || !splits_channels(layer));
  // Divided, not multiplied: outputs times work may exceed 64 bits.
  return smallest || outputs <= options.tile_macs / work_per_output(layer);
}

// The largest n in [1, limit] for which fits(n) holds, where it holds for all smaller ones; or 0.
template <class Fits>
std::uint64_t largest(std::uint64_t limit, Fits fits) {
  std::uint64_t good = 0;
  std::uint64_t bad = limit + 1;
  while (bad - good > 1) {
    const std::uint64_t middle = good + (bad - good) / 2;
    (fits(middle) ? good : bad) = middle;
  }
  return good;
}

// The least part that cuts `whole` into no more pieces than `part` does.
std::uint64_t evened(std::uint64_t whole, std::uint64_t part) { return up(whole, up(whole, part)); }

// Zero channels when not even the smallest tile fits.
TileSize largest_tile(const fw_layer& layer, const CompileOptions& options) {
  const std::uint64_t height = layer.output.height;
  const std::uint64_t width = layer.output.width;
  const std::uint64_t channels = layer.output.channels;
  const std::uint64_t rows = largest(height, [&](std::uint64_t n) {
    return fits(layer, options, {n, width, channels});
  });
  if (rows > 0) return {evened(height, rows), width, channels};
  const std::uint64_t columns = largest(width, [&](std::uint64_t n) {
    return fits(layer, options, {1, n, channels});
  });
  if (columns > 0) return {1, evened(width, columns), channels};
  if (!splits_channels(layer)) return {1, 1, 0};
  const std::uint64_t slice = largest(channels, [&](std::uint64_t n) {
    return fits(layer, options, {1, 1, n});
  });
  if (slice == 0) return {1, 1, 0};
  const std::uint64_t even = evened(channels, slice);
  // Whole groups of the channels that share an input channel, so that none is read twice.
  const std::uint64_t group = std::max<std::uint64_t>(layer.depth_multiplier, 1);
  return {1, 1, even < group ? even : even / group * group};
}

}  // namespace

Status plan_tiles(fw_layer& layer, const CompileOptions& options, const std::string& where) {
  const fw_tensor& out = layer.output;
  TileSize tile{out.height, out.width, out.channels};
  if (layer.op != FW_OP_RESHAPE) tile = largest_tile(layer, options);
  if (tile.channels == 0) {
    const TileSize smallest{1, 1, splits_channels(layer) ? 1 : std::uint64_t{out.channels}};
    return fail(
        Errc::invalid_argument, where, " needs ",
        rounded(patch_bytes(layer, smallest)) + rounded(smallest.channels),
        " bytes of working memory for its smallest tile; ", options.working_bytes, " are given");
  }
  const std::uint64_t count =
      up(out.height, tile.height) * up(out.width, tile.width) * up(out.channels, tile.channels);
  if (count > FW_IMAGE_TILES_MAX)
    return fail(
        Errc::invalid_argument, where, " would be cut into ", count, " tiles, and a record counts ",
        static_cast<int>(FW_IMAGE_TILES_MAX), "; allow larger ones");
  layer.tile_height = static_cast<std::uint16_t>(tile.height);
  layer.tile_width = static_cast<std::uint16_t>(tile.width);
  layer.tile_channels = static_cast<std::uint32_t>(tile.channels);
  layer.tile_count = static_cast<std::uint32_t>(count);
  return ok;
}

std::uint32_t working_bytes(const fw_layer& layer) {
  if (layer.op == FW_OP_RESHAPE) return 0;
  std::uint64_t most = 0;
  for (std::uint32_t i = 0; i < layer.tile_count; ++i) {
    const fw_tile tile = fw_tile_of(&layer, i);
    most = std::max(most, std::uint64_t{fw_tile_working_bytes(&layer, &tile)});
  }
  return static_cast<std::uint32_t>(most);
}

LayerCounts count_work(const fw_layer& layer) {
  LayerCounts counts;
  counts.op = static_cast<Operator>(layer.op);
  counts.tiles = layer.tile_count;
  if (layer.op == FW_OP_RESHAPE) return counts;

  const std::uint64_t taps = covered_elements(
                                 layer.input.height, layer.kernel_height, layer.stride_height,
                                 {.outputs = layer.output.height, .pad_before = layer.pad_top}) *
      covered_elements(layer.input.width, layer.kernel_width, layer.stride_width,
                       {.outputs = layer.output.width, .pad_before = layer.pad_left});
  if (layer.op == FW_OP_CONV_2D) counts.macs = taps * layer.input.channels * layer.output.channels;
  if (layer.op == FW_OP_DEPTHWISE_CONV_2D) counts.macs = taps * layer.output.channels;
  if (layer.op == FW_OP_FULLY_CONNECTED)
    counts.macs = work_per_output(layer) * layer.output.channels;
  if (layer.op == FW_OP_AVERAGE_POOL_2D) counts.additions = taps * layer.output.channels;

  for (std::uint32_t i = 0; i < layer.tile_count; ++i) {
    const fw_tile tile = fw_tile_of(&layer, i);
    counts.nonvolatile_read += fw_tile_input_bytes(&layer, &tile);
    counts.nonvolatile_written += fw_tile_output_bytes(&layer, &tile);
  }
  return counts;
}

}  // namespace sunfleck
