#include "core/network/post_training_quantisation.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <numeric>
#include <optional>

#include "core/network/post_training_weights.h"
#include "core/network/quantise.h"

namespace sunfleck {
namespace {

using Order = std::vector<std::uint32_t>;  // [elements] where each stands in channel, row, column

Order nhwc(const Shape& shape) {
  Order order;
  order.reserve(shape.elements());
  for (std::uint32_t row = 0; row < shape.height; ++row)
    for (std::uint32_t column = 0; column < shape.width; ++column)
      for (std::uint32_t c = 0; c < shape.channels; ++c)
        order.push_back((c * shape.height + row) * shape.width + column);
  return order;
}

bool is_pool(FloatOperator op) {
  return op == FloatOperator::max_pool || op == FloatOperator::average_pool;
}

// Whether the layer handles each element by itself.
bool is_elementwise(const FloatLayer& layer) {
  return layer.op == FloatOperator::add ||
      (is_pool(layer.op) && layer.kernel_height == 1 && layer.kernel_width == 1 &&
       layer.stride_height == 1 && layer.stride_width == 1);
}

Operator operator_of(FloatOperator op) {
  switch (op) {
    case FloatOperator::convolution:
      return Operator::conv_2d;
    case FloatOperator::depthwise_convolution:
      return Operator::depthwise_conv_2d;
    case FloatOperator::fully_connected:
      return Operator::fully_connected;
    case FloatOperator::add:
      return Operator::add;
    case FloatOperator::max_pool:
      return Operator::max_pool_2d;
    case FloatOperator::average_pool:
      return Operator::average_pool_2d;
    case FloatOperator::softmax:
      return Operator::softmax;
    case FloatOperator::reshape:
    case FloatOperator::scale_channels:
    case FloatOperator::clamp:
      break;
  }
  return Operator::reshape;
}

class Quantiser {
 public:
  Quantiser(const FloatNetwork& network, const QuantisationOptions& options)
      : source_(folded(network)), options_(options) {}

  Result<Network> run(std::span<const float> calibration);

 private:
  // What a float tensor has become.
  struct Place {
    std::size_t activation = 0;
    std::optional<std::size_t> converted;  // the same with elements of the other size
    Order order;
  };

  Status check_options() const;
  Status add_layer(const FloatLayer& from);
  Status check_order(const FloatLayer& from) const;
  void add_output(const FloatLayer& from, Layer& layer);
  std::size_t input_as(std::size_t tensor, std::uint32_t bits);
  LayerBits bits_of(const FloatLayer& layer) const;
  Activation activation(std::size_t tensor, std::uint32_t bits) const;
  std::size_t add_activation(Activation activation) {
    network_.activations.push_back(std::move(activation));
    return network_.activations.size() - 1;
  }

  FloatNetwork source_;
  const QuantisationOptions& options_;
  std::vector<ValueStatistics> seen_;  // [tensors]
  std::vector<Place> places_;          // [tensors]
  Network network_;
};

Status Quantiser::check_options() const {
  const auto check = [this](const std::string& of, const LayerBits& bits) -> Status {
    if ((bits.activation == 8 || bits.activation == 12 || bits.activation == 16) &&
        (bits.weight == 8 || bits.weight == 4))
      return ok;
    return fail(
        Errc::invalid_argument, source_.name, ": ", of, "activations of ", bits.activation,
        " bits and weights of ", bits.weight,
        " were asked for; there are 8, 12 and 16, and 8 and 4");
  };
  TRY(check("", options_.bits));
  for (const auto& [name, bits] : options_.by_layer) {
    if (std::ranges::find(source_.layers, name, &FloatLayer::name) == source_.layers.end())
      return fail(
          Errc::invalid_argument, source_.name, ": bits were given for '", name,
          "', which is no layer of it");
    TRY(check(join("layer '", name, "': "), bits));
  }
  return ok;
}

LayerBits Quantiser::bits_of(const FloatLayer& layer) const {
  const auto own = options_.by_layer.find(layer.name);
  return own == options_.by_layer.end() ? options_.bits : own->second;
}

// A tensor with the range that it had in calibration.
Activation Quantiser::activation(std::size_t tensor, std::uint32_t bits) const {
  const FloatTensor& from = source_.tensors[tensor];
  Activation activation{.name = from.name, .shape = from.shape, .bits = bits};
  const QuantaRange limits = all_quanta(bits);
  const bool symmetric = bits > 8;
  const auto steps =
      static_cast<std::uint32_t>(symmetric ? 2 * limits.high : limits.high - limits.low);
  const ValueRange range = choose_range(seen_[tensor], options_.ranges, steps, symmetric);
  const float headroom = bits == 16 ? 2.0F : 1.0F;
  const float scale = headroom * (range.high - range.low) / static_cast<float>(steps);
  activation.scale = std::isnormal(scale) ? scale : 1.0F;
  if (!symmetric)
    activation.zero_point = std::clamp(
        static_cast<std::int32_t>(
            std::lround(static_cast<float>(limits.low) - range.low / activation.scale)),
        limits.low, limits.high);
  return activation;
}

// The tensor's activation with elements as large as `bits` take, behind a QUANTIZE if it must be.
std::size_t Quantiser::input_as(std::size_t tensor, std::uint32_t bits) {
  Place& place = places_[tensor];
  const std::uint32_t bytes = bits > 8 ? 2 : 1;
  if (network_.activations[place.activation].element_bytes() == bytes) return place.activation;
  if (place.converted) return *place.converted;
  Activation converted = activation(tensor, bits);
  converted.name += bytes == 2 ? " as int16" : " as int8";
  const QuantaRange limits = all_quanta(bits);
  Layer layer;
  layer.op = Operator::quantize;
  layer.name = converted.name;
  layer.input = place.activation;
  layer.output = add_activation(std::move(converted));
  layer.activation_min = limits.low;
  layer.activation_max = limits.high;
  place.converted = layer.output;
  network_.layers.push_back(std::move(layer));
  return *place.converted;
}

// Fails when the layer needs NHWC and reads a tensor in another order.
Status Quantiser::check_order(const FloatLayer& from) const {
  const Order& order = places_[from.input].order;
  const std::string where =
      join(source_.name, ": node '", from.name, "' (", name_of(from.op), "): ");
  if (from.op == FloatOperator::add && places_[*from.input2].order != order)
    return fail(
        Errc::unsupported, where, "adds tensors that reshapes have left in different orders");
  if (is_elementwise(from) || from.op == FloatOperator::fully_connected ||
      from.op == FloatOperator::reshape || order == nhwc(source_.tensors[from.input].shape))
    return ok;
  return fail(
      Errc::unsupported, where,
      "reads a reshaped tensor, which lies in another order than the "
      "firmware's row, column, channel");
}

// The activation that the layer writes: of its own scale, or that of what it reads.
void Quantiser::add_output(const FloatLayer& from, Layer& layer) {
  const Activation& in = network_.activations[layer.input];
  Activation out;
  if (from.op == FloatOperator::softmax) {
    out = {
        .name = source_.tensors[from.output].name,
        .shape = source_.tensors[from.output].shape,
        .scale = 1.0F / 256.0F,
        .zero_point = -128};
  } else if (is_pool(from.op) || from.op == FloatOperator::reshape) {
    out = in;
    out.name = source_.tensors[from.output].name;
    out.shape = source_.tensors[from.output].shape;
  } else {
    out = activation(from.output, bits_of(from).activation);
  }
  const QuantaRange range = clamp_range(out, from.low, from.high);
  layer.activation_min = range.low;
  layer.activation_max = range.high;
  layer.output = add_activation(std::move(out));
}

Status Quantiser::add_layer(const FloatLayer& from) {
  TRY(check_order(from));
  const LayerBits bits = bits_of(from);
  Layer layer;
  layer.op = operator_of(from.op);
  layer.name = from.name;
  layer.input = is_pool(from.op) || from.op == FloatOperator::reshape
      ? places_[from.input].activation
      : input_as(from.input, from.op == FloatOperator::softmax ? 8 : bits.activation);
  if (from.input2) layer.input2 = input_as(*from.input2, bits.activation);
  layer.kernel_height = from.kernel_height;
  layer.kernel_width = from.kernel_width;
  layer.stride_height = from.stride_height;
  layer.stride_width = from.stride_width;
  layer.pad_top = from.pad_top;
  layer.pad_left = from.pad_left;
  const Shape& in = source_.tensors[from.input].shape;
  const Shape& out = source_.tensors[from.output].shape;
  const Order& order = places_[from.input].order;
  if (from.op == FloatOperator::depthwise_convolution)
    layer.depth_multiplier = out.channels / in.channels;
  if (!from.weights.empty()) {
    const bool packed = from.op != FloatOperator::depthwise_convolution;
    set_weights(
        from, order, network_.activations[layer.input],
        {.channels = out.channels,
         .bits = packed ? bits.weight : 8,
         .per_channel = options_.per_channel},
        layer);
  }
  add_output(from, layer);
  const bool keeps_order = is_elementwise(from) || from.op == FloatOperator::reshape;
  places_[from.output] = {.activation = layer.output, .order = keeps_order ? order : nhwc(out)};
  network_.layers.push_back(std::move(layer));
  return ok;
}

Result<Network> Quantiser::run(std::span<const float> calibration) {
  TRY(check_options());
  seen_ = TRY(observe(source_, calibration));
  places_.resize(source_.tensors.size());
  network_.name = source_.name;
  network_.input = add_activation(activation(source_.input, options_.bits.activation));
  places_[source_.input].order = nhwc(source_.tensors[source_.input].shape);
  for (const FloatLayer& layer : source_.layers)
    TRY(add_layer(layer));
  network_.output = places_[source_.output].activation;
  if (places_[source_.output].order != nhwc(source_.tensors[source_.output].shape))
    return fail(
        Errc::unsupported, source_.name,
        ": its output is a reshaped tensor, which lies in another "
        "order than the firmware's row, column, channel");
  return std::move(network_);
}

}  // namespace

Result<Network> quantised(
    const FloatNetwork& network, std::span<const float> calibration,
    const QuantisationOptions& options) {
  return Quantiser(network, options).run(calibration);
}

std::vector<std::uint8_t> quantised_values(
    const Activation& activation, std::span<const float> values) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(values.size() * activation.element_bytes());
  for (const float value : values) {
    const auto bits = static_cast<std::uint32_t>(clamp_range(activation, value, value).low);
    bytes.push_back(static_cast<std::uint8_t>(bits));
    if (activation.element_bytes() == 2) bytes.push_back(static_cast<std::uint8_t>(bits >> 8U));
  }
  return bytes;
}

std::vector<float> real_values(const Activation& activation, std::span<const std::uint8_t> bytes) {
  const std::size_t each = activation.element_bytes();
  assert(bytes.size() % each == 0);
  std::vector<float> values;
  values.reserve(bytes.size() / each);
  for (std::size_t at = 0; at < bytes.size(); at += each) {
    const std::int32_t quanta = each == 1
        ? static_cast<std::int8_t>(bytes[at])
        : static_cast<std::int16_t>(bytes[at] | bytes[at + 1] << 8);
    values.push_back(activation.scale * static_cast<float>(quanta - activation.zero_point));
  }
  return values;
}

std::vector<float> channels_last(const Shape& shape, std::span<const float> values) {
  assert(values.size() == shape.elements());
  std::vector<float> moved;
  moved.reserve(values.size());
  for (const std::uint32_t from : nhwc(shape))
    moved.push_back(values[from]);
  return moved;
}

}  // namespace sunfleck
