#include "profiles/readings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace sunfleck {
namespace {

double ratio(RunTime a, RunTime b) {
  return static_cast<double>(a.count()) / static_cast<double>(b.count());
}

// As short as a float can be written.
std::string in_digits(float value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end.ptr};
}

}  // namespace

std::string in_seconds(RunTime time) {
  return join(Seconds{static_cast<double>(time.count()) / 1e9});
}

Status Readings::add(
    std::size_t line, std::string_view where, RunTime time, std::span<const double> row) {
  if (row.size() > most_samples - values_.size())
    return fail(
        Errc::invalid_argument, where, ":", line, ": a profile holds at most ", most_samples,
        " samples, and here is one more");
  for (const double value : row) {
    if (!(std::abs(value) <= std::numeric_limits<float>::max()))
      return fail(
          Errc::invalid_argument, where, ":", line, ": a number was wanted that fits a float, got ",
          value);
    values_.push_back(static_cast<float>(value) + 0.0F);  // -0 becomes 0
  }
  times_.push_back(time);
  lines_.push_back(line);
  return ok;
}

Result<std::size_t> take_offsets(
    Readings& readings, std::size_t column, std::size_t step, float floor, std::string_view where) {
  float largest = 0.0F;
  for (std::size_t i = 0; i < readings.size(); ++i)
    for (std::size_t at = column; at < readings.width(); at += step)
      largest = std::max(largest, readings.row(i)[at]);
  const float lowest = -std::max(floor, 0.05F * largest);
  std::size_t below = 0;
  for (std::size_t i = 0; i < readings.size(); ++i)
    for (std::size_t at = column; at < readings.width(); at += step) {
      float& value = readings.row(i)[at];
      if (value < lowest)
        return fail(
            Errc::invalid_argument, where, ":", readings.line(i), ": ", in_digits(value),
            " is too far below 0 to be an offset where the largest is ", in_digits(largest));
      if (value >= 0.0F) continue;
      ++below;
      value = 0.0F;
    }
  return below;
}

Result<RunTime> usual_step(const Readings& readings, std::string_view where) {
  if (readings.size() < 2)
    return fail(
        Errc::invalid_argument, where, ": two samples or more were wanted, got ", readings.size());
  std::vector<RunTime> steps;
  steps.reserve(readings.size() - 1);
  for (std::size_t i = 1; i < readings.size(); ++i) {
    steps.push_back(readings.time(i) - readings.time(i - 1));
    if (steps.back() <= RunTime{})
      return fail(
          Errc::invalid_argument, where, ":", readings.line(i), ": the time ",
          in_seconds(readings.time(i)), " does not come after ", in_seconds(readings.time(i - 1)),
          " of the sample before");
  }
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>((steps.size() - 1) / 2);
  std::ranges::nth_element(steps, middle);
  const RunTime median = *middle;
  double sum = 0.0;
  double count = 0.0;
  for (const RunTime step : steps) {
    if (std::abs(ratio(step, median) - 1.0) > most_jitter) continue;
    sum += static_cast<double>((step - median).count());
    count += 1.0;
  }
  const RunTime step = median + RunTime(std::llround(sum / count));
  constexpr RunTime longest_period(1'000'000'000'000'000);  // 11 days
  if (step <= longest_period) return step;
  return fail(
      Errc::invalid_argument, where, ": a sample period of at most 1e6 s was wanted, got ",
      in_seconds(step));
}

Status check_duration(std::size_t count, RunTime period, std::string_view where) {
  constexpr double longest = 3e18;  // 95 years in nanoseconds
  if (static_cast<double>(count) * static_cast<double>(period.count()) <= longest) return ok;
  return fail(
      Errc::invalid_argument, where, ": ", count, " samples at a period of ", in_seconds(period),
      " last over 95 years");
}

Result<Gridded> gridded(const Readings& readings, std::string_view where) {
  Gridded grid;
  grid.period = TRY(usual_step(readings, where));
  const std::size_t width = readings.width();
  const double length = ratio(readings.time(readings.size() - 1) - readings.time(0), grid.period);
  const double most = static_cast<double>(most_samples / width);
  grid.samples.reserve(static_cast<std::size_t>(std::min(length + 2.0, most)) * width);
  const auto append = [&](std::size_t at) {
    const std::span<const float> row = readings.row(at);
    grid.samples.insert(grid.samples.end(), row.begin(), row.end());
  };
  append(0);
  for (std::size_t i = 1; i < readings.size(); ++i) {
    const RunTime step = readings.time(i) - readings.time(i - 1);
    const double periods = ratio(step, grid.period);
    const bool is_gap = periods >= 2.0 - most_jitter;
    if (!is_gap && std::abs(periods - 1.0) > most_jitter)
      return fail(
          Errc::invalid_argument, where, ":", readings.line(i), ": the time goes on by ",
          in_seconds(step), ", which is no multiple of the sample period of ",
          in_seconds(grid.period));
    const double rows = std::round(periods);
    if (rows > static_cast<double>((most_samples - grid.samples.size()) / width))
      return fail(
          Errc::invalid_argument, where, ":", readings.line(i), ": up to here it lasts ",
          in_seconds(readings.time(i) - readings.time(0)), " at a sample period of ",
          in_seconds(grid.period), "; a profile holds at most ", most_samples, " samples");
    if (is_gap) {
      ++grid.gaps;
      grid.missing += step - grid.period;
      grid.samples.resize(grid.samples.size() + (static_cast<std::size_t>(rows) - 1) * width);
    } else {
      grid.jitter = std::max(grid.jitter, std::abs(periods - 1.0));
    }
    append(i);
  }
  return grid;
}

std::string grid_note(const Gridded& grid) {
  std::string note;
  if (grid.gaps > 0)
    note += join(
        "; ", grid.gaps, grid.gaps == 1 ? " gap" : " gaps", " in its time stamps of together ",
        in_seconds(grid.missing), " read as outage");
  if (grid.jitter >= 0.01)
    note +=
        join("; its steps waver by up to ", std::llround(grid.jitter * 100.0), " % of the period");
  return note;
}

}  // namespace sunfleck
