#include "core/energy/model_run.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace sunfleck {
namespace {

constexpr std::array<const char*, work_classes> class_names{
    "convolution", "depthwise", "fully connected", "pool",
    "addition",    "softmax",   "other",           "checkpoint"};

struct RegressorName {
  const char* name;
  const char* unit;
};
constexpr std::array<RegressorName, regressors> regressor_names{{
    {"macs", "MAC"},
    {"additions", "addition"},
    {"inner calls", "call"},
    {"outputs", "element"},
    {"bytes read", "B"},
    {"bytes written", "B"},
    {"tiles", "tile"},
    {"commits", "commit"},
    {"constant", "execution"},
}};

double& at(Regressors& counts, Regressor regressor) {
  return counts[static_cast<std::size_t>(regressor)];
}

// Of an activity of a layer, in each complete inference.
struct Samples {
  std::vector<double> energy, time;
  double variance = 0.0;  // of the energies, what the attribution says, summed
};

struct Centre {
  double value = 0.0;
  double deviation = 0.0;  // of the value
};

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return *middle;
  return 0.5 * (*middle + *std::max_element(values.begin(), middle));
}

// The median and its deviation by the spread: 1.4826 times the median distance, divided by the root
// of the number, times 1.2533 for the median's efficiency.
Centre centre_of(const std::vector<double>& values) {
  const double middle = median_of(values);
  std::vector<double> distances;
  for (const double value : values)
    distances.push_back(std::abs(value - middle));
  const double spread = 1.4826 * median_of(std::move(distances));
  return {middle, 1.2533 * spread / std::sqrt(static_cast<double>(values.size()))};
}

std::map<std::uint16_t, Samples> samples_of(const ModelRun& run, Activity activity) {
  std::map<std::uint16_t, Samples> samples;
  for (const Part& part : run.attribution.by_inference) {
    if (part.activity != activity || part.index >= run.inferences) continue;
    Samples& of = samples[part.layer];
    of.energy.push_back(part.energy.si);
    of.time.push_back(part.time.si);
    of.variance += part.uncertainty.si * part.uncertainty.si;
  }
  return samples;
}

Observation observation_of(const Samples& samples, Seconds time_step) {
  const Centre energy = centre_of(samples.energy);
  const Centre time = centre_of(samples.time);
  const auto count = static_cast<double>(samples.energy.size());
  const double told = std::sqrt(samples.variance / count / count);
  Observation observation;
  observation.energy = {energy.value};
  observation.energy_deviation = {std::max(energy.deviation, told)};
  observation.time = {time.value};
  observation.time_deviation = {std::max(time.deviation, time_step.si / std::sqrt(count))};
  return observation;
}

}  // namespace

const char* name_of(WorkClass work) { return class_names[static_cast<std::size_t>(work)]; }

std::optional<WorkClass> work_class_called(std::string_view name) {
  const auto* const found = std::ranges::find(class_names, name);
  if (found == class_names.end()) return std::nullopt;
  return static_cast<WorkClass>(found - class_names.begin());
}

std::optional<WorkClass> class_of(Operator op) {
  switch (op) {
    case Operator::conv_2d:
      return WorkClass::convolution;
    case Operator::depthwise_conv_2d:
      return WorkClass::depthwise;
    case Operator::fully_connected:
      return WorkClass::fully_connected;
    case Operator::average_pool_2d:
    case Operator::max_pool_2d:
      return WorkClass::pool;
    case Operator::add:
      return WorkClass::addition;
    case Operator::softmax:
      return WorkClass::softmax;
    case Operator::quantize:
      return WorkClass::other;
    case Operator::reshape:
      break;
  }
  return std::nullopt;
}

const char* name_of(Regressor regressor) {
  return regressor_names[static_cast<std::size_t>(regressor)].name;
}

const char* unit_of(Regressor regressor) {
  return regressor_names[static_cast<std::size_t>(regressor)].unit;
}

std::optional<Regressor> regressor_called(std::string_view name) {
  const auto* const found = std::ranges::find(regressor_names, name, &RegressorName::name);
  if (found == regressor_names.end()) return std::nullopt;
  return static_cast<Regressor>(found - regressor_names.begin());
}

std::uint32_t commits_of(const LayerCounts& layer, const Execution& execution) {
  if (execution.strategy == Strategy::layer) return layer.tiles > 0 ? 1 : 0;
  if (execution.strategy != Strategy::tile) return 0;
  std::uint32_t each = execution.tiles_per_commit;
  if (each == FW_COMMIT_AS_PLANNED || each == FW_COMMIT_BY_ENERGY) each = layer.tiles_per_commit;
  each = std::max<std::uint32_t>(each, 1);
  return (layer.tiles + each - 1) / each;
}

Regressors compute_regressors(const LayerCounts& layer, const Execution& execution) {
  const bool in_ram = execution.strategy == Strategy::restart;
  Regressors counts{};
  at(counts, Regressor::macs) = static_cast<double>(layer.macs);
  at(counts, Regressor::additions) = static_cast<double>(layer.additions);
  at(counts, Regressor::inner_calls) = static_cast<double>(layer.inner_calls);
  at(counts, Regressor::outputs) = static_cast<double>(layer.output.elements());
  at(counts, Regressor::nonvolatile_read) =
      in_ram ? 0.0 : static_cast<double>(layer.nonvolatile_read);
  at(counts, Regressor::tiles) = layer.tiles;
  at(counts, Regressor::constant) = 1.0;
  return counts;
}

Regressors checkpoint_regressors(const LayerCounts& layer, const Execution& execution) {
  Regressors counts{};
  at(counts, Regressor::nonvolatile_written) = static_cast<double>(layer.nonvolatile_written);
  at(counts, Regressor::tiles) = layer.tiles;
  at(counts, Regressor::commits) = commits_of(layer, execution);
  return counts;
}

std::vector<Observation> observations_of(const std::vector<ModelRun>& runs, Seconds time_step) {
  std::vector<Observation> observations;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const ModelRun& run = runs[i];
    for (const Activity activity : {Activity::compute, Activity::checkpoint}) {
      for (const auto& [number, samples] : samples_of(run, activity)) {
        if (number >= run.layers.size()) continue;
        const LayerCounts& layer = run.layers[number];
        const bool computes = activity == Activity::compute;
        const std::optional<WorkClass> work =
            computes ? class_of(layer.op) : std::optional(WorkClass::checkpoint);
        if (!work || (!computes && commits_of(layer, run.execution) == 0)) continue;
        Observation observation = observation_of(samples, time_step);
        if (!(observation.energy.si > 0.0 && observation.time.si > 0.0)) continue;
        observation.work = *work;
        observation.run = i;
        observation.layer = number;
        observation.network = run.network;
        observation.name = join(name_of(layer.op), " ", number);
        observation.counts = computes ? compute_regressors(layer, run.execution)
                                      : checkpoint_regressors(layer, run.execution);
        observations.push_back(std::move(observation));
      }
    }
  }
  return observations;
}

}  // namespace sunfleck
