#include <onnx/onnx_pb.h>

#include "core/network/import_onnx_reader.h"
#include "core/network/import_onnx_window.h"

namespace sunfleck {
namespace {

bool is_padded(const OnnxWindow& window) {
  return window[0].pad_before + window[0].pad_after + window[1].pad_before + window[1].pad_after >
      0;
}

}  // namespace

// Fills in the layer's window and returns the sizes of its output.
Result<OnnxSizes> OnnxReader::set_window(
    const Step& step, const Variable& input, const OnnxSizes& kernel, FloatLayer& layer) const {
  if (input.sizes.size() != kernel.size() + 2)
    return fail(
        Errc::invalid_argument, step.where, "has a kernel of ", text_of(kernel), " on a tensor of ",
        text_of(input.sizes));
  const OnnxWindow window = TRY(read_window(step.where, step.attributes, shape(input), kernel));
  layer.input = input.tensor;
  layer.kernel_height = window[0].kernel;
  layer.kernel_width = window[1].kernel;
  layer.stride_height = window[0].stride;
  layer.stride_width = window[1].stride;
  layer.pad_top = window[0].pad_before;
  layer.pad_left = window[1].pad_before;
  OnnxSizes sizes = input.sizes;
  sizes.back() = window[1].outputs;
  if (kernel.size() == 2) sizes[2] = window[0].outputs;
  return sizes;
}

// The number of groups of a Conv whose weights fit its attributes and its input.
Result<std::int64_t> OnnxReader::read_group(
    const Step& step, const OnnxConstant& filter, std::uint32_t channels) {
  const OnnxSizes& sizes = filter.sizes;
  if (sizes.size() < 3 || filter.reals.empty())
    return fail(
        Errc::invalid_argument, step.where, "has weights of ", text_of(sizes),
        ", which are no filters");
  const OnnxSizes kernel(sizes.begin() + 2, sizes.end());
  const OnnxSizes declared = TRY(step.attributes.integers("kernel_shape", kernel));
  if (declared != kernel)
    return fail(
        Errc::invalid_argument, step.where, "declares a kernel of ", text_of(declared),
        " and has weights of ", text_of(sizes));
  const std::int64_t group = TRY(step.attributes.integer("group", 1));
  if (group != 1 && group != channels)
    return fail(
        Errc::unsupported, step.where, "has ", group, " groups on ", channels,
        " channels; the firmware executes 1, or one for each channel");
  if (sizes[1] == channels / group && sizes[0] % group == 0) return group;
  return fail(
      Errc::invalid_argument, step.where, "has weights of ", text_of(sizes), " for ", channels,
      " channels in ", group, " groups");
}

Status OnnxReader::read_conv(const Step& step) {
  const Variable input = *TRY(variable(step, 0));
  OnnxConstant filter = TRY(constant(step, 1));
  FloatLayer layer;
  layer.op = TRY(read_group(step, filter, shape(input).channels)) == 1
      ? FloatOperator::convolution
      : FloatOperator::depthwise_convolution;
  const OnnxSizes kernel(filter.sizes.begin() + 2, filter.sizes.end());
  OnnxSizes sizes = TRY(set_window(step, input, kernel, layer));
  sizes[1] = filter.sizes[0];
  layer.weights = std::move(filter.reals);
  if (step.has(2)) layer.bias = TRY(reals(step, 2, static_cast<std::uint64_t>(sizes[1])));
  return add_layer(step, std::move(layer), sizes);
}

Status OnnxReader::read_max_pool(const Step& step) {
  const Variable input = *TRY(variable(step, 0));
  FloatLayer layer;
  layer.op = FloatOperator::max_pool;
  const OnnxSizes kernel = TRY(step.attributes.integers("kernel_shape", {}));
  const OnnxSizes sizes = TRY(set_window(step, input, kernel, layer));
  return add_layer(step, std::move(layer), sizes);
}

// Whether the pool divides by the kernel's size where its window reaches into padding too.
Result<bool> OnnxReader::counts_padding(
    const Step& step, const Variable& input, const OnnxSizes& kernel) const {
  if (TRY(step.attributes.integer("count_include_pad", 0)) == 0) return false;
  const OnnxWindow window = TRY(read_window(step.where, step.attributes, shape(input), kernel));
  if (!is_padded(window)) return false;
  if (TRY(step.attributes.integer("ceil_mode", 0)) == 0) return true;
  return fail(Errc::unsupported, step.where, "counts its padding and rounds its size up at once");
}

// With padding that counts, it is a depthwise convolution: the sum over the window, divided by the
// kernel's size everywhere.
Status OnnxReader::read_average_pool(const Step& step) {
  const Variable input = *TRY(variable(step, 0));
  FloatLayer layer;
  layer.op = FloatOperator::average_pool;
  const OnnxSizes kernel = TRY(step.attributes.integers("kernel_shape", {}));
  const OnnxSizes sizes = TRY(set_window(step, input, kernel, layer));
  if (TRY(counts_padding(step, input, kernel))) {
    const std::uint64_t taps = std::uint64_t{layer.kernel_height} * layer.kernel_width;
    const std::uint64_t weights = taps * shape(input).channels;
    TRY(take(step.where, weights));
    layer.op = FloatOperator::depthwise_convolution;
    layer.weights.assign(weights, 1.0F / static_cast<float>(taps));
  }
  return add_layer(step, std::move(layer), sizes);
}

Status OnnxReader::read_global_average_pool(const Step& step) {
  const Variable input = *TRY(variable(step, 0));
  const Shape& from = shape(input);
  FloatLayer layer;
  layer.op = FloatOperator::average_pool;
  layer.input = input.tensor;
  layer.kernel_height = from.height;
  layer.kernel_width = from.width;
  OnnxSizes sizes(input.sizes.size(), 1);
  sizes[1] = from.channels;
  return add_layer(step, std::move(layer), sizes);
}

}  // namespace sunfleck
