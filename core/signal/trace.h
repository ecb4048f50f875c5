#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/clock.h"

namespace sunfleck {

// A stretch of one signal: samples at a fixed period. Sample i of it covers
// [time_of(i), time_of(i + 1)) of the meter's clock. One that is not a number is missing.
struct Trace {
  std::string unit;         // of every sample, an SI symbol: "V"
  RunTime period{};         // > 0
  std::uint64_t first = 0;  // index of samples[0] since the run began
  std::vector<float> samples;

  // Exact below 2^63 ns (292 years).
  RunTime time_of(std::size_t sample) const {
    return period * static_cast<RunTime::rep>(first + sample);
  }
};

}  // namespace sunfleck
