#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

#include "core/base/result.h"
#include "core/power/shepherd_config.h"

namespace sunfleck {

// A parameter in the published model's units: the nearest whole number, halves to even.
inline std::int64_t whole_microvolts(Volts voltage) { return std::llrint(1e6 * voltage.si); }
inline std::int64_t whole_nanoamperes(Amperes current) { return std::llrint(1e9 * current.si); }
inline std::int64_t whole_samples(RunTime time) {
  return std::llrint(
      static_cast<double>(time.count()) / static_cast<double>(shepherd_period.count()));
}

// Refuses what is not within two bounds, and what is not a number.
template <class Unit>
Status check_range(std::string_view field, Unit value, Unit least, Unit most) {
  if (value >= least && value <= most) return ok;
  return fail(
      Errc::invalid_argument, field, ": must be from ", least, " to ", most, ", got ", value);
}

}  // namespace sunfleck
