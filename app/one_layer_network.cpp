#include "app/one_layer_network.h"

#include <algorithm>
#include <array>

#include "core/base/random.h"
#include "core/network/check_network.h"

namespace sunfleck::app {
namespace {

struct Kernel {
  std::string_view word;
  Operator op;
  bool has_window;
};
constexpr std::array kernels{
    Kernel{"conv", Operator::conv_2d, true},
    Kernel{"depthwise", Operator::depthwise_conv_2d, true},
    Kernel{"fc", Operator::fully_connected, false},
    Kernel{"average-pool", Operator::average_pool_2d, true},
    Kernel{"max-pool", Operator::max_pool_2d, true},
    Kernel{"add", Operator::add, false},
    Kernel{"softmax", Operator::softmax, false},
};

// TFLite's SAME: as many outputs as strides fit, what lacks is added around, less of it in front.
struct Axis {
  std::uint32_t output = 1, pad = 0;
};
Axis same_axis(std::uint32_t input, std::uint32_t window, std::uint32_t stride) {
  const std::uint32_t output = (input + stride - 1) / stride;
  const std::uint64_t reach = std::uint64_t{output - 1} * stride + window;
  return {output, reach > input ? static_cast<std::uint32_t>((reach - input) / 2) : 0};
}

Shape shape_after(const OneLayer& wanted, Layer& layer) {
  const Shape& in = wanted.input;
  if (layer.op == Operator::fully_connected) return {.channels = wanted.filters};
  const auto* const kernel = std::ranges::find(kernels, layer.op, &Kernel::op);
  if (!kernel->has_window) return in;
  layer.kernel_height = wanted.window_height;
  layer.kernel_width = wanted.window_width;
  layer.stride_height = layer.stride_width = wanted.stride;
  const Axis y = same_axis(in.height, wanted.window_height, wanted.stride);
  const Axis x = same_axis(in.width, wanted.window_width, wanted.stride);
  layer.pad_top = y.pad;
  layer.pad_left = x.pad;
  const bool mixes = layer.op == Operator::conv_2d;
  return {y.output, x.output, mixes ? wanted.filters : in.channels};
}

void draw_weights(Layer& layer, const Shape& in, const Shape& out, std::uint64_t seed) {
  Random random(seed, "measured weights");
  const std::int32_t reach = layer.weight_bits == 4 ? 7 : 127;
  layer.weights.resize(weight_count(layer, in, out));
  for (std::int8_t& weight : layer.weights)
    weight = static_cast<std::int8_t>(
        static_cast<std::int32_t>(random.below(2 * static_cast<std::uint64_t>(reach) + 1)) - reach);
  layer.weight_scales.assign(out.channels, 0.01F);
  layer.bias.assign(out.channels, 0);
}

}  // namespace

Result<Network> one_layer_network(const OneLayer& wanted, std::uint64_t seed) {
  constexpr std::uint32_t most = 65535;
  const Shape& in = wanted.input;
  const std::array numbers{in.height,           in.width,
                           in.channels,         wanted.filters,
                           wanted.window_width, wanted.window_height,
                           wanted.stride};
  if (std::ranges::any_of(numbers, [](std::uint32_t n) { return n == 0 || n > most; }))
    return fail(Errc::usage, "sizes, filters, windows and strides must be 1 to ", most);
  const std::uint32_t bits = wanted.activation_bits;
  const bool softmax = wanted.op == Operator::softmax;
  Layer layer{.op = wanted.op, .name = "measured", .output = 1};
  layer.weight_bits = wanted.weight_bits;
  if (bits > 8) {
    layer.activation_min = -(1 << (bits - 1));
    layer.activation_max = (1 << (bits - 1)) - 1;
  }
  const Shape out = shape_after(wanted, layer);
  if (has_weights(wanted.op)) draw_weights(layer, in, out, seed);
  Network network{.name = "one layer"};
  network.activations = {
      {.name = "input", .shape = in, .scale = 0.05F, .zero_point = 0, .bits = bits},
      {.name = "output",
       .shape = out,
       .scale = softmax ? 1.0F / 256.0F : 0.05F,
       .zero_point = softmax ? -128 : 0,
       .bits = bits}};
  if (wanted.op == Operator::add) layer.input2 = 0;
  network.layers = {layer};
  network.output = 1;
  Status sound = check_network(network);
  if (!sound) return fail(Errc::usage, sound.error().text);
  return network;
}

std::optional<Operator> kernel_called(std::string_view word) {
  const auto* const found = std::ranges::find(kernels, word, &Kernel::word);
  if (found == kernels.end()) return std::nullopt;
  return found->op;
}

std::vector<std::string> kernel_words() {
  std::vector<std::string> words;
  for (const Kernel& kernel : kernels)
    words.emplace_back(kernel.word);
  return words;
}

}  // namespace sunfleck::app
