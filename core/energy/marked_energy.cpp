#include "core/energy/marked_energy.h"

#include <cmath>

namespace sunfleck {
namespace {

// Variance, in J^2, that an edge at `time` contributes.
double edge_variance(const EnergyCurve& curve, RunTime time, const MeterAccuracy& accuracy) {
  const RunTime period = curve.period();
  const Watts step = curve.power_at(time + period) - curve.power_at(time - period);
  const double into =
      static_cast<double>((time % period).count()) / static_cast<double>(period.count());
  const Joules moved = step * to_seconds(accuracy.edge);
  const Joules evened = into * (1.0 - into) * (step * to_seconds(period));
  return moved.si * moved.si + evened.si * evened.si;
}

}  // namespace

std::optional<MarkedEnergy> energy_of_last_pulse(
    const EnergyCurve& curve, std::span<const MarkEdge> edges, unsigned pin,
    const MeterAccuracy& accuracy) {
  const std::uint32_t mask = std::uint32_t{1} << (first_pin_mark + pin);
  std::optional<RunTime> rise;
  std::optional<MarkedEnergy> last;
  for (const MarkEdge& edge : edges) {
    const bool high = (edge.marks & mask) != 0;
    if (high && !rise) rise = edge.time;
    if (high || !rise) continue;
    last = MarkedEnergy{.begin = *rise, .end = edge.time};
    rise.reset();
  }
  if (!last || curve.period() <= RunTime{} || last->end > curve.end()) return std::nullopt;
  last->energy = curve.between(last->begin, last->end);
  const double noise =
      curve.noise_variance(last->begin, last->end, accuracy.voltage_noise, accuracy.current_noise);
  last->uncertainty = {std::sqrt(
      noise + edge_variance(curve, last->begin, accuracy) +
      edge_variance(curve, last->end, accuracy))};
  return last;
}

}  // namespace sunfleck
