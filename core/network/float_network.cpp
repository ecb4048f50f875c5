#include "core/network/float_network.h"

#include <algorithm>

namespace sunfleck {
namespace {

bool has_channel_weights(FloatOperator op) {
  return op == FloatOperator::convolution || op == FloatOperator::depthwise_convolution ||
      op == FloatOperator::fully_connected;
}

bool is_clamped(const FloatLayer& layer) {
  constexpr float endless = std::numeric_limits<float>::infinity();
  return layer.low != -endless || layer.high != endless;
}

std::vector<std::size_t> count_readers(const FloatNetwork& network) {
  std::vector<std::size_t> readers(network.tensors.size(), 0);
  for (const FloatLayer& layer : network.layers) {
    ++readers[layer.input];
    if (layer.input2) ++readers[*layer.input2];
  }
  ++readers[network.output];
  return readers;
}

void scale_weights(FloatLayer& layer, const FloatLayer& by) {
  const std::size_t channels = by.weights.size();
  const std::size_t taps = layer.weights.size() / channels;
  layer.bias.resize(channels, 0.0F);
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < taps; ++i)
      layer.weights[c * taps + i] *= by.weights[c];
    layer.bias[c] = layer.bias[c] * by.weights[c] + (by.bias.empty() ? 0.0F : by.bias[c]);
  }
}

// Makes `before` compute what `layer` makes of it, if it can.
bool absorb(FloatLayer& before, const FloatLayer& layer) {
  if (layer.op == FloatOperator::scale_channels) {
    if (!has_channel_weights(before.op) || is_clamped(before)) return false;
    scale_weights(before, layer);
  } else if (layer.op == FloatOperator::clamp) {
    if (before.op == FloatOperator::reshape || before.op == FloatOperator::softmax) return false;
  } else {
    return false;
  }
  before.low = std::clamp(before.low, layer.low, layer.high);
  before.high = std::clamp(before.high, layer.low, layer.high);
  before.output = layer.output;
  return true;
}

}  // namespace

const char* name_of(FloatOperator op) {
  switch (op) {
    case FloatOperator::convolution:
      return "convolution";
    case FloatOperator::depthwise_convolution:
      return "depthwise convolution";
    case FloatOperator::fully_connected:
      return "fully connected";
    case FloatOperator::scale_channels:
      return "scaling of channels";
    case FloatOperator::add:
      return "addition";
    case FloatOperator::max_pool:
      return "max pool";
    case FloatOperator::average_pool:
      return "average pool";
    case FloatOperator::reshape:
      return "reshape";
    case FloatOperator::softmax:
      return "softmax";
    case FloatOperator::clamp:
      return "clamp";
  }
  return "unknown";
}

FloatNetwork folded(const FloatNetwork& network) {
  const std::vector<std::size_t> readers = count_readers(network);
  FloatNetwork result{
      .name = network.name,
      .tensors = network.tensors,
      .layers = {},
      .input = network.input,
      .output = network.output};
  for (const FloatLayer& layer : network.layers) {
    const auto writer = std::ranges::find(result.layers, layer.input, &FloatLayer::output);
    if (writer != result.layers.end() && readers[layer.input] == 1 && absorb(*writer, layer))
      continue;
    result.layers.push_back(layer);
    if (layer.op == FloatOperator::scale_channels)
      result.layers.back().op = FloatOperator::depthwise_convolution;
    if (layer.op == FloatOperator::clamp) result.layers.back().op = FloatOperator::max_pool;
  }
  return result;
}

}  // namespace sunfleck
