#include "core/network/kernel_work.h"

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
  std::uint64_t outputs() const { return places() * channels; }
};
Extent extent_of(const fw_tile& tile) {
  return {tile.out_y_end - tile.out_y, tile.out_x_end - tile.out_x, tile.out_c_end - tile.out_c};
}

bool is_wide(const fw_layer& layer) { return layer.input.element_bytes == 2; }

// Elements of the input under windows that begin from output `from` to `to`, along one axis.
struct Axis {
  std::uint32_t kernel, stride, pad, input;
  std::uint64_t covered(std::uint32_t from, std::uint32_t to) const {
    std::uint64_t sum = 0;
    for (std::uint32_t i = from; i < to; ++i) {
      const std::int64_t begin = std::int64_t{i} * stride - pad;
      const std::int64_t end = std::min<std::int64_t>(begin + kernel, input);
      sum += static_cast<std::uint64_t>(end - std::max<std::int64_t>(begin, 0));
    }
    return sum;
  }
};
std::uint64_t rows_under(const fw_layer& layer, const fw_tile& tile) {
  return Axis{layer.kernel_height, layer.stride_height, layer.pad_top, layer.input.height}.covered(
      tile.out_y, tile.out_y_end);
}
std::uint64_t columns_under(const fw_layer& layer, const fw_tile& tile) {
  return Axis{layer.kernel_width, layer.stride_width, layer.pad_left, layer.input.width}.covered(
      tile.out_x, tile.out_x_end);
}

// Contiguous stretches of a tensor that a box of it is made of: whole channels join into rows,
// whole rows into one.
struct Box {
  std::uint64_t height, width, channels;
};
Box input_box(const fw_tile& tile) {
  return {tile.in_y_end - tile.in_y, tile.in_x_end - tile.in_x, tile.in_c_end - tile.in_c};
}
Box output_box(const fw_tile& tile) {
  return {tile.out_y_end - tile.out_y, tile.out_x_end - tile.out_x, tile.out_c_end - tile.out_c};
}
std::uint64_t runs_of(const fw_tensor& tensor, const Box& box) {
  if (box.channels != tensor.channels) return box.height * box.width;
  return box.width == tensor.width ? 1 : box.height;
}

// Outputs that the fast kernels clamp in a pass of their own.
std::uint64_t clamped_outputs(const fw_layer& layer, const Extent& extent) {
  const std::int32_t limit = is_wide(layer) ? 32767 : 127;
  const bool all = layer.activation_min < -limit && layer.activation_max >= limit;
  return all ? 0 : extent.outputs();
}

KernelWork convolution(const fw_layer& layer, const fw_tile& tile) {
  const Extent extent = extent_of(tile);
  const std::uint64_t rows = rows_under(layer, tile) * extent.width;
  const std::uint64_t taps =
      std::uint64_t{layer.kernel_height} * layer.kernel_width * layer.input.channels;
  const std::uint64_t at_once = fw_conv_places(&layer);
  KernelWork work{.places = extent.places(), .window_rows = rows};
  if (at_once == 0) {
    work.inner_calls = rows * extent.channels;
    work.products = work.single_products = rows_under(layer, tile) * columns_under(layer, tile) *
        layer.input.channels * extent.channels;
    return work;
  }
  const std::uint64_t groups = up(taps, group);
  const std::uint64_t pieces = is_wide(layer) ? up(groups, wide_taps / group) : 1;
  const std::uint64_t together = at_once > 1 ? extent.places() / at_once : 0;
  const std::uint64_t single = extent.places() - together * at_once;
  const std::uint64_t pairs = up(extent.channels, 2);
  work.inner_calls = pieces * (together * pairs + single * calls_of_a_place(extent.channels));
  work.single_products = single * extent.channels * groups * group;
  work.products = work.single_products + together * at_once * pairs * 2 * groups * group;
  work.laid_out = extent.places() * groups * group;
  if (layer.input.channels % group != 0) work.gathered = work.laid_out;
  work.checked_channels = extent.channels;
  work.finished_alone = single * extent.channels + together * at_once * (extent.channels % 2);
  work.clamped = clamped_outputs(layer, extent);
  return work;
}

// Columns under the windows of a row of the tile, of windows of which not 3 lie on the input.
std::uint64_t looped_columns(const fw_layer& layer, const fw_tile& tile) {
  constexpr std::uint64_t straight = 3;
  std::uint64_t sum = 0;
  for (std::uint32_t x = tile.out_x; x < tile.out_x_end; ++x) {
    fw_tile one = tile;
    one.out_x = x;
    one.out_x_end = x + 1;
    const std::uint64_t columns = columns_under(layer, one);
    if (columns != straight) sum += columns;
  }
  return sum;
}

KernelWork depthwise(const fw_layer& layer, const fw_tile& tile) {
  const Extent extent = extent_of(tile);
  const std::uint64_t taps = std::uint64_t{layer.kernel_height} * layer.kernel_width;
  const bool one_by_one = layer.depth_multiplier != 1 || extent.channels < channels_at_once ||
      (is_wide(layer) && taps > wide_taps);
  const std::uint64_t each = one_by_one ? extent.channels : up(extent.channels, channels_at_once);
  const std::uint64_t covered = rows_under(layer, tile) * columns_under(layer, tile);
  KernelWork work{
      .inner_calls = extent.places() * each,
      .products = covered * each * (one_by_one ? 1 : channels_at_once),
      .places = extent.places(),
      .window_rows = rows_under(layer, tile) * extent.width * each};
  if (one_by_one) {
    work.single_products = work.products;
    return work;
  }
  work.looped_products =
      rows_under(layer, tile) * looped_columns(layer, tile) * each * channels_at_once;
  work.checked_channels = extent.channels;
  work.clamped = clamped_outputs(layer, extent);
  return work;
}

KernelWork fully_connected(const fw_layer& layer, const fw_tile& tile) {
  const fw_tensor& in = layer.input;
  const std::uint64_t taps = std::uint64_t{in.height} * in.width * in.channels;
  const std::uint64_t channels = extent_of(tile).channels;
  const std::uint64_t blocks = up(channels, filters_kept);
  const std::uint64_t filled = up(taps, group) * group;
  return {
      .inner_calls = up(taps, fw_fully_connected_stretch(&layer)) *
          (channels / filters_kept * calls_of_a_place(filters_kept) +
           calls_of_a_place(channels % filters_kept)),
      .products = filled * channels,
      .laid_out = blocks * filled,
      .checked_channels = is_wide(layer) ? 0 : blocks * channels,
      .clamped = clamped_outputs(layer, extent_of(tile))};
}

KernelWork pool(const fw_layer& layer, const fw_tile& tile) {
  const Extent extent = extent_of(tile);
  const bool divides = layer.op == FW_OP_AVERAGE_POOL_2D;
  return {
      .inner_calls = divides ? extent.outputs() : 0,
      .places = extent.places(),
      .window_rows = rows_under(layer, tile) * extent.width * extent.channels};
}

KernelWork work_of_a_tile(const fw_layer& layer, const fw_tile& tile) {
  switch (layer.op) {
    case FW_OP_CONV_2D:
      return convolution(layer, tile);
    case FW_OP_DEPTHWISE_CONV_2D:
      return depthwise(layer, tile);
    case FW_OP_FULLY_CONNECTED:
      return fully_connected(layer, tile);
    case FW_OP_AVERAGE_POOL_2D:
    case FW_OP_MAX_POOL_2D:
      return pool(layer, tile);
    case FW_OP_ADD:
      return {.inner_calls = 3 * extent_of(tile).outputs()};
    case FW_OP_QUANTIZE:
      return {.inner_calls = extent_of(tile).outputs()};
    case FW_OP_SOFTMAX:
      return {.inner_calls = extent_of(tile).outputs(), .places = extent_of(tile).places()};
    default:
      return {};
  }
}

}  // namespace

KernelWork& KernelWork::operator+=(const KernelWork& other) {
  for (const KernelCount& each : kernel_counts)
    this->*each.count += other.*each.count;
  return *this;
}

KernelWork count_kernel_work(const fw_layer& layer) {
  KernelWork work;
  for (std::uint32_t i = 0; i < layer.tile_count; ++i) {
    const fw_tile tile = fw_tile_of(&layer, i);
    work += work_of_a_tile(layer, tile);
    if (layer.op == FW_OP_RESHAPE) continue;
    const std::uint64_t inputs = layer.op == FW_OP_ADD ? 2 : 1;
    work.runs_read += inputs * runs_of(layer.input, input_box(tile));
    work.runs_written += runs_of(layer.output, output_box(tile));
  }
  return work;
}

}  // namespace sunfleck
