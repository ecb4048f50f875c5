#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "core/signal/pyramid.h"

namespace sunfleck {

// Lowest, highest and mean of a signal in columns of equal length, for a plot: the signal may go on
// for any time, and the columns become twice as long whenever they no longer suffice.
class TimeColumns {
 public:
  // What is not within from ... to is left out.
  //
  //   most   columns, even, > 0
  explicit TimeColumns(std::size_t most, RunTime from = RunTime{}, RunTime to = RunTime::max());

  // A value that holds for a time. Each column takes its part of it.
  //
  //   from, to   begin and end, from <= to, in any order of time; a stretch of a column for which
  //              no value was given counts for nothing
  void add(RunTime from, RunTime to, double value);

  RunTime begin() const { return from_; }
  RunTime width() const { return width_; }  // of a column; 0 before the first value
  // Those up to the last that has a value; `count` of each is in nanoseconds.
  std::span<const Bucket> columns() const { return columns_; }

 private:
  void fold();

  std::size_t most_;
  RunTime from_;
  RunTime to_;
  RunTime width_{};
  std::vector<Bucket> columns_;
};

}  // namespace sunfleck
