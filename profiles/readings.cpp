#include "profiles/readings.h"

#include <algorithm>

#include "profiles/text_lines.h"

namespace sunfleck {
namespace {

// Divided, not multiplied: that gives the decimal number that the file has.
std::string in_seconds(RunTime time) {
  return join(Seconds{static_cast<double>(time.count()) / 1e9});
}

Result<RunTime> usual_step(const std::vector<Reading>& readings, std::string_view where) {
  if (readings.size() < 2)
    return fail(
        Errc::invalid_argument, where, ": two samples or more were wanted, got ", readings.size());
  std::vector<RunTime> steps;
  steps.reserve(readings.size() - 1);
  for (std::size_t i = 1; i < readings.size(); ++i) {
    steps.push_back(readings[i].time - readings[i - 1].time);
    if (steps.back() <= RunTime{})
      return fail(
          Errc::invalid_argument, where, ":", readings[i].line, ": the time ",
          in_seconds(readings[i].time), " does not come after ", in_seconds(readings[i - 1].time),
          " of the sample before");
  }
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::ranges::nth_element(steps, middle);
  return *middle;
}

}  // namespace

Result<Gridded> gridded(const std::vector<Reading>& readings, std::string_view where) {
  Gridded grid;
  grid.period = TRY(usual_step(readings, where));
  const RunTime length = readings.back().time - readings.front().time;
  grid.samples.reserve(
      std::min<std::size_t>(most_samples, static_cast<std::size_t>(length / grid.period) + 1));
  grid.samples.push_back(readings.front().value);
  for (std::size_t i = 1; i < readings.size(); ++i) {
    const RunTime step = readings[i].time - readings[i - 1].time;
    const auto periods = static_cast<std::size_t>(step / grid.period);
    if (step % grid.period != RunTime{})
      return fail(
          Errc::invalid_argument, where, ":", readings[i].line, ": the time goes on by ",
          in_seconds(step), ", which is no multiple of the sample period of ",
          in_seconds(grid.period));
    if (periods > most_samples - grid.samples.size())
      return fail(
          Errc::invalid_argument, where, ":", readings[i].line, ": up to here it lasts ",
          in_seconds(readings[i].time - readings.front().time), " at a sample period of ",
          in_seconds(grid.period), "; a profile holds at most ", most_samples, " samples");
    if (periods > 1) {
      ++grid.gaps;
      grid.missing += step - grid.period;
    }
    grid.samples.resize(grid.samples.size() + periods - 1);
    grid.samples.push_back(readings[i].value);
  }
  return grid;
}

}  // namespace sunfleck
