#include "core/network/tile_plan.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "core/network/inner_calls.h"
#include "core/network/window.h"
#include "target_fw/protocol/kernel_scratch.h"

namespace sunfleck {
namespace {

struct TileSize {
  std::uint64_t height = 0, width = 0, channels = 0;
};

constexpr std::uint64_t up(std::uint64_t whole, std::uint64_t part) {
  return (whole + part - 1) / part;
}

constexpr std::uint64_t rounded(std::uint64_t bytes) { return up(bytes, 4) * 4; }

bool splits_channels(const fw_layer& layer) { return layer.op != FW_OP_SOFTMAX; }

std::uint64_t patches(const fw_layer& layer) { return layer.op == FW_OP_ADD ? 2 : 1; }

// Products, or elements taken, for one element of the output, as if there were no padding.
std::uint64_t taps_of_an_output(const fw_layer& layer) {
  const std::uint64_t window = std::uint64_t{layer.kernel_height} * layer.kernel_width;
  const fw_tensor& in = layer.input;
  switch (layer.op) {
    case FW_OP_CONV_2D:
      return window * in.channels;
    case FW_OP_FULLY_CONNECTED:
      return std::uint64_t{in.height} * in.width * in.channels;
    case FW_OP_DEPTHWISE_CONV_2D:
    case FW_OP_AVERAGE_POOL_2D:
    case FW_OP_MAX_POOL_2D:
      return window;
    default:
      return 0;
  }
}

// What a kernel's work is worth in multiply-accumulates of a convolution, about, as the virtual
// board takes time for it: for each tap, and for each output besides (requantisation, or the two
// exponentials of a softmax).
struct Worth {
  fw_operator op;
  std::uint64_t tap, output;
};
constexpr std::array worths{
    Worth{FW_OP_CONV_2D, 1, 40},           Worth{FW_OP_FULLY_CONNECTED, 1, 40},
    Worth{FW_OP_DEPTHWISE_CONV_2D, 4, 40}, Worth{FW_OP_AVERAGE_POOL_2D, 12, 40},
    Worth{FW_OP_MAX_POOL_2D, 12, 10},      Worth{FW_OP_ADD, 0, 100},
    Worth{FW_OP_QUANTIZE, 0, 50},          Worth{FW_OP_SOFTMAX, 0, 270},
};

std::uint64_t work_of_an_output(const fw_layer& layer) {
  const auto* worth = std::ranges::find(worths, static_cast<fw_operator>(layer.op), &Worth::op);
  return worth == worths.end() ? 1 : taps_of_an_output(layer) * worth->tap + worth->output;
}

// The longest stretch of the input that `outputs` neighbouring windows cover.
std::uint64_t reach(
    std::uint64_t outputs, std::uint64_t kernel, std::uint64_t stride, std::uint64_t input) {
  return std::min(input, (outputs - 1) * stride + kernel);
}

// An upper bound of the input patch of any tile of this size, in elements.
TileSize patch_of(const fw_layer& layer, const TileSize& tile) {
  const fw_tensor& in = layer.input;
  TileSize patch{in.height, in.width, in.channels};
  switch (layer.op) {
    case FW_OP_FULLY_CONNECTED:
      return patch;
    case FW_OP_ADD:
    case FW_OP_QUANTIZE:
    case FW_OP_SOFTMAX:
      return tile;
    case FW_OP_DEPTHWISE_CONV_2D: {
      const std::uint64_t each = layer.depth_multiplier;
      patch.channels = std::min(patch.channels, (tile.channels + each - 2) / each + 1);
      break;
    }
    case FW_OP_AVERAGE_POOL_2D:
    case FW_OP_MAX_POOL_2D:
      patch.channels = tile.channels;
      break;
    default:
      break;
  }
  patch.height = reach(tile.height, layer.kernel_height, layer.stride_height, in.height);
  patch.width = reach(tile.width, layer.kernel_width, layer.stride_width, in.width);
  return patch;
}

std::uint64_t bytes_of(const TileSize& box, const fw_tensor& tensor) {
  return box.height * box.width * box.channels * tensor.element_bytes;
}

// Working memory of the largest tile of this size.
std::uint64_t memory_of(const fw_layer& layer, const TileSize& tile) {
  return patches(layer) * rounded(bytes_of(patch_of(layer, tile), layer.input)) +
      rounded(bytes_of(tile, layer.output)) + fw_scratch_bytes(&layer);
}

bool fits(const fw_layer& layer, const CompileOptions& options, const TileSize& tile) {
  if (memory_of(layer, tile) > options.working_bytes) return false;
  const std::uint64_t outputs = tile.height * tile.width * tile.channels;
  const bool smallest =
      tile.height * tile.width == 1 && (tile.channels == 1 || !splits_channels(layer));
  // Divided, not multiplied: outputs times work may exceed 64 bits.
  return smallest || outputs <= options.tile_macs / work_of_an_output(layer);
}

// The pieces in which a box of a tensor lies in memory.
std::uint64_t transfers(const TileSize& box, const fw_tensor& tensor) {
  if (box.channels < tensor.channels) return box.height * box.width;
  return box.width < tensor.width ? box.height : 1;
}

// The part of a tile's products that a kernel makes less well than the rest, because it takes
// places or channels in groups and these are left over.
double left_over(const fw_layer& layer, const TileSize& tile) {
  const auto part = [](std::uint64_t whole, std::uint64_t group) {
    return static_cast<double>(whole % group) / static_cast<double>(whole);
  };
  if (layer.op == FW_OP_DEPTHWISE_CONV_2D) return part(tile.channels, 4);
  if (layer.op != FW_OP_CONV_2D) return 0.0;
  const std::uint64_t places = std::max<std::uint32_t>(fw_conv_places(&layer), 1);
  return part(tile.height * tile.width, places) + part(tile.channels, 2);
}

// Instructions that cutting a layer into tiles of this size costs, about: of each tile a commit and
// its bookkeeping, its transfers and their bytes; the values that CONV_2D lays out in columns for
// each slice of channels anew; and what is left over. A byte of FRAM takes the time of two
// instructions and the energy of ten, and is counted in between.
double cost_of(const fw_layer& layer, const TileSize& tile) {
  constexpr double of_a_tile = 1200.0;
  constexpr double of_a_transfer = 60.0;
  constexpr double of_a_byte = 5.0;
  constexpr double of_a_column_value = 6.0;
  constexpr double of_a_product_left_over = 2.0;
  const fw_tensor& out = layer.output;
  const TileSize patch = patch_of(layer, tile);
  const auto tiles = static_cast<double>(
      up(out.height, tile.height) * up(out.width, tile.width) * up(out.channels, tile.channels));
  const auto moved =
      static_cast<double>(patches(layer) * transfers(patch, layer.input) + transfers(tile, out));
  const auto bytes =
      static_cast<double>(patches(layer) * bytes_of(patch, layer.input) + bytes_of(tile, out));
  const double values =
      static_cast<double>(tile.height * tile.width) * static_cast<double>(taps_of_an_output(layer));
  const double products = values * static_cast<double>(tile.channels);
  double cost = of_a_tile + of_a_transfer * moved + of_a_byte * bytes +
      of_a_product_left_over * left_over(layer, tile) * products;
  if (layer.op == FW_OP_CONV_2D) cost += of_a_column_value * values;
  return tiles * cost;
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

// At most `part`: even pieces of `whole`, which are multiples of four, or of two, if they may be.
std::uint64_t handy(std::uint64_t whole, std::uint64_t part) {
  if (part >= whole || part < 2) return std::min(whole, part);
  const std::uint64_t step = part >= 4 ? 4 : 2;
  const std::uint64_t even = up(evened(whole, part), step) * step;
  return even <= part ? even : part / step * step;
}

// Numbers of channels worth trying: halves of all of them, and as many as fit at one place.
std::vector<std::uint64_t> slices(const fw_layer& layer, const CompileOptions& options) {
  const std::uint64_t all = layer.output.channels;
  if (!splits_channels(layer)) return {all};
  const std::uint64_t most = largest(all, [&](std::uint64_t n) {
    return fits(layer, options, {1, 1, n});
  });
  if (most == 0) return {};
  std::vector<std::uint64_t> found{handy(all, most)};
  for (std::uint64_t pieces = 1; pieces < all; pieces *= 2)
    if (const std::uint64_t slice = handy(all, up(up(all, pieces), 4) * 4); slice <= most)
      found.push_back(slice);
  return found;
}

// The cheapest tile of those that fill the limits: each slice of channels with full rows, and with
// one, two, four and so on rows as wide as may be. Zero channels when not even the smallest fits.
TileSize cheapest_tile(const fw_layer& layer, const CompileOptions& options) {
  const std::uint64_t height = layer.output.height;
  const std::uint64_t width = layer.output.width;
  TileSize best;
  double least = std::numeric_limits<double>::infinity();
  const auto consider = [&](const TileSize& tile) {
    const double cost = cost_of(layer, tile);
    if (cost < least) best = tile;
    least = std::min(cost, least);
  };
  for (const std::uint64_t channels : slices(layer, options)) {
    const std::uint64_t rows = largest(height, [&](std::uint64_t n) {
      return fits(layer, options, {n, width, channels});
    });
    if (rows > 0) consider({evened(height, rows), width, channels});
    for (std::uint64_t some = 1; some < height * 2; some *= 2) {
      const std::uint64_t high = std::min(some, height);
      const std::uint64_t columns = largest(width, [&](std::uint64_t n) {
        return fits(layer, options, {high, n, channels});
      });
      if (columns == 0) break;
      consider({high, handy(width, columns), channels});
    }
  }
  return best;
}

// Elements of the input under all windows of one channel.
std::uint64_t covered_taps(const fw_layer& layer) {
  return covered_elements(
             layer.input.height, layer.kernel_height, layer.stride_height,
             {.outputs = layer.output.height, .pad_before = layer.pad_top}) *
      covered_elements(
             layer.input.width, layer.kernel_width, layer.stride_width,
             {.outputs = layer.output.width, .pad_before = layer.pad_left});
}

void count_arithmetic(const fw_layer& layer, LayerCounts& counts) {
  const std::uint64_t channels = layer.output.channels;
  switch (layer.op) {
    case FW_OP_CONV_2D:
      counts.macs = covered_taps(layer) * layer.input.channels * channels;
      break;
    case FW_OP_DEPTHWISE_CONV_2D:
      counts.macs = covered_taps(layer) * channels;
      break;
    case FW_OP_FULLY_CONNECTED:
      counts.macs = taps_of_an_output(layer) * channels;
      break;
    case FW_OP_AVERAGE_POOL_2D:
    case FW_OP_MAX_POOL_2D:
      counts.additions = covered_taps(layer) * channels;
      break;
    case FW_OP_ADD:
    case FW_OP_QUANTIZE:
      counts.additions = std::uint64_t{layer.output.height} * layer.output.width * channels;
      break;
    default:
      break;
  }
}

}  // namespace

Status plan_tiles(fw_layer& layer, const CompileOptions& options, const std::string& where) {
  const fw_tensor& out = layer.output;
  TileSize tile{out.height, out.width, out.channels};
  if (layer.op != FW_OP_RESHAPE) tile = cheapest_tile(layer, options);
  if (tile.channels == 0) {
    const TileSize smallest{1, 1, splits_channels(layer) ? 1 : std::uint64_t{out.channels}};
    return fail(
        Errc::invalid_argument, where, " needs ", memory_of(layer, smallest),
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

LayerCounts count_work(const fw_layer& layer) {
  LayerCounts counts;
  counts.op = static_cast<Operator>(layer.op);
  counts.tiles = layer.tile_count;
  if (layer.op == FW_OP_RESHAPE) return counts;
  count_arithmetic(layer, counts);
  counts.inner_calls = count_inner_calls(layer);
  counts.scratch_bytes = fw_scratch_bytes(&layer);
  for (std::uint32_t i = 0; i < layer.tile_count; ++i) {
    const fw_tile tile = fw_tile_of(&layer, i);
    counts.nonvolatile_read += patches(layer) * fw_tile_input_bytes(&layer, &tile);
    counts.nonvolatile_written += fw_tile_output_bytes(&layer, &tile);
    counts.working_bytes = std::max(counts.working_bytes, fw_tile_working_bytes(&layer, &tile));
  }
  return counts;
}

}  // namespace sunfleck
