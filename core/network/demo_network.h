#pragma once

#include <cstdint>
#include <vector>

#include "core/network/network.h"

namespace sunfleck {

// A network of keyword-spotting class (49 x 10 x 1 input; a convolution, depthwise-separable
// blocks, average pool, 12 classes, softmax) with weights drawn from a fixed seed. It is made, not
// trained: its answers mean nothing, but they differ from input to input, and its work is that of
// such a network.
Network demo_network();

// `count` inputs for it, drawn from `seed`; count * 490 bytes.
std::vector<std::uint8_t> demo_inputs(std::uint32_t count, std::uint64_t seed);

}  // namespace sunfleck
