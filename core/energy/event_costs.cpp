#include "core/energy/event_costs.h"

#include <cmath>

namespace sunfleck {
namespace {

// Running mean and its deviation.
struct Mean {
  double count = 0.0, sum = 0.0, squares = 0.0;

  void add(double value) {
    count += 1.0;
    sum += value;
    squares += value * value;
  }
  double value() const { return count > 0.0 ? sum / count : 0.0; }
  double deviation() const {
    if (count < 2.0) return 0.0;
    const double variance = (squares - sum * sum / count) / (count - 1.0);
    return std::sqrt(std::max(0.0, variance) / count);
  }
};

// Of one power cycle each, over all runs.
EventCost by_power_cycle(const std::vector<ModelRun>& runs, Activity activity, Volts rail) {
  Mean energy;
  Mean time;
  double told = 0.0;
  for (const ModelRun& run : runs) {
    const double to_rail = run.rail.si > 0.0 ? rail.si / run.rail.si : 1.0;
    for (const Part& part : run.attribution.by_power_cycle) {
      if (part.activity != activity) continue;
      energy.add(to_rail * part.energy.si);
      time.add(part.time.si);
      told += part.uncertainty.si * part.uncertainty.si;
    }
  }
  const double count = std::max(1.0, energy.count);
  return {
      .count = static_cast<std::uint64_t>(energy.count),
      .energy = {energy.value()},
      .energy_deviation = {std::max(energy.deviation(), std::sqrt(told) / count)},
      .time = {time.value()},
      .time_deviation = {time.deviation()}};
}

EventCost of_sent_bytes(const std::vector<ModelRun>& runs, Volts rail) {
  EventCost cost;
  Mean energy;
  Mean time;
  double told = 0.0;
  for (const ModelRun& run : runs) {
    const double to_rail = run.rail.si > 0.0 ? rail.si / run.rail.si : 1.0;
    const Share share = run.attribution.of(Activity::telemetry);
    if (run.sent_bytes == 0) continue;
    const auto bytes = static_cast<double>(run.sent_bytes);
    cost.count += run.sent_bytes;
    energy.add(to_rail * share.energy.si / bytes);
    time.add(share.time.si / bytes);
    told += std::pow(share.uncertainty.si / bytes, 2.0);
  }
  cost.energy = {energy.value()};
  cost.time = {time.value()};
  cost.energy_deviation = {
      std::max(energy.deviation(), std::sqrt(told) / std::max(1.0, energy.count))};
  cost.time_deviation = {time.deviation()};
  return cost;
}

}  // namespace

void take_events(const std::vector<ModelRun>& runs, EnergyModel& model) {
  model.boot = by_power_cycle(runs, Activity::boot, model.rail);
  model.restore = by_power_cycle(runs, Activity::restore, model.rail);
  model.sent_byte = of_sent_bytes(runs, model.rail);
  Share asleep;
  double variance = 0.0;
  Joules total;
  Joules unknown;
  for (const ModelRun& run : runs) {
    const Share sleep = run.attribution.of(Activity::sleep);
    asleep.time += sleep.time;
    asleep.energy += sleep.energy;
    variance += sleep.uncertainty.si * sleep.uncertainty.si;
    total += run.attribution.total;
    unknown += run.attribution.of(Activity::unattributed).energy;
  }
  if (asleep.time.si > 0.0) {
    model.sleep = asleep.energy / asleep.time;
    model.sleep_deviation = Joules{std::sqrt(variance)} / asleep.time;
  }
  if (total.si > 0.0) model.unattributed = unknown.si / total.si;
}

}  // namespace sunfleck
