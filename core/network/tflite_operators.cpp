// How each operator of a TFLite file becomes a layer.
#include <algorithm>
#include <array>
#include <limits>

#include "core/network/check_network.h"
#include "core/network/quantise.h"
#include "core/network/tflite_generated.h"
#include "core/network/tflite_importer.h"
#include "core/network/window.h"

namespace sunfleck {
namespace {

Result<std::uint32_t> extent(const TfliteStep& step, const char* what, std::int32_t value) {
  if (value >= 1 && value <= 0xFFFF) return static_cast<std::uint32_t>(value);
  return fail(
      Errc::invalid_argument, step.where, "has a ", what, " of ", value, ", not 1 to 65535");
}

}  // namespace

// To execute a further operator, add a row.
const std::array<TfliteImporter::Kind, 9> TfliteImporter::kinds{{
    {BuiltinCode::conv_2d, Operator::conv_2d, 2, 3, &TfliteImporter::read_conv},
    {BuiltinCode::depthwise_conv_2d, Operator::depthwise_conv_2d, 2, 3,
     &TfliteImporter::read_depthwise},
    {BuiltinCode::fully_connected, Operator::fully_connected, 2, 3,
     &TfliteImporter::read_fully_connected},
    {BuiltinCode::average_pool_2d, Operator::average_pool_2d, 1, 1, &TfliteImporter::read_pool},
    {BuiltinCode::reshape, Operator::reshape, 1, 2, &TfliteImporter::read_reshape},
    {BuiltinCode::softmax, Operator::softmax, 1, 1, &TfliteImporter::read_softmax},
    {BuiltinCode::add, Operator::add, 2, 2, &TfliteImporter::read_add},
    {BuiltinCode::max_pool_2d, Operator::max_pool_2d, 1, 1, &TfliteImporter::read_pool},
    {BuiltinCode::quantize, Operator::quantize, 1, 1, &TfliteImporter::read_quantize},
}};

Status TfliteImporter::read_conv(const TfliteStep& step, Layer& layer) {
  const Dimensions filter = TRY(dimensions_of(step.where, operand(step, 1)));
  if (filter.rank == 4 && filter.last() != in(layer).shape.channels)
    return fail(
        Errc::unsupported, step.where, "has a filter of ", filter.last(),
        " channels over an input of ", in(layer).shape.channels,
        "; the firmware executes no groups");
  return read_filter(step, step.op->builtin_options_as_Conv2DOptions(), 0, layer);
}

Status TfliteImporter::read_depthwise(const TfliteStep& step, Layer& layer) {
  const tflite::DepthwiseConv2DOptions* options =
      step.op->builtin_options_as_DepthwiseConv2DOptions();
  layer.depth_multiplier = out(layer).shape.channels / in(layer).shape.channels;
  // 0 in files whose converter knew that the number follows from the shapes.
  if (options != nullptr && options->depth_multiplier() != 0 &&
      options->depth_multiplier() != static_cast<std::int64_t>(layer.depth_multiplier))
    return fail(
        Errc::invalid_argument, step.where, "has a depth multiplier of ",
        options->depth_multiplier(), " and makes ", out(layer).shape.channels, " channels of ",
        in(layer).shape.channels);
  return read_filter(step, options, 3, layer);
}

// What both convolutions share; `dimension` is that of the output channels in the filter.
template <class Options>
Status TfliteImporter::read_filter(
    const TfliteStep& step, const Options* options, std::int32_t dimension, Layer& layer) {
  if (options == nullptr) return fail(Errc::invalid_argument, step.where, "has no options");
  if (options->dilation_h_factor() != 1 || options->dilation_w_factor() != 1)
    return fail(
        Errc::unsupported, step.where, "has a dilation of ", options->dilation_h_factor(), " x ",
        options->dilation_w_factor(), "; the firmware executes 1 x 1");
  const Dimensions filter = TRY(dimensions_of(step.where, operand(step, 1)));
  if (filter.rank != 4)
    return fail(
        Errc::invalid_argument, step.where, "has a filter of ", filter.rank, " dimensions, not 4");
  if (filter.sizes.at(static_cast<std::size_t>(dimension)) != out(layer).shape.channels ||
      (dimension == 3 && filter.sizes[0] != 1))
    return fail(
        Errc::invalid_argument, step.where, "has a filter for ",
        filter.sizes.at(static_cast<std::size_t>(dimension)), " channels and an output of ",
        out(layer).shape.channels);
  layer.kernel_height = filter.sizes[1];
  layer.kernel_width = filter.sizes[2];
  TRY(read_window(step, *options, layer));
  TRY(read_clamp(step, options->fused_activation_function(), layer));
  TRY(read_weights(step, dimension, layer));
  return read_bias(step, layer);
}

Status TfliteImporter::read_fully_connected(const TfliteStep& step, Layer& layer) {
  const tflite::FullyConnectedOptions* options =
      step.op->builtin_options_as_FullyConnectedOptions();
  if (options == nullptr) return fail(Errc::invalid_argument, step.where, "has no options");
  if (options->weights_format() != 0)
    return fail(
        Errc::unsupported, step.where, "has shuffled weights, which the firmware cannot execute");
  const Dimensions filter = TRY(dimensions_of(step.where, operand(step, 1)));
  const std::uint64_t inputs = in(layer).shape.elements();
  if (filter.rank != 2 || inputs % filter.sizes[1] != 0)
    return fail(
        Errc::invalid_argument, step.where, "has ", inputs, " inputs and weights for ",
        filter.last());
  if (inputs != filter.sizes[1])
    return fail(
        Errc::unsupported, step.where, "has a batch of ", inputs / filter.sizes[1],
        "; the firmware executes one input at a time");
  if (out(layer).shape.elements() != filter.sizes[0])
    return fail(
        Errc::invalid_argument, step.where, "has weights for ", filter.sizes[0],
        " outputs and an output of ", out(layer).shape.elements());
  TRY(read_clamp(step, options->fused_activation_function(), layer));
  TRY(read_weights(step, 0, layer));
  return read_bias(step, layer);
}

Status TfliteImporter::read_add(const TfliteStep& step, Layer& layer) {
  const tflite::AddOptions* options = step.op->builtin_options_as_AddOptions();
  layer.input2 = TRY(activation_read(step, 1));
  for (const std::size_t input : {layer.input, *layer.input2})
    if (network_.activations[input].shape != out(layer).shape)
      return fail(
          Errc::unsupported, step.where, "adds ", named(operand(step, 0)), " and ",
          named(operand(step, 1)), " of different shapes; the firmware broadcasts nothing");
  return read_clamp(step, options == nullptr ? 0 : options->fused_activation_function(), layer);
}

Status TfliteImporter::read_quantize(const TfliteStep& step, Layer& layer) {
  return read_clamp(step, 0, layer);
}

Status TfliteImporter::read_pool(const TfliteStep& step, Layer& layer) {
  const tflite::Pool2DOptions* options = step.op->builtin_options_as_Pool2DOptions();
  if (options == nullptr) return fail(Errc::invalid_argument, step.where, "has no options");
  layer.kernel_height = TRY(extent(step, "filter height", options->filter_height()));
  layer.kernel_width = TRY(extent(step, "filter width", options->filter_width()));
  TRY(read_window(step, *options, layer));
  return read_clamp(step, options->fused_activation_function(), layer);
}

// The shape that the second input asks for is that of the output tensor.
Status TfliteImporter::read_reshape(const TfliteStep& step, Layer& layer) {
  const std::uint64_t inputs = in(layer).shape.elements();
  const std::uint64_t outputs = out(layer).shape.elements();
  if (inputs == outputs) return ok;
  return fail(Errc::invalid_argument, step.where, "makes ", outputs, " elements of ", inputs);
}

Status TfliteImporter::read_softmax(const TfliteStep& step, Layer& layer) {
  const tflite::SoftmaxOptions* options = step.op->builtin_options_as_SoftmaxOptions();
  if (options == nullptr) return fail(Errc::invalid_argument, step.where, "has no options");
  if (in(layer).shape != out(layer).shape)
    return fail(
        Errc::invalid_argument, step.where, "has an output of another shape than its input");
  layer.beta = options->beta();
  return ok;
}

// Stride and padding; the output must have the size that they give.
template <class Options>
Status TfliteImporter::read_window(const TfliteStep& step, const Options& options, Layer& layer) {
  layer.stride_height = TRY(extent(step, "stride height", options.stride_h()));
  layer.stride_width = TRY(extent(step, "stride width", options.stride_w()));
  const auto padding = static_cast<Padding>(options.padding());
  if (padding != Padding::same && padding != Padding::valid)
    return fail(
        Errc::unsupported, step.where, "has padding ", int{options.padding()},
        ", which is neither SAME nor VALID");
  const auto make = padding == Padding::same ? same_window : valid_window;
  const Shape& input = in(layer).shape;
  const Shape& output = out(layer).shape;
  const Window rows = make(input.height, layer.kernel_height, layer.stride_height);
  const Window columns = make(input.width, layer.kernel_width, layer.stride_width);
  if (rows.outputs != output.height || columns.outputs != output.width)
    return fail(
        Errc::invalid_argument, step.where, "has an output of ", output.height, " x ", output.width,
        "; its input and window give ", rows.outputs, " x ", columns.outputs);
  layer.pad_top = rows.pad_before;
  layer.pad_left = columns.pad_before;
  return ok;
}

Status TfliteImporter::read_clamp(const TfliteStep& step, std::int8_t function, Layer& layer) {
  struct Clamp {
    const char* name;
    float low, high;
  };
  constexpr float endless = std::numeric_limits<float>::infinity();
  static constexpr std::array clamps{
      Clamp{"NONE", -endless, endless},
      Clamp{"RELU", 0.0F, endless},
      Clamp{"RELU_N1_TO_1", -1.0F, 1.0F},
      Clamp{"RELU6", 0.0F, 6.0F},
  };
  const std::string name = activation_name(function);
  const auto* clamp = std::ranges::find(clamps, name, &Clamp::name);
  if (clamp == clamps.end())
    return fail(
        Errc::unsupported, step.where, "has the fused activation ", name,
        ", which the firmware cannot execute");
  const QuantaRange range = clamp_range(out(layer), clamp->low, clamp->high);
  layer.activation_min = range.low;
  layer.activation_max = range.high;
  return ok;
}

// Weights of 4 bits stay so where the firmware has kernels for them.
Status TfliteImporter::read_weights(const TfliteStep& step, std::int32_t dimension, Layer& layer) {
  const tflite::Tensor& source = operand(step, 1);
  const std::uint64_t count = weight_count(layer, in(layer).shape, out(layer).shape);
  layer.weights = TRY(constants_.weights(step.where, source, count));
  layer.weight_scales =
      TRY(constants_.scales(step.where, source, out(layer).shape.channels, dimension));
  if (source.type() == static_cast<std::int8_t>(TensorType::int4) &&
      layer.op != Operator::depthwise_conv_2d)
    layer.weight_bits = 4;
  return ok;
}

Status TfliteImporter::read_bias(const TfliteStep& step, Layer& layer) {
  if (size_of(step.op->inputs()) < 3 || step.op->inputs()->Get(2) == -1) return ok;
  const tflite::Tensor& source = operand(step, 2);
  const TensorType type = in(layer).bits > 8 ? TensorType::int64 : TensorType::int32;
  layer.bias = TRY(constants_.bias(step.where, source, type, out(layer).shape.channels));
  return check_bias_scale(step.where, source, layer, {in(layer).scale, out(layer).scale});
}

}  // namespace sunfleck
