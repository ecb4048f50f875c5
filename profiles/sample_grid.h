#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "profiles/isolated_reader.h"

namespace sunfleck {

// Samples that follow each other without a gap, of those that were given at once.
struct SampleRun {
  std::int64_t index;  // of its first sample on the grid
  std::size_t begin;   // of it, among those given
  std::size_t count;
};

// Puts the time stamps of a stream of samples on a grid of one period, whose first point is the
// first stamp. A step counts as the multiple of the period that is nearest to it, so that jitter is
// no gap, and a lost buffer is one.
class StampGrid {
 public:
  explicit StampGrid(RunTime period) : period_(period.count()) {}

  // The runs of the samples that come next.
  //
  //   stamps   nanoseconds from any beginning
  //   fails    invalid_argument when a stamp is less than half a period after the one before, or
  //            a century after the first
  Result<std::vector<SampleRun>> add(std::span<const std::int64_t> stamps);

 private:
  std::int64_t period_;
  std::int64_t last_ = 0;   // stamp
  std::int64_t index_ = 0;  // of the sample that comes next, if it follows without a gap
  std::uint64_t seen_ = 0;
};

// Cuts rows of volts and amperes into curves of equal length that begin at multiples of this length
// on the grid. A curve that is broken by a gap, or by the end, is left out.
class CurveCutter {
 public:
  //   period   of a row, not of a curve
  CurveCutter(std::uint32_t points, RunTime period, ProfileSink& sink)
      : points_(points), period_(period), sink_(&sink) {}

  //   index    of the first row on the grid
  //   rows     [2 n]
  void add(std::int64_t index, std::span<const float> rows);

 private:
  std::size_t complete(std::span<const float> rows);

  std::size_t points_;
  RunTime period_;
  ProfileSink* sink_;
  std::vector<float> begun_;  // the rows of a curve that is not complete yet
  std::int64_t next_ = 0;     // the index that would go on with it
};

// How many of the first points of a curve do not belong to it, because the ramp still returned to
// its beginning: what comes before a jump over half the range of voltage, and what is held then, at
// the highest voltage (the converter at its end) or unchanged in both columns.
//
//   rows   [2 n]: volts, amperes
std::uint32_t lead_in_of(std::span<const float> rows);

}  // namespace sunfleck
