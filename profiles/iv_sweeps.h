#pragma once

#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/power/harvest.h"
#include "profiles/readings.h"

namespace sunfleck {

// A part of a recording in which the voltage went from one end of a source's curve to the other.
struct Sweep {
  std::size_t first;  // index of its first reading
  std::size_t last;   // and its last
};

// Finds the sweeps in readings of voltage and current, or nothing where the voltage was held by a
// harvester. A sweep lies between two turning points of the voltage that are at least a quarter of
// the recording's range apart. It belongs to a curve tracer when
// - the voltage runs through it without going back and forth (its range is at least 0.7 of the way
//   that the voltage makes), in 8 readings or more;
// - from open to short circuit: a current of the quarter of its readings at the high end is at most
//   a quarter of the largest of the half at the low end, and the last one there at least half of
//   it.
// The sweeps of one direction are taken, up or down, whichever have more readings; the others are
// the ramp's return, and so are readings at a sweep's beginning from which the voltage jumps by
// more than 8 of its mean steps. They must make up half of the recording. Those that cover less
// than half of the usual range, as at a recording's ends, are left out.
//
//   readings   of width 2: V, A
std::optional<std::vector<Sweep>> find_sweeps(const Readings& readings);

// The sweeps as curves of equal length: the longest one's; a shorter one repeats its last point.
//
//   sweeps   [n], n > 0
//   fails    invalid_argument when a sweep has more than most_curve_points, or all of them more
//            than most_samples numbers, or as gridded() does for the times at which they begin
Result<HarvestProfile> curves_of(
    const Readings& readings, const std::vector<Sweep>& sweeps, std::string_view where);

}  // namespace sunfleck
