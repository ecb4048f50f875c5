#include "core/network/demo_network.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/network/quantise.h"
#include "core/network/window.h"

namespace sunfleck {
namespace {

constexpr std::uint32_t frames = 49;  // of the spectrogram
constexpr std::uint32_t bands = 10;
constexpr std::uint32_t channels = 24;
constexpr std::uint32_t classes = 12;
constexpr int blocks = 4;

// Deviation of the input and of each layer's output before its clamp, in quanta. Three to five
// deviations fit the 255 steps of an int8 above its lowest.
constexpr double input_deviation = 35.0;
constexpr double output_deviation = 50.0;
constexpr double logit_deviation = 30.0;
// Of a channel's mean over all places, from input to input: what is left of output_deviation after
// the clamp and after averaging places that are alike in part.
constexpr double pooled_deviation = 2.0;
// What is left of the deviation of a normal variable when its negative half is clamped to 0:
// sqrt(1/2 - 1/(2 pi)).
constexpr double after_relu = 0.5838;

// Biases of the classes: minus the mean of each class's sum over demo_inputs(256, 7) without them,
// as measured by running this network; so no class is the answer to most inputs. A change of
// anything above or of the drawing below wants them measured anew, which the tests notice.
constexpr std::array<std::int32_t, classes> class_biases{524, 196, 8,   -365, 451, -190,
                                                         581, 128, 925, -410, 872, 556};

// Puts a network together layer by layer, each reading the one before.
class Builder {
 public:
  Builder() {
    network_.name = "demo";
    network_.activations.push_back(
        {.name = "spectrogram", .shape = {frames, bands, 1}, .scale = 0.05F, .zero_point = 0});
  }

  void convolve(
      const std::string& name, std::uint32_t height, std::uint32_t width, std::uint32_t stride) {
    Layer layer = windowed(Operator::conv_2d, name, height, width, stride);
    finish_filter(
        std::move(layer), {channels, std::size_t{height} * width * last().shape.channels});
  }

  void convolve_each(const std::string& name) {
    Layer layer = windowed(Operator::depthwise_conv_2d, name, 3, 3, 1);
    finish_filter(std::move(layer), {channels, 9});
  }

  void average() {
    const Shape all = last().shape;
    Layer layer = started(Operator::average_pool_2d, "pool");
    layer.kernel_height = layer.stride_height = all.height;
    layer.kernel_width = layer.stride_width = all.width;
    Activation out = last();
    out.shape = {1, 1, all.channels};
    add(std::move(layer), std::move(out));
  }

  void flatten() {
    Activation out = last();
    out.shape = {1, 1, static_cast<std::uint32_t>(out.shape.elements())};
    add(started(Operator::reshape, "flatten"), std::move(out));
  }

  void classify() {
    Layer layer = started(Operator::fully_connected, "classes");
    const Activation out{.name = {}, .shape = {1, 1, classes}, .scale = 0.1F, .zero_point = 0};
    draw(layer, {classes, last().shape.channels});
    layer.bias.assign(class_biases.begin(), class_biases.end());
    // One scale for all weights: that of the filters' mean power.
    double power = 0.0;
    for (const std::int8_t weight : layer.weights)
      power += std::pow(weight, 2.0);
    layer.weight_scales = {weight_scale(power / classes, pooled_deviation, logit_deviation, out)};
    add(std::move(layer), out);
    Layer shares = started(Operator::softmax, "shares");
    add(std::move(shares),
        {.name = {}, .shape = {1, 1, classes}, .scale = 1.0F / 256.0F, .zero_point = -128});
  }

  Network finish() {
    network_.output = network_.activations.size() - 1;
    return std::move(network_);
  }

 private:
  // Filters of one layer: how many, and how many weights each has.
  struct Filters {
    std::size_t count, taps;
  };
  const Activation& last() const { return network_.activations.back(); }

  Layer started(Operator op, const std::string& name) const {
    Layer layer;
    layer.op = op;
    layer.name = name;
    layer.input = network_.activations.size() - 1;
    layer.output = network_.activations.size();
    return layer;
  }

  Layer windowed(
      Operator op, const std::string& name, std::uint32_t height, std::uint32_t width,
      std::uint32_t stride) const {
    Layer layer = started(op, name);
    layer.kernel_height = height;
    layer.kernel_width = width;
    layer.stride_height = layer.stride_width = stride;
    layer.pad_top = same_window(last().shape.height, height, stride).pad_before;
    layer.pad_left = same_window(last().shape.width, width, stride).pad_before;
    return layer;
  }

  void add(Layer layer, Activation out) {
    out.name = layer.name;
    network_.activations.push_back(std::move(out));
    network_.layers.push_back(std::move(layer));
  }

  // Draws filters of which each sums to zero, so that what all inputs have in common (a mean above
  // zero after each clamp) does not drown what tells them apart. Whole numbers only: the same on
  // every machine.
  void draw(Layer& layer, const Filters& filters) {
    const bool channels_last = layer.op == Operator::depthwise_conv_2d;
    layer.weights.resize(filters.count * filters.taps);
    for (std::size_t f = 0; f < filters.count; ++f) {
      std::vector<std::int32_t> filter(filters.taps, -86);
      for (std::int32_t& weight : filter)  // four dice, 0 to 43 each: bell-shaped, -86 to 86
        for (int i = 0; i < 4; ++i)
          weight += static_cast<std::int32_t>(random_.below(44));
      std::int32_t sum = 0;
      for (const std::int32_t weight : filter)
        sum += weight;
      for (std::size_t t = 0; t < filters.taps; ++t) {
        // The sum, shared out evenly among the weights.
        const auto rest = static_cast<std::int32_t>(filters.taps - t);
        const std::int32_t share = sum / rest;
        sum -= share;
        const std::size_t at = channels_last ? t * filters.count + f : f * filters.taps + t;
        layer.weights[at] = static_cast<std::int8_t>(std::clamp(filter[t] - share, -127, 127));
      }
      layer.bias.push_back(static_cast<std::int32_t>(random_.below(1001)) - 500);
    }
  }

  // The scale of weights of which `power` is the sum of squares, so that inputs of `in` quanta
  // deviation give outputs of `out` quanta: the variance of a sum of independent terms.
  float weight_scale(double power, double in, double out, const Activation& result) const {
    const double rescale = out / (std::sqrt(power) * in);
    return static_cast<float>(rescale * double{result.scale} / double{last().scale});
  }

  // Weights with a scale for each channel, and a RELU.
  void finish_filter(Layer layer, const Filters& filters) {
    draw(layer, filters);
    const bool first = network_.layers.empty();
    const double in = first ? input_deviation : output_deviation * after_relu;
    Activation out{.name = {}, .shape = {}, .scale = 0.05F, .zero_point = -128};
    out.shape = {
        same_window(last().shape.height, layer.kernel_height, layer.stride_height).outputs,
        same_window(last().shape.width, layer.kernel_width, layer.stride_width).outputs,
        static_cast<std::uint32_t>(filters.count)};
    const bool channels_last = layer.op == Operator::depthwise_conv_2d;
    for (std::size_t f = 0; f < filters.count; ++f) {
      double power = 0.0;
      for (std::size_t t = 0; t < filters.taps; ++t) {
        const double weight =
            layer.weights[channels_last ? t * filters.count + f : f * filters.taps + t];
        power += weight * weight;
      }
      layer.weight_scales.push_back(weight_scale(power, in, output_deviation, out));
    }
    const QuantaRange range = clamp_range(out, 0.0F, std::numeric_limits<float>::infinity());
    layer.activation_min = range.low;
    layer.activation_max = range.high;
    add(std::move(layer), std::move(out));
  }

  Network network_;
  Random random_{1, "demo network"};
};

}  // namespace

Network demo_network() {
  Builder builder;
  builder.convolve("conv", 10, 4, 2);
  for (int block = 1; block <= blocks; ++block) {
    builder.convolve_each(join("block", block, "/depthwise"));
    builder.convolve(join("block", block, "/pointwise"), 1, 1, 1);
  }
  builder.average();
  builder.flatten();
  builder.classify();
  return builder.finish();
}

std::vector<std::uint8_t> demo_inputs(std::uint32_t count, std::uint64_t seed) {
  Random random(seed, "demo inputs");
  std::vector<std::uint8_t> bytes;
  bytes.reserve(std::size_t{count} * frames * bands);
  for (std::uint32_t i = 0; i < count; ++i) {
    struct Blob {
      std::int32_t frame, band, length, breadth, height;
    };
    std::array<Blob, 5> blobs{};
    for (Blob& blob : blobs) {
      blob.frame = static_cast<std::int32_t>(random.below(frames));
      blob.band = static_cast<std::int32_t>(random.below(bands));
      blob.length = static_cast<std::int32_t>(4 + random.below(12));
      blob.breadth = static_cast<std::int32_t>(1 + random.below(4));
      blob.height = static_cast<std::int32_t>(random.below(401)) - 200;
    }
    for (std::int32_t frame = 0; frame < static_cast<std::int32_t>(frames); ++frame)
      for (std::int32_t band = 0; band < static_cast<std::int32_t>(bands); ++band) {
        std::int32_t value = static_cast<std::int32_t>(random.below(21)) - 10;
        for (const Blob& blob : blobs) {
          const std::int32_t along = std::max(blob.length - std::abs(frame - blob.frame), 0);
          const std::int32_t across = std::max(blob.breadth - std::abs(band - blob.band), 0);
          value += blob.height * along * across / (blob.length * blob.breadth);
        }
        bytes.push_back(static_cast<std::uint8_t>(std::clamp(value, -128, 127)));
      }
  }
  return bytes;
}

}  // namespace sunfleck
