#pragma once

#include <cstdint>

#include "target_fw/protocol/network_image.h"

namespace sunfleck {

// How often executing a planned layer once, tile by tile, calls the innermost function of its
// kernel (target_fw/nn, as built for cores with DSP instructions):
//
//   CONV_2D            fw_multiply(): 4 places with 2 filters, or one place with 4, 2 or 1; windows
//                      of more than 1536 taps: the products of a row of the window
//   DEPTHWISE_CONV_2D  multiply(): a place with 4 channels; where tiles have fewer than 4 channels,
//                      or with a depth multiplier: a place with one
//   FULLY_CONNECTED    fw_multiply(): a stretch of the input with 4, 2 or 1 filters
//   pools              the window of one output
//   ADD, QUANTIZE      fw_requantise(): 3 or 1 an element
//   SOFTMAX            exp_of(), of the first of its two passes when no input is too small to
//   count:
//                      1 an element
//   RESHAPE            none
//
//   layer   that plan_tiles() has planned
std::uint64_t count_inner_calls(const fw_layer& layer);

}  // namespace sunfleck
