#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace sunfleck {

// A time stamp and a value, as a recording's line has them.
struct Reading {
  RunTime time;      // from any beginning
  float value;       // watts or volts, finite and >= 0
  std::size_t line;  // of the file, from 1
};

// Samples at a fixed period.
struct Gridded {
  RunTime period{};
  std::vector<float> samples;
  std::size_t gaps = 0;  // how often stamps were missing
  RunTime missing{};     // time that the gaps last together
};

// Puts readings on a grid. The period is the median step from one reading to the next. Where stamps
// are missing, nothing is known of the source, and the samples are 0: an outage, not interpolated.
//
//   readings  [n]
//   where     the file's name, for error texts
//   fails     invalid_argument, naming the line, when there are less than two readings, when a time
//             does not come after the one before, when a step is no multiple of the period, or
//             when there would be more than most_samples samples
Result<Gridded> gridded(const std::vector<Reading>& readings, std::string_view where);

}  // namespace sunfleck
