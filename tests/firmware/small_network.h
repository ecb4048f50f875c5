#pragma once

#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "target_fw/protocol/network_image.h"

namespace sunfleck {

// The elements of a tensor as they lie in memory: int8, or int16 in two bytes each.
using Values = std::vector<std::int8_t>;

// A layer with its constants beside it instead of in an image.
struct TestLayer {
  fw_layer layer{};
  std::vector<std::int8_t> weights;  // one a byte, of whatever width
  std::vector<std::int64_t> bias;
  std::vector<std::int32_t> multiplier;
  std::vector<std::int32_t> shift;
};

struct TestShape {
  std::uint16_t height = 1;
  std::uint16_t width = 1;
  std::uint32_t channels = 1;
};

// Elements of the activations and bits of the weights. SOFTMAX wants int8.
struct TestPrecision {
  std::uint16_t element_bytes = 1;
  std::uint8_t weight_bits = 8;       // of CONV_2D and FULLY_CONNECTED; DEPTHWISE_CONV_2D has 8
  std::uint16_t quantized_bytes = 1;  // of the elements that QUANTIZE makes
};

// A layer of that operator on an input of that shape, everything else drawn at random: kernels up
// to 4 x 4, strides up to 3, legal padding, tiles of any size. Offsets in arena and image are 0.
TestLayer random_layer(
    fw_operator op, TestShape input, Random& random, TestPrecision precision = {});

// A chain of such layers, activations taking turns in three places of the arena. ADD adds the input
// of the layer before it if shape and elements are the same, else its own input once more.
std::vector<TestLayer> random_chain(
    const std::vector<fw_operator>& ops, TestShape input, Random& random,
    TestPrecision precision = {});

// The image of a chain; 4-aligned when the vector's memory is.
std::vector<std::uint8_t> image_of(const std::vector<TestLayer>& chain);
// Puts the right checksum into an image that was changed.
void seal(std::vector<std::uint8_t>& image);

// A blob of inputs as the firmware wants it.
std::vector<std::uint8_t> inputs_blob(const std::vector<Values>& inputs);

Values random_values(std::size_t bytes, Random& random);

// What a layer makes of its whole input, and of its second input if it is ADD: written from the
// definitions of the operators, one output at a time in 64-bit arithmetic, with nothing of the
// firmware's. SOFTMAX is computed in double and may differ by one quantum.
Values expected_output(const TestLayer& test, const Values& input, const Values& input2 = {});

// The outputs of all layers of a chain.
std::vector<Values> expected_outputs(const std::vector<TestLayer>& chain, const Values& input);

std::uint32_t elements(const fw_tensor& tensor);
std::uint32_t bytes_of(const fw_tensor& tensor);

}  // namespace sunfleck
