#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/network/float_network.h"

namespace sunfleck {

// The values of all tensors for one input: what the quantised network approximates, and where its
// ranges come from. Sums are formed in double, so that their order does not matter.
//
//   network   as an importer or folded() gives it
//   input     [elements of the network's input], order channel, row, column
//   returns   [tensors][elements], empty for a tensor that nobody writes
std::vector<std::vector<float>> evaluate_float(
    const FloatNetwork& network, std::span<const float> input);

}  // namespace sunfleck
