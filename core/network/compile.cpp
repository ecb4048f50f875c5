#include "core/network/compile.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

#include "core/network/arena_plan.h"
#include "core/network/check_network.h"
#include "core/network/quantise.h"
#include "core/network/tile_plan.h"

namespace sunfleck {
namespace {

static_assert(std::endian::native == std::endian::little, "an image's numbers are little-endian");

constexpr std::int32_t shift_max = 30;  // to the left, what the kernels can execute

// Bytes of an image under construction; every piece begins at a multiple of 4.
class Bytes {
 public:
  template <class T>
  std::uint64_t append(std::span<const T> values) {
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
    const std::size_t offset = bytes_.size();
    bytes_.resize(offset + values.size_bytes());
    if (!values.empty()) std::memcpy(bytes_.data() + offset, values.data(), values.size_bytes());
    return offset;
  }
  template <class T>
  void overwrite(std::size_t offset, const T& value) {
    std::memcpy(bytes_.data() + offset, &value, sizeof value);
  }
  std::vector<std::uint8_t>& finish() {
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
    return bytes_;
  }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::vector<std::uint8_t> bytes_;
};

fw_tensor tensor_of(const Activation& activation, std::uint32_t offset) {
  return {
      .offset = offset,
      .height = static_cast<std::uint16_t>(activation.shape.height),
      .width = static_cast<std::uint16_t>(activation.shape.width),
      .channels = activation.shape.channels,
      .zero_point = activation.zero_point,
      .element_bytes = static_cast<std::uint16_t>(activation.element_bytes()),
      .reserved = 0};
}

fw_layer layer_of(const Network& network, const Layer& layer, const ArenaPlan& arena) {
  fw_layer laid{};
  laid.op = static_cast<std::uint16_t>(layer.op);
  laid.input = tensor_of(network.activations[layer.input], arena.offsets[layer.input]);
  laid.output = tensor_of(network.activations[layer.output], arena.offsets[layer.output]);
  laid.kernel_height = static_cast<std::uint16_t>(layer.kernel_height);
  laid.kernel_width = static_cast<std::uint16_t>(layer.kernel_width);
  laid.stride_height = static_cast<std::uint16_t>(layer.stride_height);
  laid.stride_width = static_cast<std::uint16_t>(layer.stride_width);
  laid.pad_top = static_cast<std::uint16_t>(layer.pad_top);
  laid.pad_left = static_cast<std::uint16_t>(layer.pad_left);
  laid.depth_multiplier = static_cast<std::uint16_t>(layer.depth_multiplier);
  laid.tiles_per_commit = layer.tiles_per_commit;
  laid.activation_min = layer.activation_min;
  laid.activation_max = layer.activation_max;
  return laid;
}

// The largest magnitude that the accumulator of each output channel reaches, whatever the input.
// Padding adds nothing, and an input at its zero point adds nothing either, so no part of the sum
// exceeds this.
std::vector<std::int64_t> accumulator_limits(
    const Layer& layer, std::int32_t zero_point, std::size_t channels) {
  std::vector<std::int64_t> high(channels, 0);
  std::vector<std::int64_t> low(channels, 0);
  const std::size_t taps = layer.weights.size() / channels;
  const bool channels_last = layer.op == Operator::depthwise_conv_2d;
  for (std::size_t i = 0; i < layer.weights.size(); ++i) {
    const std::size_t channel = channels_last ? i % channels : i / taps;
    const auto weight = std::int64_t{layer.weights[i]};
    const std::int64_t at_least = weight * (-128 - zero_point);
    const std::int64_t at_most = weight * (127 - zero_point);
    high[channel] += std::max(at_least, at_most);
    low[channel] += std::min(at_least, at_most);
  }
  for (std::size_t c = 0; c < channels; ++c) {
    const std::int64_t bias = layer.bias.empty() ? 0 : layer.bias[c];
    high[c] = std::max(std::abs(high[c] + bias), std::abs(low[c] + bias));
  }
  return high;
}

Result<std::vector<FixedMultiplier>> rescale_constants(const Network& network, std::size_t index) {
  const Layer& layer = network.layers[index];
  const Activation& in = network.activations[layer.input];
  const Activation& out = network.activations[layer.output];
  const std::size_t channels = out.shape.channels;
  const std::vector<std::int64_t> limits = accumulator_limits(layer, in.zero_point, channels);
  std::vector<FixedMultiplier> constants;
  for (std::size_t c = 0; c < channels; ++c) {
    const double real = rescale_of(layer, in, out, c);
    if (!std::isfinite(real))
      return fail(Errc::invalid_argument, place_of(network, index), ": its scales are too large");
    const FixedMultiplier fixed = fixed_multiplier(real);
    const std::int32_t left = std::max(fixed.shift, 0);
    if (left > shift_max || limits[c] > std::numeric_limits<std::int32_t>::max() >> left)
      return fail(
          Errc::invalid_argument, place_of(network, index), ": channel ", c,
          " can exceed the firmware's 32-bit accumulator: it sums up to ", limits[c],
          " and scales that by ", real);
    constants.push_back(fixed);
  }
  return constants;
}

// Appends weights, biases and requantisation constants and notes where they lie; returns their
// bytes.
Result<std::uint64_t> add_constants(
    const Network& network, std::size_t index, Bytes& image, fw_layer& laid) {
  const Layer& layer = network.layers[index];
  const std::size_t channels = network.activations[layer.output].shape.channels;
  const std::vector<FixedMultiplier> rescale = TRY(rescale_constants(network, index));
  std::vector<std::int32_t> multipliers;
  std::vector<std::int32_t> shifts;
  for (const FixedMultiplier& fixed : rescale) {
    multipliers.push_back(fixed.multiplier);
    shifts.push_back(fixed.shift);
  }
  std::vector<std::int32_t> bias(layer.bias.begin(), layer.bias.end());
  bias.resize(channels);

  const std::size_t before = image.size();
  const std::uint64_t weights_at = image.append(std::span(layer.weights));
  const std::uint64_t bias_at = image.append(std::span<const std::int32_t>(bias));
  const std::uint64_t multipliers_at = image.append(std::span<const std::int32_t>(multipliers));
  const std::uint64_t shifts_at = image.append(std::span<const std::int32_t>(shifts));
  if (image.size() > std::numeric_limits<std::uint32_t>::max())
    return fail(Errc::invalid_argument, place_of(network, index), ": the image exceeds 4 GB");
  laid.weight_bits = static_cast<std::uint8_t>(layer.weight_bits);
  laid.weights_offset = static_cast<std::uint32_t>(weights_at);
  laid.bias_offset = static_cast<std::uint32_t>(bias_at);
  laid.multiplier_offset = static_cast<std::uint32_t>(multipliers_at);
  laid.shift_offset = static_cast<std::uint32_t>(shifts_at);
  return image.size() - before;
}

Status add_softmax(const Network& network, std::size_t index, fw_layer& laid) {
  const Layer& layer = network.layers[index];
  const float scale = network.activations[layer.input].scale;
  const SoftmaxConstants constants = softmax_constants(layer.beta, scale);
  if (constants.scale.shift < 1 || constants.scale.shift > shift_max)
    return fail(
        Errc::invalid_argument, place_of(network, index), ": beta times input scale is ",
        double{layer.beta} * double{scale}, "; the firmware executes 2^-26 to 16");
  laid.softmax_multiplier = constants.scale.multiplier;
  laid.softmax_shift = constants.scale.shift;
  laid.softmax_diff_min = constants.diff_min;
  return ok;
}

// Completes a layer whose tensors and window stand in `laid`.
Result<LayerCounts> lay_out(
    const Network& network, std::size_t index, const CompileOptions& options, Bytes& image,
    fw_layer& laid) {
  const Layer& layer = network.layers[index];
  std::uint64_t weight_bytes = 0;
  if (has_weights(layer.op)) weight_bytes = TRY(add_constants(network, index, image, laid));
  if (layer.op == Operator::softmax) TRY(add_softmax(network, index, laid));
  TRY(plan_tiles(laid, options, place_of(network, index)));
  LayerCounts counts = count_work(laid);
  counts.name = layer.name;
  counts.output = network.activations[layer.output].shape;
  counts.weight_bytes = weight_bytes;
  return counts;
}

fw_image_header header_of(const Network& network, const ArenaPlan& arena) {
  fw_image_header header{};
  header.magic = FW_IMAGE_MAGIC;
  header.version = FW_IMAGE_VERSION;
  header.layer_count = static_cast<std::uint16_t>(network.layers.size());
  header.layers_offset = sizeof header;
  header.arena_bytes = arena.bytes;
  header.input_offset = arena.offsets[network.input];
  header.input_bytes =
      static_cast<std::uint32_t>(network.activations[network.input].bytes());
  header.output_offset = arena.offsets[network.output];
  header.output_bytes =
      static_cast<std::uint32_t>(network.activations[network.output].bytes());
  const FixedMultiplier quantum = fixed_multiplier(network.activations[network.output].scale);
  header.output_multiplier = quantum.multiplier;
  header.output_shift = quantum.shift;
  network.name.copy(header.name, FW_IMAGE_NAME_MAX - 1);
  return header;
}

// Fills in what is known last, and makes sure that a board will take the image.
Status seal(std::vector<std::uint8_t>& image, fw_image_header header, const std::string& name) {
  header.size = static_cast<std::uint32_t>(image.size());
  std::memcpy(image.data(), &header, sizeof header);
  constexpr std::size_t crc_from = offsetof(fw_image_header, layers_offset);
  header.crc32 =
      fw_crc32(0, image.data() + crc_from, static_cast<std::uint32_t>(image.size() - crc_from));
  std::memcpy(image.data(), &header, sizeof header);
  const fw_image_fault fault = fw_image_check(image.data(), header.size);
  if (fault == FW_IMAGE_OK) return ok;
  return fail(
      Errc::invalid_argument, name, ": the firmware would refuse the compiled image, fault ",
      static_cast<int>(fault));
}

}  // namespace

Result<CompiledNetwork> compile(const Network& network, const CompileOptions& options) {
  TRY(check_network(network));
  const ArenaPlan arena = TRY(plan_arena(network));
  fw_image_header header = header_of(network, arena);

  CompiledNetwork compiled;
  Bytes image;
  std::vector<fw_layer> table(network.layers.size());
  image.append(std::span<const fw_image_header>(&header, 1));
  image.append(std::span<const fw_layer>(table));
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = layer_of(network, network.layers[i], arena);
    compiled.layers.push_back(TRY(lay_out(network, i, options, image, table[i])));
    header.working_bytes = std::max(header.working_bytes, working_bytes(table[i]));
    header.scratch_bytes = std::max(header.scratch_bytes, fw_scratch_bytes(&table[i]));
    image.overwrite(sizeof header + i * sizeof(fw_layer), table[i]);
  }
  TRY(seal(image.finish(), header, network.name));

  compiled.name = network.name;
  compiled.image = std::move(image.finish());
  compiled.input = network.activations[network.input];
  compiled.output = network.activations[network.output];
  compiled.arena_bytes = header.arena_bytes;
  compiled.working_bytes = header.working_bytes;
  return compiled;
}

}  // namespace sunfleck
