#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/network/network.h"

namespace sunfleck::app {

// A layer that is made to be measured.
struct OneLayer {
  Operator op = Operator::conv_2d;
  Shape input{.height = 16, .width = 16, .channels = 16};
  std::uint32_t filters = 32;  // output channels of CONV_2D and FULLY_CONNECTED
  std::uint32_t window_height = 3;
  std::uint32_t window_width = 3;
  std::uint32_t stride = 1;
  std::uint32_t activation_bits = 8;  // 8, 12 or 16
  std::uint32_t weight_bits = 8;      // 8 or 4
};

// A network of that layer alone, padded as TFLite's SAME, its weights drawn from the seed.
// Fails with usage when the numbers make no layer.
Result<Network> one_layer_network(const OneLayer& layer, std::uint64_t seed);

// "conv", "depthwise", "fc", "average-pool", "max-pool", "add", "softmax"; nothing for another
// word.
std::optional<Operator> kernel_called(std::string_view word);
std::vector<std::string> kernel_words();

}  // namespace sunfleck::app
