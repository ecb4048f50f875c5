#include "core/energy/event_costs.h"

#include <algorithm>
#include <cmath>

#include "core/energy/robust_fit.h"

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

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// What all boots of a run took, and a usual one after the first.
struct Boots {
  double all = 0.0;
  std::vector<double> later;
};

// Boots with their check of image and inputs, which is done once, over as many power-ups as it
// takes: relatively weighted non-negative least squares of the totals of the runs over the number
// of boots and the bytes, and of the usual later boot of each run over one boot.
template <class Value>
std::vector<double> boot_coefficients(
    const std::vector<ModelRun>& runs, Value value, double& spread) {
  constexpr double model_error = 0.01;
  Observations table{.columns = 2};
  const auto add = [&table](double boots, double bytes, double measured) {
    table.x.insert(table.x.end(), {boots, bytes});
    table.y.push_back(measured);
    table.sigma.push_back(model_error * measured);
  };
  for (const ModelRun& run : runs) {
    Boots boots;
    for (const Part& part : run.attribution.by_power_cycle) {
      if (part.activity != Activity::boot) continue;
      boots.all += value(run, part);
      if (part.index > 0) boots.later.push_back(value(run, part));
    }
    const auto count = static_cast<double>(boots.later.size() + 1);
    if (!boots.later.empty()) add(1.0, 0.0, median_of(boots.later));
    if (boots.all > 0.0 && run.verified_bytes > 0)
      add(count, static_cast<double>(run.verified_bytes), boots.all);
  }
  if (table.rows() == 0) return {0.0, 0.0};
  std::vector<double> found = fit_non_negative(table, {});
  double squares = 0.0;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const double explained = table.row(i)[0] * found[0] + table.row(i)[1] * found[1];
    squares += std::pow(explained / table.y[i] - 1.0, 2.0);
  }
  spread = std::max(model_error, std::sqrt(squares / static_cast<double>(table.rows())));
  return found;
}

void take_boots(const std::vector<ModelRun>& runs, EnergyModel& model) {
  double energy_spread = 0.0;
  double time_spread = 0.0;
  const std::vector<double> energy = boot_coefficients(
      runs,
      [&](const ModelRun& run, const Part& part) {
        return (run.rail.si > 0.0 ? model.rail.si / run.rail.si : 1.0) * part.energy.si;
      },
      energy_spread);
  const std::vector<double> time = boot_coefficients(
      runs, [](const ModelRun&, const Part& part) { return part.time.si; }, time_spread);
  const auto cost = [&](std::size_t i, std::uint64_t count) {
    return EventCost{
        .count = count,
        .energy = {energy[i]},
        .energy_deviation = {energy_spread * energy[i]},
        .time = {time[i]},
        .time_deviation = {time_spread * time[i]}};
  };
  std::uint64_t bytes = 0;
  for (const ModelRun& run : runs)
    bytes += run.verified_bytes;
  model.boot = cost(0, by_power_cycle(runs, Activity::boot, model.rail).count);
  model.verified_byte = cost(1, bytes);
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
  take_boots(runs, model);
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
