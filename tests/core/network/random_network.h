#pragma once

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/network/network.h"
#include "core/network/quantise.h"
#include "core/network/window.h"

// A network of random layers with random constants and precisions, small enough to be executed by a
// slow interpreter. Some layers read an activation older than the last, as branches would.
class RandomNetwork {
 public:
  explicit RandomNetwork(std::uint64_t seed) : random_(seed, "network") {
    network_.name = "random";
    add_activation({number(1, 20), number(1, 12), number(1, 8)}, random_bits());
    const std::uint32_t layers = number(1, 12);
    for (std::uint32_t i = 0; i < layers; ++i)
      add_layer(i);
    network_.output = network_.layers.back().output;
  }

  const sunfleck::Network& network() const { return network_; }

 private:
  std::uint32_t number(std::uint32_t from, std::uint32_t to) {
    return from + static_cast<std::uint32_t>(random_.below(to - from + 1));
  }

  // Half of them 8.
  std::uint32_t random_bits() {
    constexpr std::uint32_t bits[] = {8, 8, 12, 16};
    return bits[random_.below(std::size(bits))];
  }

  std::size_t add_activation(const sunfleck::Shape& shape, std::uint32_t bits) {
    sunfleck::Activation activation;
    activation.name = sunfleck::join("a", network_.activations.size());
    activation.shape = shape;
    activation.bits = bits;
    activation.scale = 0.02F + 0.1F * static_cast<float>(random_.uniform());
    if (bits == 8) activation.zero_point = static_cast<std::int32_t>(random_.below(256)) - 128;
    network_.activations.push_back(activation);
    return network_.activations.size() - 1;
  }

  void add_layer(std::uint32_t index) {
    using sunfleck::Operator;
    sunfleck::Layer layer;
    const std::size_t last = network_.activations.size() - 1;
    layer.input = random_.below(4) == 0 ? random_.below(last + 1) : last;
    layer.name = sunfleck::join("layer ", index);
    constexpr Operator operators[] = {
        Operator::conv_2d,         Operator::conv_2d,         Operator::depthwise_conv_2d,
        Operator::fully_connected, Operator::average_pool_2d, Operator::max_pool_2d,
        Operator::reshape,         Operator::softmax,         Operator::add,
        Operator::quantize};
    layer.op = operators[random_.below(std::size(operators))];
    if (layer.op == Operator::softmax && bits(layer) != 8) layer.op = Operator::quantize;
    switch (layer.op) {
      case Operator::conv_2d:
      case Operator::depthwise_conv_2d:
        layer.depth_multiplier = number(1, 3);
        add_window(layer);
        break;
      case Operator::average_pool_2d:
      case Operator::max_pool_2d:
        add_window(layer);
        keep_quanta(layer);
        break;
      case Operator::fully_connected:
        layer.output = add_activation({1, 1, number(1, 16)}, bits(layer));
        break;
      case Operator::reshape: {
        const auto elements = static_cast<std::uint32_t>(shape(layer.input).elements());
        layer.output = add_activation({1, 1, elements}, bits(layer));
        keep_quanta(layer);
        break;
      }
      case Operator::softmax:
        layer.output = add_activation(shape(layer.input), 8);
        network_.activations[layer.output].scale = 1.0F / 256.0F;
        network_.activations[layer.output].zero_point = -128;
        break;
      case Operator::add:
        layer.input2 = one_like(layer.input);
        layer.output = add_activation(shape(layer.input), bits(layer));
        break;
      case Operator::quantize:
        layer.output = add_activation(shape(layer.input), random_bits());
        break;
    }
    const auto range = sunfleck::all_quanta(network_.activations[layer.output].bits);
    layer.activation_min = random_.below(2) == 0 ? range.low : range.low / 2;
    layer.activation_max = random_.below(2) == 0 ? range.high : range.high / 2;
    add_constants(layer);
    network_.layers.push_back(std::move(layer));
  }

  const sunfleck::Shape& shape(std::size_t activation) const {
    return network_.activations[activation].shape;
  }

  std::uint32_t bits(const sunfleck::Layer& layer) const {
    return network_.activations[layer.input].bits;
  }

  // The oldest activation that could be added to `one`; it may be that itself.
  std::size_t one_like(std::size_t one) const {
    const auto& all = network_.activations;
    std::size_t found = 0;
    while (all[found].shape != all[one].shape || all[found].bits != all[one].bits)
      ++found;
    return found;
  }

  void keep_quanta(const sunfleck::Layer& layer) {
    network_.activations[layer.output].scale = network_.activations[layer.input].scale;
    network_.activations[layer.output].zero_point = network_.activations[layer.input].zero_point;
  }

  void add_window(sunfleck::Layer& layer) {
    const sunfleck::Shape in = shape(layer.input);
    const bool same = random_.below(2) == 0;
    layer.kernel_height = number(1, same ? 5 : std::min(in.height, 5U));
    layer.kernel_width = number(1, same ? 5 : std::min(in.width, 5U));
    layer.stride_height = number(1, 3);
    layer.stride_width = number(1, 3);
    const auto make = same ? sunfleck::same_window : sunfleck::valid_window;
    const sunfleck::Window rows = make(in.height, layer.kernel_height, layer.stride_height);
    const sunfleck::Window columns = make(in.width, layer.kernel_width, layer.stride_width);
    layer.pad_top = rows.pad_before;
    layer.pad_left = columns.pad_before;
    std::uint32_t channels = in.channels;
    if (layer.op == sunfleck::Operator::conv_2d) channels = number(1, 12);
    if (layer.op == sunfleck::Operator::depthwise_conv_2d) channels *= layer.depth_multiplier;
    layer.output = add_activation({rows.outputs, columns.outputs, channels}, bits(layer));
  }

  void add_constants(sunfleck::Layer& layer) {
    const sunfleck::Shape& in = shape(layer.input);
    const sunfleck::Shape& out = shape(layer.output);
    const std::size_t window = std::size_t{layer.kernel_height} * layer.kernel_width;
    std::size_t count = 0;
    if (layer.op == sunfleck::Operator::conv_2d) count = window * in.channels * out.channels;
    if (layer.op == sunfleck::Operator::depthwise_conv_2d) count = window * out.channels;
    if (layer.op == sunfleck::Operator::fully_connected) count = in.elements() * out.channels;
    if (count == 0) return;
    if (layer.op != sunfleck::Operator::depthwise_conv_2d && random_.below(3) == 0)
      layer.weight_bits = 4;
    const std::uint32_t span = layer.weight_bits == 4 ? 16 : 255;
    for (std::size_t i = 0; i < count; ++i)
      layer.weights.push_back(static_cast<std::int8_t>(
          static_cast<int>(random_.below(span)) - static_cast<int>(span / 2)));
    const std::size_t scales = random_.below(2) == 0 ? 1 : out.channels;
    for (std::size_t i = 0; i < scales; ++i)
      layer.weight_scales.push_back(0.001F + 0.01F * static_cast<float>(random_.uniform()));
    if (random_.below(4) == 0) return;
    for (std::size_t i = 0; i < out.channels; ++i)
      layer.bias.push_back(
          (static_cast<std::int64_t>(random_.below(2001)) - 1000) *
          (bits(layer) > 8 ? std::int64_t{1} << random_.below(22) : 1));
  }

  sunfleck::Random random_;
  sunfleck::Network network_;
};
