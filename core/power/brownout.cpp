#include "core/power/brownout.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {

Seconds time_at_power(const Storage& storage, Ohms series, Watts power, Volts from, Volts to) {
  if (series == Ohms{}) {
    if (from <= to) return {};
    return (storage.energy_at(from) - storage.energy_at(to)) / power;
  }
  const auto a2 = 4.0 * series * power;
  const auto w_at = [a2](Volts v) {
    const auto square = v * v - a2;
    return square.si > 0.0 ? sqrt(square) : Volts{};
  };
  const Volts lowest = std::max(to, sqrt(a2));
  const auto& segments = storage.segments();
  Seconds time;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Storage::Segment& segment = segments[i];
    const Volts low = std::max(lowest, segment.from);
    const Volts high = i + 1 < segments.size() ? std::min(from, segments[i + 1].from) : from;
    if (high <= low) continue;
    const Volts w_low = w_at(low);
    const Volts w_high = w_at(high);
    const double logarithm = std::log((high + w_high) / (low + w_low));
    const auto squares = high * high - low * low + high * w_high - low * w_low - logarithm * a2;
    const auto cubes = high * high * high - low * low * low + w_high * w_high * w_high -
        w_low * w_low * w_low;
    const Farads at_zero = segment.capacitance - segment.slope * segment.from;
    time += 0.5 * (0.5 * at_zero * squares + 1.0 / 3.0 * segment.slope * cubes) / power;
  }
  return time;
}

}  // namespace sunfleck
