#pragma once

#include <array>
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
  std::uint64_t single_products = 0;  // of those: of one place alone, or by the plain kernel
  std::uint64_t looped_products = 0;  // of those: DEPTHWISE_CONV_2D, rows that are not 3 taps wide
  std::uint64_t places = 0;           // of all tiles; of SOFTMAX: rows of channels
  // Rows of windows that are walked: of CONV_2D at each place; of DEPTHWISE_CONV_2D in each inner
  // call; of pools for each output.
  std::uint64_t window_rows = 0;
  std::uint64_t laid_out = 0;  // elements put into columns, with those that fill them up
  std::uint64_t gathered = 0;  // of those, put together one by one first
  // Channels whose constants are looked at to see how outputs may be finished.
  std::uint64_t checked_channels = 0;
  // Outputs of CONV_2D that are finished one by one where others are finished in pairs.
  std::uint64_t finished_alone = 0;
  std::uint64_t clamped = 0;       // outputs that a fused activation is applied to afterwards
  std::uint64_t runs_read = 0;     // contiguous stretches of the inputs that tiles read
  std::uint64_t runs_written = 0;  // and of the output that they write

  KernelWork& operator+=(const KernelWork& other);
};

// Exact, but for SOFTMAX (above) and for checks of channels, which end at the first that fails.
//
//   layer   that plan_tiles() has planned
KernelWork count_kernel_work(const fw_layer& layer);

// Its counts by name, for tables and files.
struct KernelCount {
  const char* name;  // "inner_calls"
  std::uint64_t KernelWork::*count;
};
inline constexpr std::array kernel_counts{
    KernelCount{"inner_calls", &KernelWork::inner_calls},
    KernelCount{"products", &KernelWork::products},
    KernelCount{"single_products", &KernelWork::single_products},
    KernelCount{"looped_products", &KernelWork::looped_products},
    KernelCount{"places", &KernelWork::places},
    KernelCount{"window_rows", &KernelWork::window_rows},
    KernelCount{"laid_out", &KernelWork::laid_out},
    KernelCount{"gathered", &KernelWork::gathered},
    KernelCount{"checked_channels", &KernelWork::checked_channels},
    KernelCount{"finished_alone", &KernelWork::finished_alone},
    KernelCount{"clamped", &KernelWork::clamped},
    KernelCount{"runs_read", &KernelWork::runs_read},
    KernelCount{"runs_written", &KernelWork::runs_written},
};

}  // namespace sunfleck
