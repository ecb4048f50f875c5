#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/power/harvest.h"

namespace sunfleck {

// What a row of a Shepherd recording lasts, and how many make a buffer.
inline constexpr RunTime shepherd_period{10'000};
inline constexpr std::uint64_t shepherd_buffer = 10'000;

// Makes rows of volts and amperes at Shepherd's rate of a profile's samples: a sample that lasts
// longer than its rows is repeated, an outage is zeros, and a sample that begins between two rows
// (curves: between two windows) begins with the later one.
class ShepherdRows {
 public:
  // Fails with unsupported for a kind that has not both voltage and current, and invalid_argument
  // for samples that are shorter than Shepherd's.
  static Result<ShepherdRows> of(const HarvestFormat& format);

  // Gives the rows of a block to `take`: [2 n] volts and amperes, one row or one window of them.
  // Fails with invalid_argument when the profile lasts more than a day.
  Status add(const HarvestBlock& block, const std::function<Status(std::span<const float>)>& take);

  // Of all blocks so far.
  std::uint64_t count() const {
    return next_ * static_cast<std::uint64_t>(window_ / shepherd_period);
  }
  // Whether samples have begun between two rows.
  bool has_moved() const { return has_moved_; }

 private:
  explicit ShepherdRows(const HarvestFormat& format);
  RunTime time() const { return static_cast<std::int64_t>(next_) * window_; }

  HarvestFormat format_;
  RunTime window_;  // what a sample takes in the file
  std::vector<float> zeros_;
  std::array<float, 2> swapped_{};
  std::uint64_t next_ = 0;  // window
  bool has_moved_ = false;
};

// Finds the step of which all numbers of a column are multiples.
class StepSearch {
 public:
  static constexpr std::size_t most_candidates = 4;
  //   candidates   > 0, the one to prefer first
  explicit StepSearch(const std::array<double, most_candidates>& candidates)
      : candidates_(candidates) {
    is_possible_.fill(true);
  }

  void add(float value);
  // The first candidate with which every float is read back from 32 bits as it was; otherwise the
  // power of two that is just large enough for the largest number.
  double step() const;

 private:
  std::array<double, most_candidates> candidates_;
  std::array<bool, most_candidates> is_possible_{};
  double largest_ = 0.0;
};

// The nearest number of steps, at most 2^32 - 1.
std::uint32_t steps_in(float value, double step);

}  // namespace sunfleck
