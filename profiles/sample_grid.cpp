#include "profiles/sample_grid.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {

Result<std::vector<SampleRun>> StampGrid::add(std::span<const std::int64_t> stamps) {
  constexpr std::int64_t longest = std::int64_t{3'155'760'000} * 1'000'000'000;  // a century
  std::vector<SampleRun> runs;
  for (std::size_t i = 0; i < stamps.size(); ++i, ++seen_) {
    if (seen_ == 0) last_ = stamps[i] - period_;
    const std::int64_t step = stamps[i] - last_;
    if (step > longest || (step < period_ && 2 * step < period_))
      return fail(
          Errc::invalid_argument, "the time of sample ", seen_, " comes ",
          to_seconds(RunTime(step)), " after that of the one before; the period is ",
          to_seconds(RunTime(period_)));
    last_ = stamps[i];
    if (step != period_) index_ += (step - period_ + period_ / 2) / period_;
    if (runs.empty() || index_ != runs.back().index + static_cast<std::int64_t>(runs.back().count))
      runs.push_back({.index = index_, .begin = i, .count = 0});
    ++runs.back().count;
    ++index_;
    if (index_ > longest / period_)
      return fail(Errc::invalid_argument, "the times reach over more than a century");
  }
  return runs;
}

// Takes what the curve that was begun still lacks; returns the numbers taken.
std::size_t CurveCutter::complete(std::span<const float> rows) {
  const std::size_t taken = std::min(2 * points_ - begun_.size(), rows.size());
  begun_.insert(begun_.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(taken));
  if (begun_.size() == 2 * points_) {
    const std::int64_t end = next_ + static_cast<std::int64_t>(taken / 2);
    sink_->add((end - static_cast<std::int64_t>(points_)) * period_, begun_);
    begun_.clear();
  }
  return taken;
}

void CurveCutter::add(std::int64_t index, std::span<const float> rows) {
  if (index != next_) begun_.clear();
  const auto advance = [&](std::size_t numbers) {
    rows = rows.subspan(numbers);
    index += static_cast<std::int64_t>(numbers / 2);
  };
  next_ = index;
  if (!begun_.empty()) advance(complete(rows));
  const auto points = static_cast<std::int64_t>(points_);
  const auto to_beginning = static_cast<std::size_t>((points - index % points) % points);
  if (begun_.empty()) advance(std::min(2 * to_beginning, rows.size()));
  const std::size_t whole = rows.size() / (2 * points_) * (2 * points_);
  if (whole > 0) {
    sink_->add(index * period_, rows.first(whole));
    advance(whole);
  }
  if (begun_.empty()) begun_.assign(rows.begin(), rows.end());
  next_ = index + static_cast<std::int64_t>(begun_.empty() ? 0 : rows.size() / 2);
}

std::uint32_t lead_in_of(std::span<const float> rows) {
  const std::size_t points = rows.size() / 2;
  const std::size_t most = std::min<std::size_t>(16, points / 4);
  const auto voltage = [&](std::size_t i) { return rows[2 * i]; };
  float lowest = voltage(0);
  float highest = voltage(0);
  for (std::size_t i = 1; i < points; ++i) {
    lowest = std::min(lowest, voltage(i));
    highest = std::max(highest, voltage(i));
  }
  if (!(highest > lowest)) return 0;
  std::size_t lead = 0;
  for (std::size_t i = 1; i <= most; ++i)
    if (std::abs(voltage(i) - voltage(i - 1)) > 0.5F * (highest - lowest)) lead = i;
  std::size_t held = lead;
  while (held <= most && voltage(held) == voltage(lead) && rows[2 * held + 1] == rows[2 * lead + 1])
    ++held;
  const std::size_t least = voltage(lead) == highest ? 2 : 3;
  if (held <= most && held - lead >= least) lead = held;
  return static_cast<std::uint32_t>(lead);
}

}  // namespace sunfleck
