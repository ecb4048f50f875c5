#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/network/float_network.h"

namespace sunfleck {

// The values that a tensor takes over all calibration inputs.
struct ValueStatistics {
  static constexpr std::size_t bins = 2048;

  float low = 0.0F;  // least and greatest value; both 0 when there are none
  float high = 0.0F;
  std::array<std::uint64_t, bins> histogram{};  // of equal parts of [low, high]
};

// Evaluates the network for each input, twice: for the ends, and for what lies between.
//
//   network   as an importer or folded() gives it
//   inputs    [n] inputs one after another, n >= 1, each in the order channel, row, column
//   returns   [tensors]
//   fails     invalid_argument when the inputs are no whole number of inputs, or when a tensor
//   takes
//             a value that is not finite
Result<std::vector<ValueStatistics>> observe(
    const FloatNetwork& network, std::span<const float> inputs);

// A closed range of real values; low <= 0 <= high, low < high.
struct ValueRange {
  float low = 0.0F;
  float high = 1.0F;
};

// How an activation's range follows from calibration.
enum class RangeRule {
  extremes,       // from the least to the greatest value seen
  least_squares,  // the part of it with the least mean square error of clipping and rounding
};

// The range to quantise values such as these in, with 0 in it.
//
//   steps       that the range is divided into, such as 255
//   symmetric   whether the range must be [-x, x]
//
// Source: error = sum over what is clipped of (x - end)^2, plus step^2 / 12 for each value that is
// not; Banner, Nahshan and Soudry, "Post training 4-bit quantization of convolutional networks"
// (2019), section 3.1, with the histogram in the place of their fitted distribution. Ends are
// searched in hundredths of the extremes.
ValueRange choose_range(
    const ValueStatistics& values, RangeRule rule, std::uint32_t steps, bool symmetric);

}  // namespace sunfleck
