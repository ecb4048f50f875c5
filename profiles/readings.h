#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "profiles/text_lines.h"

namespace sunfleck {

// Lines of a recording: a time stamp and the numbers of one sample each.
class Readings {
 public:
  //   width   numbers of a sample, > 0
  explicit Readings(std::size_t width) : width_(width) {}

  // Fails when there would be more than most_samples numbers, or when one does not fit a float.
  //
  //   time   from any beginning
  //   row    [width()]
  //   line   of the file `where`, from 1
  Status add(std::size_t line, std::string_view where, RunTime time, std::span<const double> row);
  Status add(const TextLines& lines, RunTime time, std::span<const double> row) {
    return add(lines.number(), lines.where(), time, row);
  }

  std::size_t width() const { return width_; }
  std::size_t size() const { return times_.size(); }
  RunTime& time(std::size_t at) { return times_[at]; }
  RunTime time(std::size_t at) const { return times_[at]; }
  // Of the file, from 1.
  std::size_t line(std::size_t at) const { return lines_[at]; }
  std::span<float> row(std::size_t at) { return {&values_[at * width_], width_}; }
  std::span<const float> row(std::size_t at) const { return {&values_[at * width_], width_}; }

 private:
  std::size_t width_;
  std::vector<RunTime> times_;
  std::vector<std::size_t> lines_;
  std::vector<float> values_;  // [size() * width_]
};

// A number below 0 of something that cannot be below 0 is the offset of an instrument as long as it
// is small: it is taken as 0. Small is down to -0.1 V, -10 uA, or a twentieth of the largest number
// of its column.
//
//   column    of the row; each column from `column` on at every `step`-th place is taken
//   floor     what is small in any case, >= 0, in the column's unit
//   returns   how many were taken as 0
//   fails     invalid_argument, naming the line, for a number further below 0
Result<std::size_t> take_offsets(
    Readings& readings, std::size_t column, std::size_t step, float floor, std::string_view where);

inline constexpr float small_voltage = 0.1F;    // V
inline constexpr float small_current = 10e-6F;  // A

// Samples at a fixed period.
struct Gridded {
  RunTime period{};
  std::vector<float> samples;  // [n * width]
  std::size_t gaps = 0;        // how often stamps were missing
  RunTime missing{};           // time that the gaps last together
  double jitter = 0.0;         // the largest deviation of a step, in periods
};

// How far the step from one time stamp to the next may be from the period, in periods. Real
// recorders stamp a reading when it is written (29 to 31 s of 30 s), or with few digits (60, 64 or
// 70 us of 64 us).
inline constexpr double most_jitter = 0.2;

// The usual step from one time stamp to the next: the mean of those steps that are within
// most_jitter of the median step.
//
//   fails     invalid_argument, naming the line, when there are less than two readings, when a time
//             does not come after the one before; and for more than 11 days
Result<RunTime> usual_step(const Readings& readings, std::string_view where);

// Refuses a profile of more than 95 years: of `count` samples at a period that a person told.
Status check_duration(std::size_t count, RunTime period, std::string_view where);

// Puts readings on a grid, one after the other. The period is their usual_step(). A step of two
// periods or more (less most_jitter) is a gap of the nearest whole number of periods: nothing is
// known of the source, and the samples are 0: an outage, not interpolated.
//
//   where     the file's name, for error texts
//   fails     as usual_step(), naming the line; invalid_argument when a step is neither, or when
//             there would be more than most_samples numbers
Result<Gridded> gridded(const Readings& readings, std::string_view where);

// "0.02 s". Divided, not multiplied: that gives the decimal number that the file has.
std::string in_seconds(RunTime time);

// What a person should know of the grid: "; 2 gaps in its time stamps of together 40 s read as
// outage; its steps waver by up to 9 % of the period", or nothing.
std::string grid_note(const Gridded& grid);

}  // namespace sunfleck
