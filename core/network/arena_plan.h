#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/network/network.h"

namespace sunfleck {

// Where each activation lies in the arena.
struct ArenaPlan {
  std::vector<std::uint32_t>
      offsets;              // [activations], multiples of 4; 0 for one that nobody writes
  std::uint32_t bytes = 0;  // of the whole arena, a multiple of 4
};

// Gives every activation a place for as long as it is needed: the network's input from the start to
// its last reader, the network's output from its layer to the end, all others from the layer that
// writes them to the last that reads them. Two whose times overlap never share a byte, except that
// the output of RESHAPE is its input.
//
//   network   one that check_network() passed
//   fails     invalid_argument when the arena would exceed FW_IMAGE_ARENA_MAX bytes
//
// Source: greedy by size, each at the lowest free offset; Pisarchyk and Lee, "Efficient Memory
// Management for Deep Neural Net Inference" (2020), section 5.
Result<ArenaPlan> plan_arena(const Network& network);

}  // namespace sunfleck
