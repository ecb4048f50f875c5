#include "core/energy/fit_energy_model.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "core/base/random.h"
#include "core/energy/class_fit.h"
#include "core/energy/event_costs.h"
#include "core/energy/held_out.h"

namespace sunfleck {
namespace {

constexpr std::size_t networks_to_trust = 5;

// A class with its fits.
struct Fitted {
  ClassRows rows;
  CostFit energy, time;
};

class Fitter {
 public:
  Fitter(const std::vector<ModelRun>& runs, const FitOptions& options, const std::stop_token& stop)
      : runs_(runs), options_(options), stop_(stop) {}

  Result<EnergyModel> fit() {
    TRY(check());
    take_sources();
    TRY(fit_classes());
    pool_errors();
    for (std::size_t i = 0; i < fitted_.size(); ++i)
      judge_layers(fitted_[i], model_.classes[i]);
    judge_networks();
    take_events(runs_, model_);
    return std::move(model_);
  }

 private:
  using Cost = CostModel ClassModel::*;

  Status check() const;
  void take_sources();
  Status fit_classes();
  Status draw(const Fitted& fitted, ClassModel& model);
  void take_held_out(const Fitted& fitted, ClassModel& model) const;
  void pool_errors();
  void judge_layers(const Fitted& fitted, ClassModel& model);
  void judge_networks();
  void judge_network(const std::string& name, ErrorTally& layers, ErrorTally& layer_times);
  void take_network_spread();

  // The interval of a prediction by a fit that did not see the layer, with the spread of all draws.
  Interval interval(
      const ClassModel& model, Cost cost, const Regressors& counts, double held_out,
      std::string_view stream) const;
  bool use_networks() const { return names_.size() >= networks_to_trust; }

  const std::vector<ModelRun>& runs_;
  const FitOptions& options_;
  const std::stop_token& stop_;
  std::set<std::string> names_;  // of networks
  std::vector<Fitted> fitted_;
  EnergyModel model_;
};

Status Fitter::check() const {
  if (runs_.empty()) return fail(Errc::invalid_argument, "fit: no run was given");
  if (options_.draws < 20 || options_.draws > 10000)
    return fail(
        Errc::invalid_argument, "fit: 20 to 10000 draws were wanted, and got ", options_.draws);
  if (!(options_.model_error > 0.0 && options_.least_independence > 0.0))
    return fail(Errc::invalid_argument, "fit: model error and independence must be above 0");
  return ok;
}

void Fitter::take_sources() {
  model_.seed = options_.seed;
  model_.bootstraps = options_.draws;
  double weight = 0.0;
  for (const ModelRun& run : runs_) {
    names_.insert(run.network);
    model_.runs.push_back({run.name, run.network, run.execution, run.inferences, run.rail});
    model_.rail.si += run.attribution.total.si * run.rail.si;
    weight += run.attribution.total.si;
  }
  if (weight > 0.0) model_.rail.si /= weight;
}

Status Fitter::fit_classes() {
  std::map<WorkClass, std::vector<Observation>> by_class;
  for (Observation& seen : observations_of(runs_, options_.time_step)) {
    const Volts rail = runs_[seen.run].rail;
    const double to_rail = rail.si > 0.0 ? model_.rail.si / rail.si : 1.0;
    seen.energy = to_rail * seen.energy;
    seen.energy_deviation = to_rail * seen.energy_deviation;
    by_class[seen.work].push_back(std::move(seen));
  }
  if (by_class.empty())
    return fail(
        Errc::invalid_argument,
        "fit: no run holds a complete inference of a layer whose counts are known");
  for (auto& [work, observations] : by_class) {
    Fitted fitted{
        .rows =
            class_rows(std::move(observations), options_.model_error, options_.least_independence)};
    fitted.energy = fit_cost(fitted.rows, fitted.rows.energy);
    fitted.time = fit_cost(fitted.rows, fitted.rows.time);
    ClassModel model{.work = work, .kept = fitted.rows.kept, .dropped = fitted.rows.dropped};
    model.energy.condition = condition_of(fitted.rows.energy);
    model.time.condition = condition_of(fitted.rows.time);
    model.energy.scale = fitted.energy.all.scale;
    model.time.scale = fitted.time.all.scale;
    model.energy.coefficients = spread_out(fitted.rows, fitted.energy.all.coefficients);
    model.time.coefficients = spread_out(fitted.rows, fitted.time.all.coefficients);
    TRY(draw(fitted, model));
    take_held_out(fitted, model);
    model_.classes.push_back(std::move(model));
    fitted_.push_back(std::move(fitted));
    if (options_.on_progress)
      options_.on_progress(
          static_cast<double>(fitted_.size()) / static_cast<double>(by_class.size()));
  }
  return ok;
}

// Refits of groups drawn with replacement; energy and time of the same ones.
Status Fitter::draw(const Fitted& fitted, ClassModel& model) {
  Random random(options_.seed, join("bootstrap ", name_of(model.work)));
  const ClassRows& rows = fitted.rows;
  for (std::uint32_t i = 0; i < options_.draws; ++i) {
    if (stop_.stop_requested()) return fail(Errc::cancelled, "fit: stopped");
    std::vector<std::uint32_t> chosen(rows.group_count, 0);
    for (std::size_t k = 0; k < rows.group_count; ++k)
      ++chosen[random.below(rows.group_count)];
    model.energy.draws.push_back(
        spread_out(rows, fit_of_chosen(rows.energy, rows, fitted.energy.all, chosen)));
    model.time.draws.push_back(
        spread_out(rows, fit_of_chosen(rows.time, rows, fitted.time.all, chosen)));
  }
  return ok;
}

// Errors of energy and time of the same layers, in the same order.
void Fitter::take_held_out(const Fitted& fitted, ClassModel& model) const {
  const ClassRows& rows = fitted.rows;
  const auto pick = [this](const CostFit& fit, std::size_t i) {
    return use_networks() && fit.without_network[i] ? fit.without_network[i] : fit.without_layer[i];
  };
  for (std::size_t i = 0; i < rows.observations.size(); ++i) {
    const std::optional<double> energy = pick(fitted.energy, i);
    const std::optional<double> time = pick(fitted.time, i);
    if (!energy || !time) continue;
    model.energy.held_out.push_back(rows.energy.y[i] / *energy - 1.0);
    model.time.held_out.push_back(rows.time.y[i] / *time - 1.0);
  }
}

// A class with too few errors of its own takes those of all.
void Fitter::pool_errors() {
  std::vector<double> energy;
  std::vector<double> time;
  for (const ClassModel& model : model_.classes) {
    energy.insert(energy.end(), model.energy.held_out.begin(), model.energy.held_out.end());
    time.insert(time.end(), model.time.held_out.begin(), model.time.held_out.end());
  }
  for (ClassModel& model : model_.classes) {
    if (model.energy.held_out.size() >= 3) continue;
    model_.notes.push_back(join(
        name_of(model.work),
        ": fewer than three layers could be held out; what the model does "
        "not explain of it is taken from the other classes"));
    model.energy.held_out = energy;
    model.time.held_out = time;
  }
}

Interval Fitter::interval(
    const ClassModel& model, Cost cost, const Regressors& counts, double held_out,
    std::string_view stream) const {
  const CostModel& of = model.*cost;
  const double centre = dot(counts, of.coefficients);
  Random random(options_.seed, stream);
  std::vector<double> values;
  for (const Regressors& draw : of.draws) {
    const double ratio = centre > 0.0 ? dot(counts, draw) / centre : 1.0;
    values.push_back(held_out * ratio * (1.0 + Unexplained(random).of(of.held_out)));
  }
  return interval_of(held_out, std::move(values));
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

void Fitter::judge_layers(const Fitted& fitted, ClassModel& model) {
  const ClassRows& rows = fitted.rows;
  std::vector<double> powers;
  for (std::size_t i = 0; i < rows.observations.size(); ++i)
    powers.push_back(rows.energy.y[i] / rows.time.y[i]);
  model.power = {median(powers)};
  double squares = 0.0;
  for (const double power : powers)
    squares += (power - model.power.si) * (power - model.power.si);
  const auto count = static_cast<double>(powers.size());
  if (powers.size() > 1)
    model.power_deviation = {1.2533 * std::sqrt(squares / (count - 1.0) / count)};

  ErrorTally energies;
  ErrorTally times;
  ErrorTally by_power;
  for (std::size_t i = 0; i < rows.observations.size(); ++i) {
    const Observation& seen = rows.observations[i];
    FittedLayer layer{
        .run = seen.run,
        .name = seen.name,
        .energy = seen.energy,
        .deviation = seen.energy_deviation,
        .time = seen.time,
        .weight = fitted.energy.all.weights[i]};
    if (const auto& energy = fitted.energy.without_layer[i]) {
      layer.predicted = interval(model, &ClassModel::energy, seen.counts, *energy, seen.name);
      energies.add(seen.energy.si, layer.predicted);
    }
    if (const auto& time = fitted.time.without_layer[i]) {
      layer.predicted_time = interval(model, &ClassModel::time, seen.counts, *time, seen.name);
      times.add(seen.time.si, layer.predicted_time);
      std::vector<double> others = powers;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      if (!others.empty()) by_power.add(seen.energy.si, {.value = median(others) * *time});
    }
    model.layers.push_back(std::move(layer));
  }
  model.energy_errors = energies.errors();
  model.time_errors = times.errors();
  model.power_errors = by_power.errors();
  model.power_errors.covered = 0.0;
}

// Sums of what a network's layers were predicted by fits without the network: one draw of the
// coefficients for all layers of a class, a choice of what they do not explain for each layer.
void Fitter::judge_network(const std::string& name, ErrorTally& layers, ErrorTally& layer_times) {
  HeldOutNetwork network{.name = name};
  Random random(options_.seed, join("network ", name));
  std::vector<double> energies(options_.draws, 0.0);
  std::vector<double> times(options_.draws, 0.0);
  ErrorTally own;
  bool complete = true;
  std::set<std::size_t> of_runs;
  for (std::size_t c = 0; c < fitted_.size(); ++c) {
    const Fitted& fitted = fitted_[c];
    const ClassModel& model = model_.classes[c];
    for (std::size_t i = 0; i < fitted.rows.observations.size(); ++i) {
      const Observation& seen = fitted.rows.observations[i];
      if (seen.network != name) continue;
      of_runs.insert(seen.run);
      const auto& energy = fitted.energy.without_network[i];
      const auto& time = fitted.time.without_network[i];
      complete = complete && energy && time;
      if (!energy || !time) continue;
      network.measured += seen.energy;
      network.measured_time += seen.time;
      network.predicted.value += *energy;
      network.predicted_time.value += *time;
      const double energy_all = dot(seen.counts, model.energy.coefficients);
      const double time_all = dot(seen.counts, model.time.coefficients);
      std::vector<double> layer_energies;
      std::vector<double> layer_times_drawn;
      for (std::size_t d = 0; d < options_.draws; ++d) {
        const Unexplained unexplained(random);
        layer_energies.push_back(
            *energy * dot(seen.counts, model.energy.draws[d]) / std::max(energy_all, 1e-300) *
            (1.0 + unexplained.of(model.energy.held_out)));
        layer_times_drawn.push_back(
            *time * dot(seen.counts, model.time.draws[d]) / std::max(time_all, 1e-300) *
            (1.0 + unexplained.of(model.time.held_out)));
        energies[d] += layer_energies.back();
        times[d] += layer_times_drawn.back();
      }
      const Interval layer = interval_of(*energy, std::move(layer_energies));
      own.add(seen.energy.si, layer);
      layers.add(seen.energy.si, layer);
      layer_times.add(seen.time.si, interval_of(*time, std::move(layer_times_drawn)));
    }
  }
  if (!complete || of_runs.empty()) return;
  network.predicted = interval_of(network.predicted.value, std::move(energies));
  network.predicted_time = interval_of(network.predicted_time.value, std::move(times));
  const double each = 1.0 / static_cast<double>(of_runs.size());
  network.measured = each * network.measured;
  network.measured_time = each * network.measured_time;
  for (Interval* interval : {&network.predicted, &network.predicted_time}) {
    interval->value *= each;
    interval->low *= each;
    interval->high *= each;
  }
  network.layers = own.errors();
  model_.networks.push_back(std::move(network));
}

// What the networks are off beyond what the layers' intervals foresee.
double spread_beyond(
    const std::vector<HeldOutNetwork>& networks, Interval HeldOutNetwork::*predicted,
    const std::vector<double>& measured) {
  double excess = 0.0;
  for (std::size_t i = 0; i < networks.size(); ++i) {
    const Interval& interval = networks[i].*predicted;
    const double off = measured[i] / interval.value - 1.0;
    const double foreseen = (interval.high - interval.low) / (2.0 * 1.96) / interval.value;
    excess += off * off - foreseen * foreseen;
  }
  return std::sqrt(std::max(0.0, excess / static_cast<double>(networks.size())));
}

void widen(Interval& interval, double spread) {
  const double common = 1.96 * spread * interval.value;
  interval.low = interval.value - std::hypot(interval.value - interval.low, common);
  interval.high = interval.value + std::hypot(interval.high - interval.value, common);
}

void Fitter::take_network_spread() {
  std::vector<double> energies;
  std::vector<double> times;
  for (const HeldOutNetwork& network : model_.networks) {
    energies.push_back(network.measured.si);
    times.push_back(network.measured_time.si);
  }
  model_.network_spread = spread_beyond(model_.networks, &HeldOutNetwork::predicted, energies);
  model_.time_spread = spread_beyond(model_.networks, &HeldOutNetwork::predicted_time, times);
}

void Fitter::judge_networks() {
  if (names_.size() < 2) {
    model_.notes.emplace_back(
        "one network was measured: how far predictions of another lie off is not known");
    return;
  }
  ErrorTally layers;
  ErrorTally layer_times;
  for (const std::string& name : names_)
    judge_network(name, layers, layer_times);
  model_.layer_errors = layers.errors();
  model_.layer_time_errors = layer_times.errors();
  if (model_.networks.size() >= networks_to_trust) take_network_spread();
  ErrorTally energies;
  ErrorTally times;
  for (HeldOutNetwork& network : model_.networks) {
    widen(network.predicted, model_.network_spread);
    widen(network.predicted_time, model_.time_spread);
    energies.add(network.measured.si, network.predicted);
    times.add(network.measured_time.si, network.predicted_time);
  }
  model_.network_errors = energies.errors();
  model_.network_time_errors = times.errors();
}

}  // namespace

Result<EnergyModel> fit_energy_model(
    const std::vector<ModelRun>& runs, const FitOptions& options, const std::stop_token& stop) {
  return Fitter(runs, options, stop).fit();
}

}  // namespace sunfleck
