#include "profiles/iv_sweeps.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {
namespace {

constexpr std::size_t fewest_points = 8;

float voltage(const Readings& readings, std::size_t at) { return readings.row(at)[0]; }

float range_of(const Readings& readings, const Sweep& sweep) {
  return std::abs(voltage(readings, sweep.first) - voltage(readings, sweep.last));
}

// The readings at which the voltage turns, by at least `least`; the recording's last extreme too.
std::vector<std::size_t> turning_points(const Readings& readings, float least) {
  std::vector<std::size_t> turns;
  std::size_t highest = 0;
  std::size_t lowest = 0;
  int direction = 0;  // 1: rises, -1: falls, 0: not known yet
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const float now = voltage(readings, i);
    if (direction >= 0 && now >= voltage(readings, highest)) highest = i;
    if (direction <= 0 && now < voltage(readings, lowest)) lowest = i;
    if (direction >= 0 && now <= voltage(readings, highest) - least) {
      turns.push_back(highest);
      direction = -1;
      lowest = i;
    } else if (direction <= 0 && now >= voltage(readings, lowest) + least) {
      turns.push_back(lowest);
      direction = 1;
      highest = i;
    }
  }
  if (direction != 0) turns.push_back(direction > 0 ? highest : lowest);
  return turns;
}

// The largest and the smallest current of a part of a sweep.
struct Currents {
  float smallest;
  float largest;
};

Currents currents_of(const Readings& readings, std::size_t first, std::size_t last) {
  Currents currents{.smallest = readings.row(first)[1], .largest = readings.row(first)[1]};
  for (std::size_t i = first; i <= last; ++i) {
    currents.smallest = std::min(currents.smallest, readings.row(i)[1]);
    currents.largest = std::max(currents.largest, readings.row(i)[1]);
  }
  return currents;
}

// Whether a curve tracer ran through a source's curve there. The readings at the high end may be of
// the ramp's return, so that not one of them alone decides.
bool is_traced(const Readings& readings, const Sweep& sweep) {
  const std::size_t length = sweep.last - sweep.first + 1;
  if (length < fewest_points) return false;
  float way = 0.0F;
  for (std::size_t i = sweep.first + 1; i <= sweep.last; ++i)
    way += std::abs(voltage(readings, i) - voltage(readings, i - 1));
  const bool falls = voltage(readings, sweep.first) > voltage(readings, sweep.last);
  const std::size_t middle = sweep.first + length / 2;
  const Currents high = falls ? currents_of(readings, sweep.first, sweep.first + length / 4)
                              : currents_of(readings, sweep.last - length / 4, sweep.last);
  const Currents low = falls ? currents_of(readings, middle, sweep.last)
                             : currents_of(readings, sweep.first, middle);
  const float at_low = readings.row(falls ? sweep.last : sweep.first)[1];
  return range_of(readings, sweep) >= 0.7F * way && high.smallest <= 0.25F * low.largest &&
      at_low >= 0.5F * low.largest;
}

// Readings before a ramp begins to run evenly, as an instrument gives them that is still at the end
// of its scale: from them on the voltage jumps by many times the sweep's mean step.
void leave_out_lead_in(const Readings& readings, Sweep& sweep) {
  constexpr float jump = 8.0F;
  while (sweep.last - sweep.first + 1 > fewest_points) {
    const float mean = range_of(readings, sweep) / static_cast<float>(sweep.last - sweep.first);
    const float step =
        std::abs(voltage(readings, sweep.first + 1) - voltage(readings, sweep.first));
    if (step <= jump * mean) return;
    ++sweep.first;
  }
}

struct Directions {
  std::vector<Sweep> falling, rising;
  std::size_t falling_readings = 0, rising_readings = 0;
};

Directions by_direction(const Readings& readings, const std::vector<std::size_t>& turns) {
  Directions both;
  for (std::size_t i = 1; i < turns.size(); ++i) {
    const Sweep sweep{.first = turns[i - 1], .last = turns[i]};
    const bool falls = voltage(readings, sweep.first) > voltage(readings, sweep.last);
    (falls ? both.falling : both.rising).push_back(sweep);
    (falls ? both.falling_readings : both.rising_readings) += sweep.last - sweep.first + 1;
  }
  return both;
}

void leave_out_parts(const Readings& readings, std::vector<Sweep>& sweeps) {
  std::vector<float> ranges;
  for (const Sweep& sweep : sweeps)
    ranges.push_back(range_of(readings, sweep));
  const auto middle = ranges.begin() + static_cast<std::ptrdiff_t>(ranges.size() / 2);
  std::ranges::nth_element(ranges, middle);
  const float least = *middle / 2;
  std::erase_if(sweeps, [&](const Sweep& sweep) { return range_of(readings, sweep) < least; });
}

}  // namespace

std::optional<std::vector<Sweep>> find_sweeps(const Readings& readings) {
  if (readings.size() < fewest_points) return std::nullopt;
  float lowest = voltage(readings, 0);
  float highest = lowest;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    lowest = std::min(lowest, voltage(readings, i));
    highest = std::max(highest, voltage(readings, i));
  }
  if (!(highest > lowest)) return std::nullopt;
  Directions both = by_direction(readings, turning_points(readings, 0.25F * (highest - lowest)));
  const bool falling = both.falling_readings >= both.rising_readings;
  std::vector<Sweep>& sweeps = falling ? both.falling : both.rising;
  const std::size_t swept = falling ? both.falling_readings : both.rising_readings;
  const auto traced = static_cast<std::size_t>(std::ranges::count_if(
      sweeps, [&](const Sweep& sweep) { return is_traced(readings, sweep); }));
  if (sweeps.empty() || 2 * traced < sweeps.size() || 2 * swept < readings.size())
    return std::nullopt;
  for (Sweep& sweep : sweeps)
    leave_out_lead_in(readings, sweep);
  leave_out_parts(readings, sweeps);
  return std::move(sweeps);
}

Result<HarvestProfile> curves_of(
    const Readings& readings, const std::vector<Sweep>& sweeps, std::string_view where) {
  const RunTime step = TRY(usual_step(readings, where));
  std::size_t points = 0;
  for (const Sweep& sweep : sweeps)
    points = std::max(points, sweep.last - sweep.first + 1);
  if (points > most_curve_points || points > most_samples / 2 / sweeps.size())
    return fail(
        Errc::invalid_argument, where, ": ", sweeps.size(), " curves of ", points,
        " points; a curve has at most ", most_curve_points, ", and all of them together ",
        most_samples, " numbers");
  Readings curves(2 * points);
  std::vector<double> curve;
  std::size_t left_out = readings.size();
  for (const Sweep& sweep : sweeps) {
    left_out -= sweep.last - sweep.first + 1;
    curve.clear();
    for (std::size_t i = 0; i < points; ++i) {
      const auto point = readings.row(std::min(sweep.first + i, sweep.last));
      curve.insert(curve.end(), point.begin(), point.end());
    }
    TRY(curves.add(readings.line(sweep.first), where, readings.time(sweep.first), curve));
  }
  HarvestProfile profile{
      .name = {},
      .format = {.kind = HarvestKind::iv_curve, .points = static_cast<std::uint32_t>(points)},
      .samples = {},
      .origin = join(
          "recording of I-V curves, ", sweeps.size(), sweeps.size() == 1 ? " sweep" : " sweeps",
          " of ", points, " points, ", left_out, " readings outside of them left out; ")};
  if (sweeps.size() == 1) {
    profile.format.period = readings.time(readings.size() - 1) - readings.time(0) + step;
    profile.samples.assign(curves.row(0).begin(), curves.row(0).end());
    profile.origin += "it holds as long as the recording";
    return profile;
  }
  Gridded grid = TRY(gridded(curves, where));
  profile.format.period = grid.period;
  profile.samples = std::move(grid.samples);
  profile.origin += join("each holds for ", in_seconds(grid.period), grid_note(grid));
  return profile;
}

}  // namespace sunfleck
