#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/network/network.h"

// What a network of integers stands for, in real arithmetic: sums of weights and elements are
// exact, and each output is rounded once, to the nearest quantum. The firmware's fixed-point
// factors and shifts may differ from it by a quantum; what is left to compare is what quantisation
// itself costs.
namespace exact {

using sunfleck::Activation;
using sunfleck::Layer;
using sunfleck::Network;
using sunfleck::Operator;
using Tensor = std::vector<std::int32_t>;

// The elements of a tensor as its bytes hold them, little-endian.
inline Tensor quanta_of(const Activation& activation, std::span<const std::uint8_t> bytes) {
  Tensor quanta;
  for (std::size_t at = 0; at < bytes.size(); at += activation.element_bytes())
    quanta.push_back(
        activation.element_bytes() == 1
            ? static_cast<std::int8_t>(bytes[at])
            : static_cast<std::int16_t>(bytes[at] | bytes[at + 1] << 8));
  return quanta;
}

class Interpreter {
 public:
  explicit Interpreter(const Network& network)
      : network_(network), tensors_(network.activations.size()) {}

  // Input and result are quanta in the order of the network.
  const Tensor& run(const Tensor& input) {
    tensors_[network_.input] = input;
    for (const Layer& layer : network_.layers)
      step(layer);
    return tensors_[network_.output];
  }

 private:
  double real(std::size_t activation, std::size_t element) const {
    const Activation& of = network_.activations[activation];
    return double{of.scale} * (tensors_[activation][element] - of.zero_point);
  }

  void put(const Layer& layer, double value) {
    const Activation& out = network_.activations[layer.output];
    const double quantum = std::round(value / double{out.scale}) + out.zero_point;
    tensors_[layer.output].push_back(static_cast<std::int32_t>(std::clamp(
        quantum, static_cast<double>(layer.activation_min),
        static_cast<double>(layer.activation_max))));
  }

  // A sum of products in real numbers.
  double scaled(const Layer& layer, std::size_t channel, std::int64_t sum) const {
    const float scale = layer.weight_scales[layer.weight_scales.size() == 1 ? 0 : channel];
    if (!layer.bias.empty()) sum += layer.bias[channel];
    return static_cast<double>(sum) * double{scale} *
        double{network_.activations[layer.input].scale};
  }

  // The sum of `count` products of weights from `weight` with elements of the input from `element`.
  std::int64_t products(
      const Layer& layer, std::size_t weight, std::size_t element, std::size_t count) const {
    const std::int8_t* w = &layer.weights[weight];
    const std::int32_t* x = &tensors_[layer.input][element];
    const std::int32_t zero_point = network_.activations[layer.input].zero_point;
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < count; ++i)
      sum += w[i] * (x[i] - zero_point);
    return sum;
  }

  void step(const Layer& layer) {
    const std::size_t count = tensors_[layer.input].size();
    tensors_[layer.output].clear();
    switch (layer.op) {
      case Operator::reshape:
        tensors_[layer.output] = tensors_[layer.input];
        break;
      case Operator::quantize:
        for (std::size_t i = 0; i < count; ++i)
          put(layer, real(layer.input, i));
        break;
      case Operator::add:
        for (std::size_t i = 0; i < count; ++i)
          put(layer, real(layer.input, i) + real(*layer.input2, i));
        break;
      case Operator::softmax:
        softmax(layer);
        break;
      case Operator::fully_connected:
        for (std::size_t c = 0; c < network_.activations[layer.output].shape.channels; ++c)
          put(layer, scaled(layer, c, products(layer, c * count, 0, count)));
        break;
      default:
        slide(layer);
    }
  }

  void softmax(const Layer& layer) {
    const std::size_t channels = network_.activations[layer.input].shape.channels;
    for (std::size_t at = 0; at < tensors_[layer.input].size(); at += channels) {
      double sum = 0.0;
      for (std::size_t c = 0; c < channels; ++c)
        sum += std::exp(real(layer.input, at + c));
      for (std::size_t c = 0; c < channels; ++c)
        put(layer, std::exp(real(layer.input, at + c)) / sum);
    }
  }

  void slide(const Layer& layer) {
    const sunfleck::Shape& out = network_.activations[layer.output].shape;
    for (std::uint32_t y = 0; y < out.height; ++y)
      for (std::uint32_t x = 0; x < out.width; ++x)
        for (std::uint32_t c = 0; c < out.channels; ++c)
          put(layer, window(layer, y, x, c));
  }

  double window(const Layer& layer, std::uint32_t y, std::uint32_t x, std::size_t c) const {
    const sunfleck::Shape& in = network_.activations[layer.input].shape;
    std::int64_t sum = 0;  // of products
    double total = 0.0;    // of elements
    double most = -std::numeric_limits<double>::infinity();
    int count = 0;
    for (std::uint32_t ky = 0; ky < layer.kernel_height; ++ky)
      for (std::uint32_t kx = 0; kx < layer.kernel_width; ++kx) {
        const std::int64_t iy = std::int64_t{y} * layer.stride_height + ky - layer.pad_top;
        const std::int64_t ix = std::int64_t{x} * layer.stride_width + kx - layer.pad_left;
        if (iy < 0 || iy >= in.height || ix < 0 || ix >= in.width) continue;
        const std::size_t place = static_cast<std::size_t>(iy * in.width + ix) * in.channels;
        ++count;
        if (!layer.weights.empty()) {
          sum += tap(layer, place, ky * layer.kernel_width + kx, c);
          continue;
        }
        total += real(layer.input, place + c);
        most = std::max(most, real(layer.input, place + c));
      }
    if (!layer.weights.empty()) return scaled(layer, c, sum);
    return layer.op == Operator::average_pool_2d ? total / count : most;
  }

  // One place of the input times one tap of the filter.
  std::int64_t tap(const Layer& layer, std::size_t place, std::size_t tap, std::size_t c) const {
    const std::size_t inputs = network_.activations[layer.input].shape.channels;
    const std::size_t outputs = network_.activations[layer.output].shape.channels;
    if (layer.op == Operator::depthwise_conv_2d)
      return products(layer, tap * outputs + c, place + c / layer.depth_multiplier, 1);
    const std::size_t taps = std::size_t{layer.kernel_height} * layer.kernel_width;
    return products(layer, (c * taps + tap) * inputs, place, inputs);
  }

  const Network& network_;
  std::vector<Tensor> tensors_;
};

}  // namespace exact
