#include "tests/firmware/small_network.h"

#include <algorithm>
#include <cstring>

namespace sunfleck {
namespace {

std::int32_t between(std::int32_t low, std::int32_t high, Random& random) {
  return low +
      static_cast<std::int32_t>(
             random.below(static_cast<std::uint64_t>(std::int64_t{high} - low + 1)));
}

// An axis with a kernel, a stride and padding as TFLite's SAME or VALID would have it, or odder.
struct Axis {
  std::uint16_t kernel, stride, pad, output;
};

Axis random_axis(std::uint32_t input, Random& random) {
  Axis axis{};
  axis.kernel = static_cast<std::uint16_t>(1 + random.below(std::min<std::uint32_t>(4, input)));
  axis.stride = static_cast<std::uint16_t>(1 + random.below(3));
  axis.pad = static_cast<std::uint16_t>(random.below(axis.kernel));
  const std::uint32_t most = (input + axis.pad - 1) / axis.stride + 1;  // last window on the input
  const std::uint32_t least = (input - axis.kernel) / axis.stride + 1;
  axis.output = static_cast<std::uint16_t>(least + random.below(most - least + 1));
  return axis;
}

void put_constants(TestLayer& test, std::uint32_t weights, Random& random) {
  const fw_layer& layer = test.layer;
  const bool wide = layer.input.element_bytes == 2;
  const std::int32_t most = layer.weight_bits == 4 ? 7 : 127;
  const std::int32_t least = layer.weight_bits == 4 ? -8 : -127;
  for (std::uint32_t i = 0; i < weights; ++i)
    test.weights.push_back(static_cast<std::int8_t>(between(least, most, random)));
  for (std::uint32_t c = 0; c < layer.output.channels; ++c) {
    test.bias.push_back(
        wide ? std::int64_t{between(-1000, 1000, random)} << random.below(22)
             : between(-4000, 4000, random));
    test.multiplier.push_back(between(1 << 30, INT32_MAX, random));
    test.shift.push_back(wide ? between(-14, -4, random) : between(-9, 1, random));
  }
}

// Of ADD, with inputs of like scale, or of QUANTIZE, about as coarse as before.
void put_scales(TestLayer& test, Random& random) {
  const bool add = test.layer.op == FW_OP_ADD;
  const bool wide = test.layer.input.element_bytes == 2;
  for (int i = 0; i < (add ? 3 : 1); ++i)
    test.multiplier.push_back(between(1 << 30, INT32_MAX, random));
  if (add) {
    test.layer.left_shift = wide ? 15 : 20;
    test.shift = {
        between(-4, 0, random), between(-4, 0, random), between(-2, 1, random) - (wide ? 15 : 20)};
    return;
  }
  const int wider = test.layer.output.element_bytes - test.layer.input.element_bytes;
  test.shift = {between(-2, 1, random) + 8 * wider};
}

void put_windows(fw_layer& layer, Random& random) {
  const Axis rows = random_axis(layer.input.height, random);
  const Axis columns = random_axis(layer.input.width, random);
  layer.kernel_height = rows.kernel;
  layer.kernel_width = columns.kernel;
  layer.stride_height = rows.stride;
  layer.stride_width = columns.stride;
  layer.pad_top = rows.pad;
  layer.pad_left = columns.pad;
  layer.output.height = rows.output;
  layer.output.width = columns.output;
}

void put_tiles(fw_layer& layer, Random& random) {
  const fw_tensor& output = layer.output;
  const bool whole = layer.op == FW_OP_RESHAPE;
  layer.tile_height = static_cast<std::uint16_t>(1 + random.below(output.height));
  layer.tile_width = static_cast<std::uint16_t>(1 + random.below(output.width));
  layer.tile_channels = static_cast<std::uint32_t>(1 + random.below(output.channels));
  if (whole || layer.op == FW_OP_SOFTMAX) layer.tile_channels = output.channels;
  if (whole) {
    layer.tile_height = output.height;
    layer.tile_width = output.width;
  }
  const auto pieces = [](std::uint32_t all, std::uint32_t part) { return (all + part - 1) / part; };
  layer.tiles_per_commit = 1;
  layer.tile_count = pieces(output.height, layer.tile_height) *
      pieces(output.width, layer.tile_width) * pieces(output.channels, layer.tile_channels);
}

template <class T>
std::uint32_t append(std::vector<std::uint8_t>& bytes, const std::vector<T>& values) {
  bytes.resize((bytes.size() + 3) / 4 * 4);
  const std::size_t at = bytes.size();
  bytes.resize(at + values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(bytes.data() + at, values.data(), values.size() * sizeof(T));
  return static_cast<std::uint32_t>(at);
}

// Each filter begins at a byte, and a byte's low half is its first weight.
std::vector<std::int8_t> packed(const TestLayer& test) {
  if (test.layer.weight_bits != 4) return test.weights;
  const std::size_t taps = test.weights.size() / test.layer.output.channels;
  std::vector<std::int8_t> bytes;
  for (std::size_t first = 0; first < test.weights.size(); first += taps)
    for (std::size_t i = first; i < first + taps; i += 2) {
      const int low = test.weights[i] & 15;
      const int high = i + 1 < first + taps ? test.weights[i + 1] : 0;
      bytes.push_back(static_cast<std::int8_t>(high * 16 + low));
    }
  return bytes;
}

void append_bias(std::vector<std::uint8_t>& image, fw_layer& layer, const TestLayer& test) {
  if (layer.input.element_bytes == 2)
    layer.bias_offset = append(image, test.bias);
  else
    layer.bias_offset =
        append(image, std::vector<std::int32_t>(test.bias.begin(), test.bias.end()));
}

// Offset and zero point are drawn or laid out later.
fw_tensor tensor_of(TestShape shape, std::uint16_t element_bytes) {
  return {
      .offset = 0,
      .height = shape.height,
      .width = shape.width,
      .channels = shape.channels,
      .zero_point = 0,
      .element_bytes = element_bytes,
      .reserved = 0};
}

void complete(TestLayer& test, TestPrecision precision, Random& random) {
  fw_layer& layer = test.layer;
  const fw_tensor& input = layer.input;
  fw_tensor& output = layer.output;
  switch (layer.op) {
    case FW_OP_CONV_2D:
      put_windows(layer, random);
      output.channels = static_cast<std::uint32_t>(1 + random.below(6));
      put_constants(
          test, layer.kernel_height * layer.kernel_width * input.channels * output.channels,
          random);
      break;
    case FW_OP_DEPTHWISE_CONV_2D:
      put_windows(layer, random);
      layer.depth_multiplier = static_cast<std::uint16_t>(1 + random.below(3));
      output.channels = input.channels * layer.depth_multiplier;
      put_constants(test, layer.kernel_height * layer.kernel_width * output.channels, random);
      break;
    case FW_OP_FULLY_CONNECTED:
      output.channels = static_cast<std::uint32_t>(1 + random.below(random.below(8) == 0 ? 40 : 9));
      put_constants(test, elements(input) * output.channels, random);
      break;
    case FW_OP_AVERAGE_POOL_2D:
    case FW_OP_MAX_POOL_2D:
      put_windows(layer, random);
      output.channels = input.channels;
      break;
    case FW_OP_RESHAPE:
      output.channels = elements(input);
      break;
    case FW_OP_ADD:
      layer.input2 = output = input;
      put_scales(test, random);
      break;
    case FW_OP_QUANTIZE:
      output = input;
      output.element_bytes = precision.quantized_bytes;
      put_scales(test, random);
      break;
    default:  // SOFTMAX of inputs with scale 1/8: 2^26 / 8 = 2^30 * 2^-31 * 2^24
      output = input;
      layer.softmax_multiplier = 1 << 30;
      layer.softmax_shift = 24;
      layer.softmax_diff_min = -127;  // 127 * 2^24 is the largest below 2^31
  }
}

// Whether ADD's second input is the input of the layer before it.
bool adds_the_one_before(const fw_layer& add, const fw_layer* before) {
  return before != nullptr && before->op != FW_OP_RESHAPE &&
      before->input.height == add.input.height && before->input.width == add.input.width &&
      before->input.channels == add.input.channels &&
      before->input.element_bytes == add.input.element_bytes;
}

}  // namespace

std::uint32_t elements(const fw_tensor& tensor) {
  return tensor.height * tensor.width * tensor.channels;
}

std::uint32_t bytes_of(const fw_tensor& tensor) { return elements(tensor) * tensor.element_bytes; }

Values random_values(std::size_t bytes, Random& random) {
  Values values(bytes);
  for (std::int8_t& value : values)
    value = static_cast<std::int8_t>(between(-128, 127, random));
  return values;
}

TestLayer random_layer(fw_operator op, TestShape input, Random& random, TestPrecision precision) {
  TestLayer test;
  fw_layer& layer = test.layer;
  layer.op = static_cast<std::uint16_t>(op);
  layer.input = tensor_of(input, precision.element_bytes);
  layer.output = tensor_of({}, precision.element_bytes);
  if (op == FW_OP_CONV_2D || op == FW_OP_FULLY_CONNECTED) layer.weight_bits = precision.weight_bits;
  if (op == FW_OP_DEPTHWISE_CONV_2D) layer.weight_bits = 8;
  layer.kernel_height = layer.kernel_width = 1;
  layer.stride_height = layer.stride_width = 1;
  layer.depth_multiplier = 1;
  complete(test, precision, random);
  for (fw_tensor* tensor : {&layer.input, &layer.input2, &layer.output})
    if (tensor->element_bytes == 1) tensor->zero_point = between(-128, 127, random);
  const std::int32_t reach = layer.output.element_bytes == 2 ? 32768 : 128;
  layer.activation_min = random.below(2) == 0 ? -reach : between(-reach, 0, random);
  layer.activation_max = random.below(2) == 0 ? reach - 1 : between(1, reach - 1, random);
  put_tiles(layer, random);
  return test;
}

std::vector<TestLayer> random_chain(
    const std::vector<fw_operator>& ops, TestShape input, Random& random, TestPrecision precision) {
  std::vector<TestLayer> chain;
  std::uint32_t largest = input.height * input.width * input.channels * precision.element_bytes;
  for (const fw_operator op : ops) {
    chain.push_back(random_layer(op, input, random, precision));
    const fw_tensor& output = chain.back().layer.output;
    input = {.height = output.height, .width = output.width, .channels = output.channels};
    precision.element_bytes = output.element_bytes;
    largest = std::max(largest, bytes_of(output));
  }
  const std::uint32_t place = (largest + 3) / 4 * 4;
  const fw_layer* before = nullptr;
  for (TestLayer& test : chain) {
    fw_layer& layer = test.layer;
    layer.input.offset = before == nullptr ? 0 : before->output.offset;
    const bool moves = layer.op != FW_OP_RESHAPE;
    layer.output.offset = moves ? (layer.input.offset + place) % (3 * place) : layer.input.offset;
    if (layer.op == FW_OP_ADD)
      layer.input2.offset =
          adds_the_one_before(layer, before) ? before->input.offset : layer.input.offset;
    before = &layer;
  }
  return chain;
}

std::vector<std::uint8_t> image_of(const std::vector<TestLayer>& chain) {
  const fw_tensor& input = chain.front().layer.input;
  const fw_tensor& output = chain.back().layer.output;
  fw_image_header header{};
  header.magic = FW_IMAGE_MAGIC;
  header.version = FW_IMAGE_VERSION;
  header.layer_count = static_cast<std::uint16_t>(chain.size());
  header.layers_offset = sizeof header;
  header.input_offset = input.offset;
  header.input_bytes = bytes_of(input);
  header.output_offset = output.offset;
  header.output_bytes = bytes_of(output);
  header.name[0] = 's';

  std::vector<std::uint8_t> image(sizeof header + chain.size() * sizeof(fw_layer));
  std::vector<fw_layer> layers;
  for (const TestLayer& test : chain) {
    fw_layer layer = test.layer;
    if (!test.bias.empty()) {
      layer.weights_offset = append(image, packed(test));
      append_bias(image, layer, test);
    }
    if (!test.shift.empty()) {
      layer.multiplier_offset = append(image, test.multiplier);
      layer.shift_offset = append(image, test.shift);
    }
    for (const fw_tensor& tensor : {layer.input, layer.input2, layer.output})
      header.arena_bytes = std::max(header.arena_bytes, tensor.offset + bytes_of(tensor));
    for (std::uint32_t i = 0; i < layer.tile_count && layer.op != FW_OP_RESHAPE; ++i) {
      const fw_tile tile = fw_tile_of(&layer, i);
      const std::uint32_t needed = fw_tile_working_bytes(&layer, &tile);
      header.working_bytes = std::max(header.working_bytes, needed);
    }
    header.scratch_bytes = std::max(header.scratch_bytes, fw_scratch_bytes(&layer));
    layers.push_back(layer);
  }
  header.size = static_cast<std::uint32_t>(image.size());
  std::memcpy(image.data(), &header, sizeof header);
  std::memcpy(image.data() + sizeof header, layers.data(), layers.size() * sizeof(fw_layer));
  seal(image);
  return image;
}

void seal(std::vector<std::uint8_t>& image) {
  if (image.size() < sizeof(fw_image_header)) return;
  fw_image_header header{};
  std::memcpy(&header, image.data(), sizeof header);
  if (header.size < 16 || header.size > image.size()) return;
  header.crc32 = fw_crc32(0, image.data() + 16, header.size - 16);
  std::memcpy(image.data(), &header, sizeof header);
}

std::vector<std::uint8_t> inputs_blob(const std::vector<Values>& inputs) {
  std::vector<std::uint8_t> blob(sizeof(fw_inputs_header));
  for (const Values& input : inputs)
    blob.insert(blob.end(), input.begin(), input.end());
  const auto size = static_cast<std::uint32_t>(blob.size() - sizeof(fw_inputs_header));
  const fw_inputs_header header{
      .magic = FW_INPUTS_MAGIC,
      .count = static_cast<std::uint32_t>(inputs.size()),
      .bytes_each = static_cast<std::uint32_t>(inputs.front().size()),
      .crc32 = fw_crc32(0, blob.data() + sizeof header, size)};
  std::memcpy(blob.data(), &header, sizeof header);
  return blob;
}

}  // namespace sunfleck
