#include "core/check/small_networks.h"

#include <array>
#include <string>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/network/window.h"

namespace sunfleck {
namespace {

// Puts a network together, each layer reading the one before, with all that is drawn from a seed.
class Builder {
 public:
  Builder(std::string name, const Shape& input) : random_(1, name) {
    network_.name = std::move(name);
    network_.activations.push_back(
        {.name = "input", .shape = input, .scale = 0.05F, .zero_point = -3});
  }

  // A square filter that keeps the size, but for its stride.
  Builder& convolve(std::uint32_t kernel, std::uint32_t stride, std::uint32_t channels) {
    Layer layer = windowed(Operator::conv_2d, kernel, stride);
    const std::size_t taps = std::size_t{kernel} * kernel * last().shape.channels;
    return finish(std::move(layer), channels, taps * channels);
  }
  Builder& convolve_each(std::uint32_t kernel, std::uint32_t stride) {
    Layer layer = windowed(Operator::depthwise_conv_2d, kernel, stride);
    const std::uint32_t channels = last().shape.channels;
    return finish(std::move(layer), channels, std::size_t{kernel} * kernel * channels);
  }
  Builder& average(std::uint32_t kernel) {
    return finish(windowed(Operator::average_pool_2d, kernel, kernel), last().shape.channels, 0);
  }
  Builder& connect(std::uint32_t outputs) {
    Layer layer = started(Operator::fully_connected);
    next_ = {};
    return finish(std::move(layer), outputs, last().shape.elements() * outputs);
  }
  Builder& flatten() {
    next_ = {};
    return finish(
        started(Operator::reshape), static_cast<std::uint32_t>(last().shape.elements()), 0);
  }
  Builder& shares() {
    Layer layer = started(Operator::softmax);
    next_ = {};
    finish(std::move(layer), last().shape.channels, 0);
    network_.activations.back().scale = 1.0F / 256.0F;
    network_.activations.back().zero_point = -128;
    return *this;
  }

  // The sum of the last activation and the one `back` before it, of the same shape.
  Builder& add(std::size_t back) {
    Layer layer = started(Operator::add);
    layer.input2 = layer.input - back;
    next_ = last().shape;
    return finish(std::move(layer), last().shape.channels, 0);
  }
  Builder& largest(std::uint32_t kernel) {
    return finish(windowed(Operator::max_pool_2d, kernel, kernel), last().shape.channels, 0);
  }

  Network done() {
    network_.output = network_.activations.size() - 1;
    return std::move(network_);
  }

 private:
  const Activation& last() const { return network_.activations.back(); }

  Layer started(Operator op) const {
    Layer layer;
    layer.op = op;
    layer.name = join("layer ", network_.layers.size());
    layer.input = network_.activations.size() - 1;
    layer.output = network_.activations.size();
    return layer;
  }

  Layer windowed(Operator op, std::uint32_t kernel, std::uint32_t stride) {
    Layer layer = started(op);
    const Window rows = same_window(last().shape.height, kernel, stride);
    const Window columns = same_window(last().shape.width, kernel, stride);
    layer.kernel_height = layer.kernel_width = kernel;
    layer.stride_height = layer.stride_width = stride;
    layer.pad_top = rows.pad_before;
    layer.pad_left = columns.pad_before;
    next_ = {.height = rows.outputs, .width = columns.outputs};
    return layer;
  }

  Builder& finish(Layer layer, std::uint32_t channels, std::size_t weights) {
    constexpr int largest = 127;
    for (std::size_t i = 0; i < weights; ++i)
      layer.weights.push_back(
          static_cast<std::int8_t>(static_cast<int>(random_.below(2 * largest + 1)) - largest));
    if (weights > 0) {
      layer.weight_scales = {0.004F};
      for (std::uint32_t c = 0; c < channels; ++c)
        layer.bias.push_back(static_cast<std::int64_t>(random_.below(2001)) - 1000);
    }
    next_.channels = channels;
    Activation output = last();
    output.name = layer.name;
    output.shape = next_;
    network_.activations.push_back(std::move(output));
    network_.layers.push_back(std::move(layer));
    return *this;
  }

  Random random_;
  Network network_;
  Shape next_;  // of the layer that is being added
};

Network separable() {
  return Builder("separable", {.height = 6, .width = 5, .channels = 2})
      .convolve(3, 1, 5)
      .convolve_each(3, 2)
      .convolve(1, 1, 6)
      .average(2)
      .flatten()
      .connect(4)
      .shares()
      .done();
}

Network dense() {
  return Builder("dense", {.height = 1, .width = 1, .channels = 37})
      .connect(21)
      .connect(13)
      .connect(5)
      .done();
}

Network residual() {
  return Builder("residual", {.height = 9, .width = 3, .channels = 1})
      .convolve(2, 2, 5)
      .convolve(3, 1, 5)
      .add(1)
      .largest(2)
      .connect(3)
      .shares()
      .done();
}

constexpr std::array all{
    SmallNetwork{"separable", "3x3, depthwise and 1x1 convolutions, pool, 4 classes", &separable},
    SmallNetwork{"dense", "three fully connected layers", &dense},
    SmallNetwork{"residual", "strided and full convolutions, a sum, pool, 3 classes", &residual},
};

}  // namespace

std::span<const SmallNetwork> small_networks() { return all; }

}  // namespace sunfleck
