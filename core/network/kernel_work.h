#pragma once

#include <cstdint>

#include "target_fw/protocol/network_image.h"

namespace sunfleck {

// What the kernels (target_fw/nn, as built for cores with DSP instructions) do to execute a layer
// once, tile by tile, beside what its definition asks for.
struct KernelWork {
  // Calls of the innermost function:
  //   CONV_2D            fw_multiply(): 4 places with 2 filters, or one place with 4, 2 or 1;
  //                      windows of more than 1536 taps: the products of a row of the window
  //   DEPTHWISE_CONV_2D  multiply(): a place with 4 channels; in tiles of fewer than 4 channels, or
  //                      with a depth multiplier: a place with one
  //   FULLY_CONNECTED    fw_multiply(): a stretch of the input with 4, 2 or 1 filters
  //   AVERAGE_POOL_2D    mean(): 1 an output; MAX_POOL_2D has none
  //   ADD, QUANTIZE      fw_requantise(): 3 or 1 an element
  //   SOFTMAX            exp_of(), of the first of its two passes when no input is too small to
  //                      count: 1 an element
  std::uint64_t inner_calls = 0;
  // Multiplications in these calls, with those of padding and of what fills up groups.
  std::uint64_t products = 0;
  // Of those: a place at a time where others go together, or by the plain kernel.
  std::uint64_t single_products = 0;
  // Rows of windows that are walked: of CONV_2D at each place; of DEPTHWISE_CONV_2D in each inner
  // call; of pools for each output.
  std::uint64_t window_rows = 0;
  std::uint64_t laid_out = 0;  // elements put into columns, with those that fill them up
  std::uint64_t gathered = 0;  // of those, put together one by one first
  // Channels whose constants are looked at to see how outputs may be finished.
  std::uint64_t checked_channels = 0;

  KernelWork& operator+=(const KernelWork& other);
};

// Exact, but for SOFTMAX (above) and for checks of channels, which end at the first that fails.
//
//   layer   that plan_tiles() has planned
KernelWork count_kernel_work(const fw_layer& layer);

}  // namespace sunfleck
