#include "core/network/check_network.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/network/quantise.h"

namespace sunfleck {
namespace {

constexpr std::uint64_t field_max = 0xFFFF;      // of the image's 16-bit fields
constexpr std::uint64_t taps_max = 65536;        // more can exceed a 32-bit accumulator
constexpr std::uint64_t pool_max = 65535;        // sums of int16 stay within 32 bits
constexpr std::uint64_t softmax_classes = 4095;  // the kernel sums exponentials in 12 integer bits
constexpr std::uint64_t activation_max = 0x7FFFFFFF;

Status check_activation(const Network& network, std::size_t index) {
  const Activation& activation = network.activations[index];
  const Shape& shape = activation.shape;
  const std::string where = join(network.name, ": activation ", index, " '", activation.name, "'");
  if (shape.height == 0 || shape.width == 0 || shape.channels == 0)
    return fail(Errc::invalid_argument, where, " is empty");
  if (shape.height > field_max || shape.width > field_max ||
      shape.channels > activation_max / (std::uint64_t{shape.height} * shape.width))
    return fail(
        Errc::invalid_argument, where, " is ", shape.height, " x ", shape.width, " x ",
        shape.channels, "; at most 65535 x 65535 and 2147483647 elements fit an image");
  if (!std::isfinite(activation.scale) || activation.scale <= 0.0F)
    return fail(
        Errc::invalid_argument, where, " has a scale of ", double{activation.scale},
        ", which is not a positive number");
  if (activation.bits != 8 && activation.bits != 12 && activation.bits != 16)
    return fail(
        Errc::invalid_argument, where, " has ", activation.bits,
        " bits; the firmware executes 8, 12 and 16");
  if (activation.bits == 8 && (activation.zero_point < -128 || activation.zero_point > 127))
    return fail(
        Errc::invalid_argument, where, " has a zero point of ", activation.zero_point,
        ", which is not an int8");
  if (activation.bits > 8 && activation.zero_point != 0)
    return fail(
        Errc::invalid_argument, where, " has ", activation.bits, " bits and a zero point of ",
        activation.zero_point, "; it must be 0");
  return ok;
}

struct Axis {
  const char* name;
  std::uint32_t input, output, kernel, stride, pad;
};

Status check_axis(const std::string& where, const Axis& axis) {
  if (axis.kernel == 0 || axis.stride == 0 || axis.kernel > field_max || axis.stride > field_max)
    return fail(
        Errc::invalid_argument, where, " has a kernel of ", axis.kernel, " and a stride of ",
        axis.stride, " along its ", axis.name, "; both must be 1 to 65535");
  if (axis.pad >= axis.kernel ||
      std::uint64_t{axis.output - 1} * axis.stride >= std::uint64_t{axis.input} + axis.pad)
    return fail(
        Errc::invalid_argument, where, " has windows that lie outside its input along the ",
        axis.name);
  return ok;
}

Status check_windows(
    const std::string& where, const Layer& layer, const Shape& in, const Shape& out) {
  TRY(check_axis(
      where,
      {.name = "height",
       .input = in.height,
       .output = out.height,
       .kernel = layer.kernel_height,
       .stride = layer.stride_height,
       .pad = layer.pad_top}));
  return check_axis(
      where,
      {.name = "width",
       .input = in.width,
       .output = out.width,
       .kernel = layer.kernel_width,
       .stride = layer.stride_width,
       .pad = layer.pad_left});
}

Status check_weight_bits(const std::string& where, const Layer& layer) {
  const bool packable = layer.op != Operator::depthwise_conv_2d;
  if (layer.weight_bits != 8 && !(layer.weight_bits == 4 && packable))
    return fail(
        Errc::invalid_argument, where, " has weights of ", layer.weight_bits,
        " bits; the firmware executes 8, and 4 in CONV_2D and FULLY_CONNECTED");
  if (layer.weight_bits == 8) return ok;
  const auto wrong = std::ranges::find_if(layer.weights, [](int w) { return w < -8 || w > 7; });
  if (wrong == layer.weights.end()) return ok;
  return fail(
      Errc::invalid_argument, where, " has weights of 4 bits and one of ", int{*wrong},
      "; they hold -8 to 7");
}

Status check_constants(
    const std::string& where, const Layer& layer, const Shape& in, const Shape& out) {
  const std::uint64_t weights = weight_count(layer, in, out);
  if (weights / out.channels > taps_max)
    return fail(
        Errc::invalid_argument, where, " sums ", weights / out.channels,
        " products for one output; the firmware's accumulator holds ", taps_max);
  if (layer.weights.size() != weights)
    return fail(
        Errc::invalid_argument, where, " has ", layer.weights.size(), " weights and needs ",
        weights);
  if (layer.weight_scales.size() != 1 && layer.weight_scales.size() != out.channels)
    return fail(
        Errc::invalid_argument, where, " has ", layer.weight_scales.size(),
        " weight scales and needs 1 or ", out.channels);
  for (const float scale : layer.weight_scales)
    if (!std::isfinite(scale) || scale <= 0.0F)
      return fail(
          Errc::invalid_argument, where, " has a weight scale of ", double{scale},
          ", which is not a positive number");
  if (!layer.bias.empty() && layer.bias.size() != out.channels)
    return fail(
        Errc::invalid_argument, where, " has ", layer.bias.size(), " biases and needs ",
        out.channels);
  return check_weight_bits(where, layer);
}

// What hands its input's quanta on must keep their meaning.
Status check_same_quanta(
    const std::string& where, const char* name, const Activation& in, const Activation& out) {
  if (in.scale == out.scale && in.zero_point == out.zero_point) return ok;
  return fail(
      Errc::invalid_argument, where, " changes scale or zero point, which ", name, " cannot do");
}

Status check_pool(const std::string& where, const Layer& layer, const Network& network) {
  const Activation& in = network.activations[layer.input];
  const Activation& out = network.activations[layer.output];
  TRY(check_windows(where, layer, in.shape, out.shape));
  if (std::uint64_t{layer.kernel_height} * layer.kernel_width > pool_max)
    return fail(
        Errc::invalid_argument, where, " takes ", layer.kernel_height, " x ", layer.kernel_width,
        " elements for one output; the firmware takes ", pool_max);
  if (in.shape.channels != out.shape.channels)
    return fail(
        Errc::invalid_argument, where, " makes ", out.shape.channels, " channels of ",
        in.shape.channels);
  return check_same_quanta(where, "a pool", in, out);
}

Status check_reshape(const std::string& where, const Layer& layer, const Network& network) {
  const Activation& in = network.activations[layer.input];
  const Activation& out = network.activations[layer.output];
  if (in.shape.elements() != out.shape.elements())
    return fail(
        Errc::invalid_argument, where, " makes ", out.shape.elements(), " elements of ",
        in.shape.elements());
  if (in.bits != out.bits)
    return fail(
        Errc::invalid_argument, where, " makes ", out.bits, " bits of ", in.bits,
        ", which a reshape cannot do");
  return check_same_quanta(where, "a reshape", in, out);
}

// Inputs of the same shape as the output.
Status check_elementwise(const std::string& where, const Layer& layer, const Network& network) {
  const Shape& out = network.activations[layer.output].shape;
  const Shape& in = network.activations[layer.input].shape;
  const Shape& in2 = network.activations[layer.input2.value_or(layer.input)].shape;
  if (in == out && in2 == out) return ok;
  return fail(
      Errc::invalid_argument, where,
      " has an input and an output of different shapes; the firmware broadcasts nothing");
}

Status check_softmax(const std::string& where, const Layer& layer, const Network& network) {
  const Activation& in = network.activations[layer.input];
  const Activation& out = network.activations[layer.output];
  if (in.shape != out.shape)
    return fail(Errc::invalid_argument, where, " has an output of another shape than its input");
  if (in.bits != 8)
    return fail(
        Errc::invalid_argument, where, " reads ", in.bits, " bits; the firmware executes 8 there");
  if (in.shape.channels > softmax_classes)
    return fail(
        Errc::invalid_argument, where, " has ", in.shape.channels,
        " classes; the firmware sums at most ", softmax_classes);
  if (out.scale != 1.0F / 256.0F || out.zero_point != -128)
    return fail(
        Errc::invalid_argument, where, " has an output of scale ", double{out.scale},
        " and zero point ", out.zero_point, "; the kernel makes 1/256 and -128");
  if (!std::isfinite(layer.beta) || layer.beta <= 0.0F)
    return fail(
        Errc::invalid_argument, where, " has a beta of ", double{layer.beta},
        ", which is not a positive number");
  return ok;
}

Status check_operator(const std::string& where, const Layer& layer, const Network& network) {
  const Shape& in = network.activations[layer.input].shape;
  const Shape& out = network.activations[layer.output].shape;
  switch (layer.op) {
    case Operator::conv_2d:
      TRY(check_windows(where, layer, in, out));
      return check_constants(where, layer, in, out);
    case Operator::depthwise_conv_2d:
      TRY(check_windows(where, layer, in, out));
      if (layer.depth_multiplier == 0 || layer.depth_multiplier > field_max ||
          std::uint64_t{layer.depth_multiplier} * in.channels != out.channels)
        return fail(
            Errc::invalid_argument, where, " makes ", out.channels, " channels of ", in.channels,
            " with a depth multiplier of ", layer.depth_multiplier);
      return check_constants(where, layer, in, out);
    case Operator::fully_connected:
      if (out.height != 1 || out.width != 1)
        return fail(Errc::invalid_argument, where, " has an output that is not a vector");
      return check_constants(where, layer, in, out);
    case Operator::average_pool_2d:
    case Operator::max_pool_2d:
      return check_pool(where, layer, network);
    case Operator::reshape:
      return check_reshape(where, layer, network);
    case Operator::softmax:
      return check_softmax(where, layer, network);
    case Operator::add:
    case Operator::quantize:
      return check_elementwise(where, layer, network);
  }
  return fail(Errc::invalid_argument, where, " has no operator the firmware knows");
}

// Both inputs written before, the output not yet.
Status check_operands(
    const Network& network, const std::string& where, const Layer& layer,
    std::vector<bool>& written) {
  if ((layer.op == Operator::add) != layer.input2.has_value())
    return fail(
        Errc::invalid_argument, where, layer.input2 ? " has a" : " has no",
        " second input, which ADD alone has");
  const std::size_t input2 = layer.input2.value_or(layer.input);
  if (std::max({layer.input, input2, layer.output}) >= written.size())
    return fail(Errc::invalid_argument, where, " uses an activation that does not exist");
  if (!written[layer.input] || !written[input2])
    return fail(Errc::invalid_argument, where, " reads an activation that nothing wrote before it");
  if (written[layer.output])
    return fail(Errc::invalid_argument, where, " writes an activation that was written before");
  written[layer.output] = true;
  const std::uint32_t bytes = network.activations[layer.output].element_bytes();
  for (const std::size_t input : {layer.input, input2})
    if (layer.op != Operator::quantize && network.activations[input].element_bytes() != bytes)
      return fail(
          Errc::invalid_argument, where, " makes ", network.activations[layer.output].bits,
          " bits of ", network.activations[input].bits, "; QUANTIZE alone does that");
  return ok;
}

Status check_layer(const Network& network, std::size_t index, std::vector<bool>& written) {
  const Layer& layer = network.layers[index];
  const std::string where = place_of(network, index);
  TRY(check_operands(network, where, layer, written));
  const std::uint32_t bits = network.activations[layer.output].bits;
  const QuantaRange all = all_quanta(bits);
  if (layer.activation_min < all.low || layer.activation_max > all.high ||
      layer.activation_min > layer.activation_max)
    return fail(
        Errc::invalid_argument, where, " clamps its output to ", layer.activation_min, " to ",
        layer.activation_max, ", which is no range of ", bits, " bits");
  if (layer.tiles_per_commit == 0)
    return fail(Errc::invalid_argument, where, " has 0 tiles to a commit; it needs 1 or more");
  return check_operator(where, layer, network);
}

}  // namespace

std::string place_of(const Network& network, std::size_t index) {
  return join(network.name, ": layer ", index, " (", name_of(network.layers[index].op), ")");
}

std::uint64_t weight_count(const Layer& layer, const Shape& input, const Shape& output) {
  const std::uint64_t window = std::uint64_t{layer.kernel_height} * layer.kernel_width;
  switch (layer.op) {
    case Operator::conv_2d:
      // A window of more than 2^16 taps is refused; cutting the product keeps it within 64 bits.
      return std::min(window, taps_max + 1) *
          std::min<std::uint64_t>(input.channels, taps_max + 1) * output.channels;
    case Operator::depthwise_conv_2d:
      return std::min(window, taps_max + 1) * output.channels;
    case Operator::fully_connected:
      return std::min(input.elements(), taps_max + 1) * output.channels;
    default:
      return 0;
  }
}

bool has_weights(Operator op) {
  return op == Operator::conv_2d || op == Operator::depthwise_conv_2d ||
      op == Operator::fully_connected;
}

Status check_network(const Network& network) {
  if (network.layers.empty() || network.layers.size() > FW_IMAGE_LAYERS_MAX)
    return fail(
        Errc::invalid_argument, network.name, ": has ", network.layers.size(),
        " layers; an image has 1 to ", static_cast<int>(FW_IMAGE_LAYERS_MAX));
  if (network.input >= network.activations.size() || network.output >= network.activations.size())
    return fail(
        Errc::invalid_argument, network.name, ": its input or output is no activation of it");
  for (std::size_t i = 0; i < network.activations.size(); ++i)
    TRY(check_activation(network, i));

  std::vector<bool> written(network.activations.size(), false);
  written[network.input] = true;
  for (std::size_t i = 0; i < network.layers.size(); ++i)
    TRY(check_layer(network, i, written));
  if (!written[network.output])
    return fail(Errc::invalid_argument, network.name, ": no layer writes its output");
  const std::uint64_t results = network.activations[network.output].bytes();
  if (results > FW_IMAGE_OUTPUT_MAX)
    return fail(
        Errc::invalid_argument, network.name, ": its output has ", results,
        " bytes; a result record counts up to ", static_cast<int>(FW_IMAGE_OUTPUT_MAX));
  return ok;
}

}  // namespace sunfleck
