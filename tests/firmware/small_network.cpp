#include "tests/firmware/small_network.h"

#include <algorithm>
#include <cmath>
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
  const std::uint32_t channels = test.layer.output.channels;
  for (std::uint32_t i = 0; i < weights; ++i)
    test.weights.push_back(static_cast<std::int8_t>(between(-127, 127, random)));
  for (std::uint32_t c = 0; c < channels; ++c) {
    test.bias.push_back(between(-4000, 4000, random));
    test.multiplier.push_back(between(1 << 30, INT32_MAX, random));
    test.shift.push_back(between(-9, 1, random));
  }
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

// Offset and zero point are drawn or laid out later.
fw_tensor tensor_of(TestShape shape) {
  return {
      .offset = 0,
      .height = shape.height,
      .width = shape.width,
      .channels = shape.channels,
      .zero_point = 0,
      .element_bytes = 1,
      .reserved = 0};
}

// Divides rounding to nearest, ties away from zero.
std::int64_t divide(std::int64_t value, std::int64_t by) {
  const std::int64_t magnitude = ((value < 0 ? -value : value) + by / 2) / by;
  return value < 0 ? -magnitude : magnitude;
}

// The requantisation as Jacob et al. describe it, in 64 bits; kernels_test.cpp works values by
// hand.
std::int64_t requantised(std::int64_t sum, std::int64_t multiplier, std::int32_t shift) {
  const std::int64_t shifted = shift > 0 ? sum * (std::int64_t{1} << shift) : sum;
  const std::int64_t product = shifted * multiplier;
  const std::int64_t nudge = product >= 0 ? 1LL << 30 : 1 - (1LL << 30);
  const std::int64_t high = (product + nudge) / (1LL << 31);
  return shift < 0 ? divide(high, std::int64_t{1} << -shift) : high;
}

// The output element (y, x, c): its window's sum, requantised or averaged.
std::int8_t windowed(
    const TestLayer& test, const Values& input, std::int64_t y, std::int64_t x, std::int64_t c) {
  const fw_layer& layer = test.layer;
  const std::int64_t depth = layer.input.channels;
  const std::int64_t outputs = layer.output.channels;
  std::int64_t sum = 0;
  std::int64_t count = 0;
  for (std::int64_t ky = 0; ky < layer.kernel_height; ++ky)
    for (std::int64_t kx = 0; kx < layer.kernel_width; ++kx) {
      const std::int64_t iy = y * layer.stride_height + ky - layer.pad_top;
      const std::int64_t ix = x * layer.stride_width + kx - layer.pad_left;
      if (iy < 0 || ix < 0 || iy >= layer.input.height || ix >= layer.input.width) continue;
      const std::int64_t at = (iy * layer.input.width + ix) * depth;
      const std::int64_t tap = ky * layer.kernel_width + kx;
      ++count;
      if (layer.op == FW_OP_AVERAGE_POOL_2D) {
        sum += input.at(at + c);
      } else if (layer.op == FW_OP_DEPTHWISE_CONV_2D) {
        sum += std::int64_t{test.weights.at(tap * outputs + c)} *
            (input.at(at + c / layer.depth_multiplier) - layer.input.zero_point);
      } else {
        const std::int64_t taps = std::int64_t{layer.kernel_height} * layer.kernel_width;
        for (std::int64_t i = 0; i < depth; ++i)
          sum += std::int64_t{test.weights.at((c * taps + tap) * depth + i)} *
              (input.at(at + i) - layer.input.zero_point);
      }
    }
  const std::int64_t value = layer.op == FW_OP_AVERAGE_POOL_2D
      ? divide(sum, std::max<std::int64_t>(count, 1))
      : requantised(sum + test.bias.at(c), test.multiplier.at(c), test.shift.at(c)) +
          layer.output.zero_point;
  return static_cast<std::int8_t>(
      std::clamp<std::int64_t>(value, layer.activation_min, layer.activation_max));
}

Values softmax(const TestLayer& test, const Values& input) {
  const std::size_t channels = test.layer.output.channels;
  const double scale = std::ldexp(test.layer.softmax_multiplier, test.layer.softmax_shift - 31) /
      std::ldexp(1.0, 26);
  Values output;
  for (std::size_t first = 0; first < input.size(); first += channels) {
    const auto begin = input.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = begin + static_cast<std::ptrdiff_t>(channels);
    const double greatest = *std::max_element(begin, end);
    double sum = 0.0;
    for (auto value = begin; value != end; ++value)
      sum += std::exp(scale * (*value - greatest));
    for (auto value = begin; value != end; ++value) {
      const double quanta = std::round(256.0 * std::exp(scale * (*value - greatest)) / sum) - 128;
      output.push_back(static_cast<std::int8_t>(std::min(quanta, 127.0)));
    }
  }
  return output;
}

void complete(TestLayer& test, Random& random) {
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
      output = tensor_of({.channels = static_cast<std::uint32_t>(1 + random.below(9))});
      put_constants(test, elements(input) * output.channels, random);
      break;
    case FW_OP_AVERAGE_POOL_2D:
      put_windows(layer, random);
      output.channels = input.channels;
      break;
    case FW_OP_RESHAPE:
      output = tensor_of({.channels = elements(input)});
      break;
    default:  // SOFTMAX of inputs with scale 1/8: 2^26 / 8 = 2^30 * 2^-31 * 2^24
      output = input;
      layer.softmax_multiplier = 1 << 30;
      layer.softmax_shift = 24;
      layer.softmax_diff_min = -127;  // 127 * 2^24 is the largest below 2^31
  }
}

}  // namespace

std::uint32_t elements(const fw_tensor& tensor) {
  return tensor.height * tensor.width * tensor.channels;
}

Values random_values(std::size_t count, Random& random) {
  Values values(count);
  for (std::int8_t& value : values)
    value = static_cast<std::int8_t>(between(-128, 127, random));
  return values;
}

TestLayer random_layer(fw_operator op, TestShape input, Random& random) {
  TestLayer test;
  test.layer.op = static_cast<std::uint16_t>(op);
  test.layer.input = tensor_of(input);
  test.layer.output = tensor_of({});
  test.layer.kernel_height = test.layer.kernel_width = 1;
  test.layer.stride_height = test.layer.stride_width = 1;
  test.layer.depth_multiplier = 1;
  complete(test, random);
  test.layer.input.zero_point = between(-128, 127, random);
  test.layer.output.zero_point = between(-128, 127, random);
  test.layer.activation_min = random.below(2) == 0 ? -128 : between(-128, 0, random);
  test.layer.activation_max = random.below(2) == 0 ? 127 : between(1, 127, random);
  put_tiles(test.layer, random);
  return test;
}

std::vector<TestLayer> random_chain(
    const std::vector<fw_operator>& ops, TestShape input, Random& random) {
  std::vector<TestLayer> chain;
  std::uint32_t largest = input.height * input.width * input.channels;
  for (const fw_operator op : ops) {
    chain.push_back(random_layer(op, input, random));
    const fw_tensor& output = chain.back().layer.output;
    input = {.height = output.height, .width = output.width, .channels = output.channels};
    largest = std::max(largest, elements(output));
  }
  std::uint32_t place = 0;
  for (TestLayer& test : chain) {
    test.layer.input.offset = place;
    if (test.layer.op != FW_OP_RESHAPE) place = place == 0 ? (largest + 3) / 4 * 4 : 0;
    test.layer.output.offset = place;
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
  header.input_bytes = elements(input);
  header.output_offset = output.offset;
  header.output_bytes = elements(output);
  header.name[0] = 's';

  std::vector<std::uint8_t> image(sizeof header + chain.size() * sizeof(fw_layer));
  std::vector<fw_layer> layers;
  for (const TestLayer& test : chain) {
    fw_layer layer = test.layer;
    if (!test.bias.empty()) {
      layer.weights_offset = append(image, test.weights);
      layer.bias_offset = append(image, test.bias);
      layer.multiplier_offset = append(image, test.multiplier);
      layer.shift_offset = append(image, test.shift);
    }
    for (const fw_tensor& tensor : {layer.input, layer.output})
      header.arena_bytes = std::max(header.arena_bytes, tensor.offset + elements(tensor));
    for (std::uint32_t i = 0; i < layer.tile_count && layer.op != FW_OP_RESHAPE; ++i) {
      const fw_tile tile = fw_tile_of(&layer, i);
      const std::uint32_t needed =
          (fw_tile_input_bytes(&layer, &tile) + 3) / 4 * 4 + (fw_tile_output_bytes(&layer, &tile) + 3) / 4 * 4;
      header.working_bytes = std::max(header.working_bytes, needed);
    }
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

Values expected_output(const TestLayer& test, const Values& input) {
  const fw_layer& layer = test.layer;
  if (layer.op == FW_OP_RESHAPE) return input;
  if (layer.op == FW_OP_SOFTMAX) return softmax(test, input);
  Values output;
  for (std::int64_t y = 0; y < layer.output.height; ++y)
    for (std::int64_t x = 0; x < layer.output.width; ++x)
      for (std::int64_t c = 0; c < layer.output.channels; ++c) {
        if (layer.op != FW_OP_FULLY_CONNECTED) {
          output.push_back(windowed(test, input, y, x, c));
          continue;
        }
        std::int64_t sum = test.bias.at(c);
        for (std::size_t i = 0; i < input.size(); ++i)
          sum += std::int64_t{test.weights.at(c * input.size() + i)} *
              (input[i] - layer.input.zero_point);
        const std::int64_t value =
            requantised(sum, test.multiplier.at(c), test.shift.at(c)) + layer.output.zero_point;
        output.push_back(static_cast<std::int8_t>(
            std::clamp<std::int64_t>(value, layer.activation_min, layer.activation_max)));
      }
  return output;
}

}  // namespace sunfleck
