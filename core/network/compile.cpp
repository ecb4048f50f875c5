#include "core/network/compile.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <limits>
#include <span>

#include "core/network/arena_plan.h"
#include "core/network/check_network.h"
#include "core/network/image_bytes.h"
#include "core/network/layer_constants.h"
#include "core/network/quantise.h"
#include "core/network/tile_plan.h"

namespace sunfleck {
namespace {

static_assert(std::endian::native == std::endian::little, "an image's numbers are little-endian");

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

// Whether each output comes from the input at its own place alone. Then places may stand in one row
// and be cut anywhere, without halo and in one piece.
bool is_placewise(const Layer& layer) {
  if (layer.op == Operator::add || layer.op == Operator::quantize || layer.op == Operator::softmax)
    return true;
  return layer.op == Operator::conv_2d && layer.kernel_height == 1 && layer.kernel_width == 1 &&
      layer.stride_height == 1 && layer.stride_width == 1;
}

void put_in_a_row(fw_tensor& tensor) {
  tensor.width = static_cast<std::uint16_t>(tensor.width * tensor.height);
  tensor.height = 1;
}

fw_layer layer_of(const Network& network, const Layer& layer, const ArenaPlan& arena) {
  const auto tensor = [&](std::size_t index) {
    return tensor_of(network.activations[index], arena.offsets[index]);
  };
  fw_layer laid{};
  laid.op = static_cast<std::uint16_t>(layer.op);
  laid.input = tensor(layer.input);
  if (layer.input2) laid.input2 = tensor(*layer.input2);
  laid.output = tensor(layer.output);
  const Shape& shape = network.activations[layer.output].shape;
  const bool same_places = network.activations[layer.input].shape.height == shape.height &&
      network.activations[layer.input].shape.width == shape.width;
  if (is_placewise(layer) && same_places &&
      std::uint64_t{shape.height} * shape.width <= std::numeric_limits<std::uint16_t>::max()) {
    put_in_a_row(laid.input);
    if (layer.input2) put_in_a_row(laid.input2);
    put_in_a_row(laid.output);
  }
  laid.kernel_height = static_cast<std::uint16_t>(layer.kernel_height);
  laid.kernel_width = static_cast<std::uint16_t>(layer.kernel_width);
  laid.stride_height = static_cast<std::uint16_t>(layer.stride_height);
  laid.stride_width = static_cast<std::uint16_t>(layer.stride_width);
  laid.pad_top = static_cast<std::uint16_t>(layer.pad_top);
  laid.pad_left = static_cast<std::uint16_t>(layer.pad_left);
  laid.depth_multiplier = static_cast<std::uint16_t>(layer.depth_multiplier);
  laid.activation_min = layer.activation_min;
  laid.activation_max = layer.activation_max;
  return laid;
}

// Completes a layer whose tensors and window stand in `laid`.
Result<LayerCounts> lay_out(
    const Network& network, std::size_t index, const CompileOptions& options, ImageBytes& image,
    fw_layer& laid) {
  const Layer& layer = network.layers[index];
  const std::size_t before = image.size();
  TRY(append_constants(network, index, image, laid));
  if (image.size() > std::numeric_limits<std::uint32_t>::max())
    return fail(Errc::invalid_argument, place_of(network, index), ": the image exceeds 4 GB");
  TRY(plan_tiles(laid, options, place_of(network, index)));
  laid.tiles_per_commit =
      options.tiles_per_commit > 0 ? options.tiles_per_commit : layer.tiles_per_commit;
  LayerCounts counts = count_work(laid);
  counts.name = layer.name;
  counts.tiles_per_commit = laid.tiles_per_commit;
  counts.output = network.activations[layer.output].shape;
  counts.activation_bits = network.activations[layer.output].bits;
  counts.weight_bits = laid.weight_bits;
  counts.weight_bytes = image.size() - before;
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
  header.input_bytes = static_cast<std::uint32_t>(network.activations[network.input].bytes());
  header.output_offset = arena.offsets[network.output];
  header.output_bytes = static_cast<std::uint32_t>(network.activations[network.output].bytes());
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
  if (options.working_bytes > working_bytes_max)
    return fail(
        Errc::invalid_argument, network.name, ": ", options.working_bytes,
        " bytes of working memory were given; a board gives at most ", working_bytes_max);
  TRY(check_network(network));
  const ArenaPlan arena = TRY(plan_arena(network));
  fw_image_header header = header_of(network, arena);

  CompiledNetwork compiled;
  ImageBytes image;
  std::vector<fw_layer> table(network.layers.size());
  image.append(std::span<const fw_image_header>(&header, 1));
  image.append(std::span<const fw_layer>(table));
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = layer_of(network, network.layers[i], arena);
    compiled.layers.push_back(TRY(lay_out(network, i, options, image, table[i])));
    const LayerCounts& counts = compiled.layers.back();
    header.working_bytes = std::max(header.working_bytes, counts.working_bytes);
    header.scratch_bytes = std::max(header.scratch_bytes, counts.scratch_bytes);
    image.overwrite(sizeof header + i * sizeof(fw_layer), table[i]);
  }
  TRY(seal(image.finish(), header, network.name));

  compiled.name = network.name;
  compiled.image = std::move(image.finish());
  compiled.input = network.activations[network.input];
  compiled.output = network.activations[network.output];
  compiled.arena_bytes = header.arena_bytes;
  compiled.working_bytes = header.working_bytes;
  compiled.scratch_bytes = header.scratch_bytes;
  return compiled;
}

}  // namespace sunfleck
