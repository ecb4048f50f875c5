#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.h"
#include "core/network/network.h"

namespace sunfleck {

// "kws: layer 3 (CONV_2D)", how a text about layer `index` begins.
std::string place_of(const Network& network, std::size_t index);

// Bytes of weights that a layer with these shapes has; 0 for an operator without weights.
std::uint64_t weight_count(const Layer& layer, const Shape& input, const Shape& output);

// Whether the operator has weights, biases and requantisation constants.
bool has_weights(Operator op);

// Whether the network is one that can be laid out: indices in range, every activation written once
// and before it is read, shapes, weights, scales and biases in agreement, all numbers within what
// an image's fields and the kernels' 32-bit accumulators hold.
//
//   fails     invalid_argument, naming the first layer or activation where it is not
Status check_network(const Network& network);

}  // namespace sunfleck
