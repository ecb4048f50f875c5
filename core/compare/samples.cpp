#include "core/compare/samples.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sunfleck {
namespace {

constexpr std::size_t most_samples = 100;
constexpr std::size_t fewest_to_correlate = 8;

struct TimeAndEnergy {
  double time = 0.0;    // s
  double energy = 0.0;  // J
};
using CostOfRows = std::map<RowKey, TimeAndEnergy>;

bool is_active(Activity activity) {
  return activity != Activity::off && activity != Activity::sleep;
}
bool is_work(Activity activity) {
  return is_active(activity) && activity != Activity::boot && activity != Activity::telemetry;
}

// Calls `add` with the key of every row that an activity of a layer belongs to.
template <class Add>
void for_rows(Activity activity, std::uint16_t layer, const ComparedRun& run, const Add& add) {
  if (activity == Activity::off) return;
  add(RowKey{.kind = RowKind::activity, .activity = activity});
  if (is_active(activity)) add(RowKey{.kind = RowKind::active});
  if (is_work(activity)) add(RowKey{.kind = RowKind::work});
  if (layer == no_layer) return;
  add(RowKey{
      .kind = RowKind::layer,
      .layer = layer,
      .op = layer < run.operators.size() ? run.operators[layer] : "task"});
}

// One sample of the whole run.
CostOfRows mean_of_shares(const ComparedRun& run) {
  CostOfRows costs;
  const double each = 1.0 / run.inferences;
  for (const Share& share : run.attribution->shares)
    for_rows(share.activity, share.layer, run, [&](const RowKey& key) {
      costs[key].time += each * share.time.si;
      costs[key].energy += each * share.energy.si;
    });
  return costs;
}

// A sample for each finished inference, in their order; of a run without any the whole.
std::vector<CostOfRows> inferences_of(const ComparedRun& run) {
  std::map<std::uint32_t, CostOfRows> inferences;
  for (const Part& part : run.attribution->by_inference) {
    if (part.index >= run.inferences) continue;  // the run ended within it
    CostOfRows& costs = inferences[part.index];
    for_rows(part.activity, part.layer, run, [&](const RowKey& key) {
      costs[key].time += part.time.si;
      costs[key].energy += part.energy.si;
    });
  }
  std::vector<CostOfRows> list;
  for (auto& [index, costs] : inferences)
    list.push_back(std::move(costs));
  if (list.empty()) list.push_back(mean_of_shares(run));
  return list;
}

// Means of about equal stretches of samples that follow each other.
std::vector<CostOfRows> stretches(const std::vector<CostOfRows>& samples, std::size_t count) {
  std::vector<CostOfRows> means(count);
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t from = k * samples.size() / count;
    const std::size_t to = (k + 1) * samples.size() / count;
    const double each = 1.0 / static_cast<double>(to - from);
    for (std::size_t i = from; i < to; ++i)
      for (const auto& [key, cost] : samples[i]) {
        means[k][key].time += each * cost.time;
        means[k][key].energy += each * cost.energy;
      }
  }
  return means;
}

// Correlation of neighbours: the first-order autocorrelation of a series.
double autocorrelation(const std::vector<double>& series) {
  double mean = 0.0;
  for (const double value : series)
    mean += value / static_cast<double>(series.size());
  double squares = 0.0;
  double products = 0.0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    squares += (series[i] - mean) * (series[i] - mean);
    if (i > 0) products += (series[i] - mean) * (series[i - 1] - mean);
  }
  return squares > 0.0 ? products / squares : 0.0;
}

// The mean over the runs that are long enough to tell.
std::optional<double> mean_autocorrelation(const std::vector<std::vector<CostOfRows>>& runs) {
  double sum = 0.0;
  std::size_t count = 0;
  for (const std::vector<CostOfRows>& run : runs) {
    if (run.size() < fewest_to_correlate) continue;
    std::vector<double> energies;
    for (const CostOfRows& costs : run) {
      const auto active = costs.find(RowKey{.kind = RowKind::active});
      energies.push_back(active == costs.end() ? 0.0 : active->second.energy);
    }
    sum += autocorrelation(energies);
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

// Variances of a run's rows that its measurement brings, in J^2. Within an activity deviations add
// up: the clock error that moves one layer's edge moves the others' too.
std::map<RowKey, double> measurement_of(const ComparedRun& run) {
  std::map<std::pair<RowKey, Activity>, double> deviations;
  for (const Share& share : run.attribution->shares)
    for_rows(share.activity, share.layer, run, [&](const RowKey& key) {
      deviations[{key, share.activity}] += share.uncertainty.si;
    });
  std::map<RowKey, double> variances;
  for (const auto& [key, deviation] : deviations)
    variances[key.first] += deviation * deviation;
  return variances;
}

// A group has a layer when all its runs have it.
void drop_layers_of_some(const ComparedGroup& group, GroupSamples& samples) {
  std::erase_if(samples.rows, [&group](const auto& row) {
    const RowKey& key = row.first;
    if (key.kind != RowKind::layer) return false;
    return std::ranges::any_of(group.runs, [&key](const ComparedRun& run) {
      const std::string op =
          key.layer < run.operators.size() ? run.operators[key.layer] : std::string("task");
      return op != key.op;
    });
  });
}

}  // namespace

GroupSamples samples_of(const ComparedGroup& group, SampleUnit unit) {
  std::vector<std::vector<CostOfRows>> runs;
  std::size_t all = 0;
  for (const ComparedRun& run : group.runs) {
    runs.push_back(inferences_of(run));
    all += runs.back().size();
  }
  GroupSamples samples;
  if (unit == SampleUnit::inference) samples.autocorrelation = mean_autocorrelation(runs);
  std::vector<CostOfRows> list;
  const std::size_t stretch = unit == SampleUnit::run ? all : (all + most_samples - 1) / most_samples;
  for (const std::vector<CostOfRows>& run : runs)
    for (CostOfRows& mean : stretches(run, std::max<std::size_t>(1, run.size() / stretch)))
      list.push_back(std::move(mean));

  samples.count = list.size();
  for (std::size_t i = 0; i < list.size(); ++i)
    for (const auto& [key, cost] : list[i]) {
      RowSamples& row = samples.rows[key];
      row.time.values.resize(list.size());
      row.energy.values.resize(list.size());
      row.time.values[i] = cost.time;
      row.energy.values[i] = cost.energy;
    }
  drop_layers_of_some(group, samples);
  if (unit == SampleUnit::run) return samples;
  double inferences = 0.0;
  std::map<RowKey, double> variances;
  for (const ComparedRun& run : group.runs) {
    inferences += run.inferences;
    for (const auto& [key, variance] : measurement_of(run))
      variances[key] += variance;
  }
  for (auto& [key, row] : samples.rows)
    row.energy.measurement = std::sqrt(variances[key]) / inferences;
  return samples;
}

}  // namespace sunfleck
