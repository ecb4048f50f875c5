#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/network/network.h"
#include "core/network/window.h"

namespace sunfleck {

// A network of random layers such as small networks have, one after another: convolutions of 1x1 to
// 5x5 with strides, depthwise ones, fully connected ones, pools, sums and a softmax, with 8-bit
// activations. Where the activation has become small, a fully connected layer makes it large again.
class LayerZoo {
 public:
  explicit LayerZoo(std::uint64_t seed) : random_(seed, "layer zoo") {
    network_.name = join("zoo ", seed);
    put({number(6, 20), number(6, 20), number(1, 12)});
  }

  // Appends layers until there are `count` that compute.
  Network make(std::uint32_t count) {
    for (; count > 0; --count)
      append();
    network_.output = network_.activations.size() - 1;
    return std::move(network_);
  }

 private:
  std::uint32_t number(std::uint32_t from, std::uint32_t to) {
    return from + static_cast<std::uint32_t>(random_.below(to - from + 1));
  }
  // Small numbers as often as large ones.
  std::uint32_t scattered(std::uint32_t from, std::uint32_t to) {
    const double share = random_.uniform();
    return static_cast<std::uint32_t>(
        std::lround(std::exp(std::lerp(std::log(from), std::log(to), share))));
  }
  const Shape& last() const { return network_.activations.back().shape; }

  void put(const Shape& shape) {
    Activation activation{
        .name = join("a", network_.activations.size()),
        .shape = shape,
        .scale = 0.05F,
        .zero_point = static_cast<std::int32_t>(number(0, 20)) - 10};
    network_.activations.push_back(std::move(activation));
  }

  void append() {
    const std::uint64_t elements = last().elements();
    if (elements < 60) return expand();
    const std::uint32_t die = number(0, 9);
    if (die < 4) return convolve();
    if (die < 6) return window(Operator::depthwise_conv_2d, number(2, 5), number(1, 2));
    if (die == 6) return window(Operator::average_pool_2d, number(2, 4), 2);
    if (die == 7) return window(Operator::max_pool_2d, number(2, 3), 2);
    if (die == 8) return sum();
    if (number(0, 1) == 0) return share();
    connect(scattered(8, 200));
  }

  // To an activation with height and width, by a fully connected layer and a reshape.
  void expand() {
    const Shape shape{number(4, 16), number(4, 16), scattered(2, 12)};
    connect(static_cast<std::uint32_t>(shape.elements()));
    Layer layer = started(Operator::reshape);
    finish(std::move(layer), shape, 0);
    network_.activations.back().zero_point =
        network_.activations[network_.activations.size() - 2].zero_point;
  }

  // At most 400 thousand products.
  void convolve() {
    const std::uint32_t kernel = number(0, 2) == 0 ? 1 : number(2, 5);
    const std::uint32_t stride = number(1, 2);
    const std::uint64_t places = std::uint64_t{same_window(last().height, kernel, stride).outputs} *
        same_window(last().width, kernel, stride).outputs;
    const std::uint64_t each = places * kernel * kernel * last().channels;
    const auto most = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(400000 / each, 1, 64));
    window(Operator::conv_2d, kernel, stride, scattered(1, most));
  }

  void window(Operator op, std::uint32_t kernel, std::uint32_t stride, std::uint32_t filters = 0) {
    Layer layer = started(op);
    const Shape in = last();
    const Window rows = same_window(in.height, kernel, stride);
    const Window columns = same_window(in.width, kernel, stride);
    layer.kernel_height = layer.kernel_width = kernel;
    layer.stride_height = layer.stride_width = stride;
    layer.pad_top = rows.pad_before;
    layer.pad_left = columns.pad_before;
    const Shape out{rows.outputs, columns.outputs, filters > 0 ? filters : in.channels};
    std::size_t weights = 0;
    if (op == Operator::conv_2d) weights = std::size_t{kernel} * kernel * in.channels * filters;
    if (op == Operator::depthwise_conv_2d) weights = std::size_t{kernel} * kernel * in.channels;
    const bool pools = weights == 0;
    finish(std::move(layer), out, weights);
    if (pools)
      network_.activations.back().zero_point =
          network_.activations[network_.activations.size() - 2].zero_point;
  }

  void connect(std::uint32_t outputs) {
    const std::size_t weights = last().elements() * outputs;
    finish(started(Operator::fully_connected), {1, 1, outputs}, weights);
  }

  void sum() {
    Layer layer = started(Operator::add);
    layer.input2 = layer.input;
    finish(std::move(layer), last(), 0);
  }

  void share() {
    finish(started(Operator::softmax), last(), 0);
    network_.activations.back().scale = 1.0F / 256.0F;
    network_.activations.back().zero_point = -128;
  }

  Layer started(Operator op) const {
    Layer layer;
    layer.op = op;
    layer.name = join("layer ", network_.layers.size());
    layer.input = network_.activations.size() - 1;
    layer.output = network_.activations.size();
    return layer;
  }

  void finish(Layer layer, const Shape& output, std::size_t weights) {
    layer.weights.resize(weights);
    for (std::int8_t& weight : layer.weights)
      weight = static_cast<std::int8_t>(static_cast<int>(random_.below(255)) - 127);
    if (weights > 0) {
      layer.weight_scales = {0.004F};
      layer.bias.assign(output.channels, 100);
    }
    if (number(0, 1) == 0 && weights > 0) layer.activation_min = 0;  // a fused ReLU
    const float scale = network_.activations.back().scale;
    put(output);
    network_.activations.back().scale = scale;
    network_.layers.push_back(std::move(layer));
  }

  Random random_;
  Network network_;
};

}  // namespace sunfleck
