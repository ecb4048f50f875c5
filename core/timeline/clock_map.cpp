#include <algorithm>
#include <cmath>

#include "core/timeline/clock_fit.h"

namespace sunfleck {

RunTime ClockLine::to_reference(RunTime clock) const {
  return clock + to_run_time({offset + rate * to_seconds(clock - origin).si});
}

RunTime ClockLine::to_clock(RunTime reference) const {
  const RunTime near = reference - origin - to_run_time({offset});
  return origin + to_run_time({to_seconds(near).si / (1.0 + rate)});
}

Seconds ClockLine::uncertainty_at(RunTime clock) const {
  return {std::hypot(offset_deviation, rate_deviation * to_seconds(clock - origin).si)};
}

ClockMap::ClockMap(std::span<const Stretch> stretches, double drift_bound) {
  std::vector<std::vector<ClockMark>> pieces;
  for (const Stretch& stretch : stretches) {
    from_.push_back(stretch.from);
    pieces.push_back(stretch.marks);
  }
  ClockFit fit = fit_clock(pieces, drift_bound);
  lines_ = std::move(fit.lines);
  drift_ = fit.drift;
}

std::size_t ClockMap::stretch_at(RunTime clock) const {
  const auto next = std::ranges::upper_bound(from_, clock);
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(1, next - from_.begin()) - 1);
}

RunTime ClockMap::to_reference(RunTime clock) const {
  return lines_[stretch_at(clock)].to_reference(clock);
}

RunTime ClockMap::to_clock(RunTime reference) const {
  std::size_t i = lines_.size() - 1;
  while (i > 0 && lines_[i].to_reference(from_[i]) > reference)
    --i;
  const RunTime clock = lines_[i].to_clock(reference);
  return i + 1 < lines_.size() ? std::min(clock, from_[i + 1]) : clock;
}

Seconds ClockMap::uncertainty_at(RunTime clock) const {
  return lines_[stretch_at(clock)].uncertainty_at(clock);
}

}  // namespace sunfleck
