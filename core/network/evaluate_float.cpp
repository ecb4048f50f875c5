#include "core/network/evaluate_float.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace sunfleck {
namespace {

using Values = std::vector<float>;

// The part of a window that lies inside the input, along one axis.
struct Reach {
  std::uint32_t from = 0;         // of the input
  std::uint32_t kernel_from = 0;  // the place in the kernel that meets `from`
  std::uint32_t count = 0;
};

Reach reach_of(
    std::uint32_t output, std::uint32_t stride, std::uint32_t pad, std::uint32_t kernel,
    std::uint32_t input) {
  const std::int64_t begin = std::int64_t{output} * stride - pad;
  const std::int64_t from = std::max<std::int64_t>(begin, 0);
  const std::int64_t to = std::min<std::int64_t>(begin + kernel, input);
  if (to <= from) return {};
  return {
      .from = static_cast<std::uint32_t>(from),
      .kernel_from = static_cast<std::uint32_t>(from - begin),
      .count = static_cast<std::uint32_t>(to - from)};
}

// One layer at work on values.
class Step {
 public:
  Step(const FloatNetwork& network, const FloatLayer& layer, std::span<const float> x)
      : layer_(layer),
        in_(network.tensors[layer.input].shape),
        out_(network.tensors[layer.output].shape),
        x_(x) {}

  // Calls make(channel, row, column) for each output.
  template <class Make>
  Values each_output(Make make) const {
    Values y;
    y.reserve(out_.elements());
    for (std::uint32_t c = 0; c < out_.channels; ++c)
      for (std::uint32_t row = 0; row < out_.height; ++row)
        for (std::uint32_t column = 0; column < out_.width; ++column)
          y.push_back(static_cast<float>(make(c, rows(row), columns(column))));
    return y;
  }

  Values convolve(bool depthwise) const {
    const std::uint32_t per_output = depthwise ? 1 : in_.channels;
    const std::uint32_t multiplier = std::max(out_.channels / in_.channels, 1U);
    return each_output([&](std::uint32_t c, Reach rows, Reach columns) {
      double sum = bias(c);
      for (std::uint32_t i = 0; i < per_output; ++i) {
        const std::uint32_t from = depthwise ? c / multiplier : i;
        const std::size_t filter = std::size_t{c} * per_output + i;
        for (std::uint32_t y = 0; y < rows.count; ++y) {
          const float* w = &weight(filter, rows.kernel_from + y, columns.kernel_from);
          const float* x = &input(from, rows.from + y, columns.from);
          for (std::uint32_t n = 0; n < columns.count; ++n)
            sum += double{w[n]} * double{x[n]};
        }
      }
      return sum;
    });
  }

  Values pool_most() const {
    return each_output([&](std::uint32_t c, Reach rows, Reach columns) {
      float most = -std::numeric_limits<float>::infinity();
      for (std::uint32_t y = 0; y < rows.count; ++y)
        for (std::uint32_t x = 0; x < columns.count; ++x)
          most = std::max(most, input(c, rows.from + y, columns.from + x));
      return most;
    });
  }

  Values pool_mean() const {
    return each_output([&](std::uint32_t c, Reach rows, Reach columns) {
      double sum = 0.0;
      for (std::uint32_t y = 0; y < rows.count; ++y)
        for (std::uint32_t x = 0; x < columns.count; ++x)
          sum += double{input(c, rows.from + y, columns.from + x)};
      return sum / static_cast<double>(std::uint64_t{rows.count} * columns.count);
    });
  }

  Values multiply() const {
    Values y;
    for (std::uint32_t c = 0; c < out_.channels; ++c) {
      double sum = bias(c);
      for (std::size_t i = 0; i < x_.size(); ++i)
        sum += double{layer_.weights[c * x_.size() + i]} * double{x_[i]};
      y.push_back(static_cast<float>(sum));
    }
    return y;
  }

  Values scale_channels() const {
    const std::size_t places = std::size_t{in_.height} * in_.width;
    Values y;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const auto c = static_cast<std::uint32_t>(i / places);
      y.push_back(static_cast<float>(double{x_[i]} * double{layer_.weights[c]} + bias(c)));
    }
    return y;
  }

  Values softmax() const {
    const std::size_t places = std::size_t{in_.height} * in_.width;
    Values y(x_.size());
    for (std::size_t at = 0; at < places; ++at) {
      float most = -std::numeric_limits<float>::infinity();
      for (std::size_t i = at; i < x_.size(); i += places)
        most = std::max(most, x_[i]);
      double sum = 0.0;
      for (std::size_t i = at; i < x_.size(); i += places)
        sum += std::exp(double{x_[i]} - double{most});
      for (std::size_t i = at; i < x_.size(); i += places)
        y[i] = static_cast<float>(std::exp(double{x_[i]} - double{most}) / sum);
    }
    return y;
  }

 private:
  Reach rows(std::uint32_t row) const {
    return reach_of(row, layer_.stride_height, layer_.pad_top, layer_.kernel_height, in_.height);
  }
  Reach columns(std::uint32_t column) const {
    return reach_of(column, layer_.stride_width, layer_.pad_left, layer_.kernel_width, in_.width);
  }
  double bias(std::uint32_t channel) const {
    return layer_.bias.empty() ? 0.0 : double{layer_.bias[channel]};
  }
  const float& input(std::uint32_t channel, std::uint32_t row, std::uint32_t column) const {
    return x_[(std::size_t{channel} * in_.height + row) * in_.width + column];
  }
  const float& weight(std::size_t filter, std::uint32_t row, std::uint32_t column) const {
    return layer_.weights[(filter * layer_.kernel_height + row) * layer_.kernel_width + column];
  }

  const FloatLayer& layer_;
  const Shape& in_;
  const Shape& out_;
  std::span<const float> x_;
};

Values sum_of(const Values& a, const Values& b) {
  Values y;
  for (std::size_t i = 0; i < a.size(); ++i)
    y.push_back(a[i] + b[i]);
  return y;
}

Values output_of(
    const FloatNetwork& network, const FloatLayer& layer, const std::vector<Values>& values) {
  const Values& x = values[layer.input];
  const Step step(network, layer, x);
  switch (layer.op) {
    case FloatOperator::convolution:
      return step.convolve(false);
    case FloatOperator::depthwise_convolution:
      return step.convolve(true);
    case FloatOperator::fully_connected:
      return step.multiply();
    case FloatOperator::scale_channels:
      return step.scale_channels();
    case FloatOperator::add:
      return sum_of(x, values[*layer.input2]);
    case FloatOperator::max_pool:
      return step.pool_most();
    case FloatOperator::average_pool:
      return step.pool_mean();
    case FloatOperator::softmax:
      return step.softmax();
    case FloatOperator::reshape:
    case FloatOperator::clamp:
      break;
  }
  return x;
}

}  // namespace

std::vector<std::vector<float>> evaluate_float(
    const FloatNetwork& network, std::span<const float> input) {
  assert(input.size() == network.tensors[network.input].shape.elements());
  std::vector<Values> values(network.tensors.size());
  values[network.input].assign(input.begin(), input.end());
  for (const FloatLayer& layer : network.layers) {
    Values y = output_of(network, layer, values);
    for (float& value : y)
      value = std::clamp(value, layer.low, layer.high);
    values[layer.output] = std::move(y);
  }
  return values;
}

}  // namespace sunfleck
