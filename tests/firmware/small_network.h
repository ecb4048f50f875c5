#pragma once

#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "target_fw/protocol/network_image.h"

namespace sunfleck {

using Values = std::vector<std::int8_t>;

// A layer with its constants beside it instead of in an image.
struct TestLayer {
  fw_layer layer{};
  std::vector<std::int8_t> weights;
  std::vector<std::int32_t> bias;
  std::vector<std::int32_t> multiplier;
  std::vector<std::int32_t> shift;
};

struct TestShape {
  std::uint16_t height = 1;
  std::uint16_t width = 1;
  std::uint32_t channels = 1;
};

// A layer of that operator on an input of that shape, everything else drawn at random: kernels up
// to 4 x 4, strides up to 3, legal padding, tiles of any size. Offsets in arena and image are 0.
TestLayer random_layer(fw_operator op, TestShape input, Random& random);

// A chain of such layers, activations taking turns in two places of the arena.
std::vector<TestLayer> random_chain(
    const std::vector<fw_operator>& ops, TestShape input, Random& random);

// The image of a chain; 4-aligned when the vector's memory is.
std::vector<std::uint8_t> image_of(const std::vector<TestLayer>& chain);
// Puts the right checksum into an image that was changed.
void seal(std::vector<std::uint8_t>& image);

// A blob of inputs as the firmware wants it.
std::vector<std::uint8_t> inputs_blob(const std::vector<Values>& inputs);

Values random_values(std::size_t count, Random& random);

// What a layer makes of its whole input: written from the definitions of the operators, one output
// at a time in 64-bit arithmetic, with nothing of the firmware's. SOFTMAX is computed in double and
// may differ by one quantum.
Values expected_output(const TestLayer& test, const Values& input);

std::uint32_t elements(const fw_tensor& tensor);

}  // namespace sunfleck
