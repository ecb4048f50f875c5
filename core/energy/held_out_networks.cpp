#include "core/energy/held_out_networks.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/energy/held_out.h"

namespace sunfleck {
namespace {

constexpr std::size_t networks_to_trust = 5;
constexpr double normal_quantile = 1.96;  // 97.5 %

// A quantity of a layer or a network: measured, predicted, and as each draw has it.
struct Sum {
  double measured = 0.0;
  double predicted = 0.0;
  std::vector<double> draws{};

  void add(const Sum& other) {
    measured += other.measured;
    predicted += other.predicted;
    draws.resize(other.draws.size(), 0.0);
    for (std::size_t i = 0; i < draws.size(); ++i)
      draws[i] += other.draws[i];
  }
  Interval interval() const { return interval_of(predicted, draws); }
};
struct Sums {
  Sum energy, time;
  void add(const Sums& other) {
    energy.add(other.energy);
    time.add(other.time);
  }
};

// The layers of a network, by run and number.
using LayerSums = std::map<std::pair<std::size_t, std::size_t>, Sums>;

// One row, as fits without its network predict it.
Sums row_sums(
    const ClassModel& model, const Observation& seen, double energy, double time, Random& random) {
  Sums sums{{seen.energy.si, energy, {}}, {seen.time.si, time, {}}};
  const double all_energy = dot(seen.counts, model.energy.coefficients);
  const double all_time = dot(seen.counts, model.time.coefficients);
  const auto ratio = [](double drawn, double all) { return all > 0.0 ? drawn / all : 1.0; };
  for (std::size_t d = 0; d < model.energy.draws.size(); ++d) {
    const Unexplained unexplained(random);
    sums.energy.draws.push_back(
        energy * ratio(dot(seen.counts, model.energy.draws[d]), all_energy) *
        (1.0 + unexplained.of(model.energy.held_out)));
    sums.time.draws.push_back(
        time * ratio(dot(seen.counts, model.time.draws[d]), all_time) *
        (1.0 + unexplained.of(model.time.held_out)));
  }
  return sums;
}

// Empty when a layer could not be predicted without the network.
LayerSums layers_of(
    const std::string& name, const std::vector<FittedClass>& classes, const EnergyModel& model) {
  Random random(model.seed, join("network ", name));
  LayerSums layers;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const FittedClass& fitted = classes[c];
    for (std::size_t i = 0; i < fitted.rows.observations.size(); ++i) {
      const Observation& seen = fitted.rows.observations[i];
      if (seen.network != name) continue;
      const std::optional<double>& energy = fitted.energy.without_network[i];
      const std::optional<double>& time = fitted.time.without_network[i];
      if (!energy || !time) return {};
      layers[{seen.run, seen.layer}].add(row_sums(model.classes[c], seen, *energy, *time, random));
    }
  }
  return layers;
}

// What predictions are off beyond what their intervals foresee, as a share.
template <class Measured>
double spread_beyond(
    const std::vector<HeldOutNetwork>& networks, Measured measured,
    Interval HeldOutNetwork::*predicted) {
  double excess = 0.0;
  for (const HeldOutNetwork& network : networks) {
    const Interval& interval = network.*predicted;
    const double off = (network.*measured).si / interval.value - 1.0;
    const double foreseen =
        (interval.high - interval.low) / (2.0 * normal_quantile) / interval.value;
    excess += off * off - foreseen * foreseen;
  }
  return std::sqrt(std::max(0.0, excess / static_cast<double>(networks.size())));
}

void widen(Interval& interval, double spread) {
  const double common = normal_quantile * spread * interval.value;
  interval.low = interval.value - std::hypot(interval.value - interval.low, common);
  interval.high = interval.value + std::hypot(interval.high - interval.value, common);
}

struct Tallies {
  ErrorTally layer_energy, layer_time;
};

// Several runs of one network count as one, their mean.
HeldOutNetwork judged(const std::string& name, const LayerSums& layers, Tallies& tallies) {
  ErrorTally own;
  Sums all;
  std::set<std::size_t> runs;
  for (const auto& [place, sums] : layers) {
    runs.insert(place.first);
    own.add(sums.energy.measured, sums.energy.interval());
    tallies.layer_energy.add(sums.energy.measured, sums.energy.interval());
    tallies.layer_time.add(sums.time.measured, sums.time.interval());
    all.add(sums);
  }
  const double each = 1.0 / static_cast<double>(runs.size());
  const auto mean = [each](const Interval& interval) {
    return Interval{each * interval.value, each * interval.low, each * interval.high};
  };
  return {
      .name = name,
      .measured = {each * all.energy.measured},
      .predicted = mean(all.energy.interval()),
      .measured_time = {each * all.time.measured},
      .predicted_time = mean(all.time.interval()),
      .layers = own.errors()};
}

}  // namespace

void judge_networks(
    const std::vector<FittedClass>& classes, const std::set<std::string>& names,
    EnergyModel& model) {
  Tallies tallies;
  for (const std::string& name : names) {
    const LayerSums layers = layers_of(name, classes, model);
    if (!layers.empty()) model.networks.push_back(judged(name, layers, tallies));
  }
  model.layer_errors = tallies.layer_energy.errors();
  model.layer_time_errors = tallies.layer_time.errors();
  std::vector<HeldOutNetwork>& networks = model.networks;
  if (networks.size() >= networks_to_trust) {
    model.network_spread =
        spread_beyond(networks, &HeldOutNetwork::measured, &HeldOutNetwork::predicted);
    model.time_spread =
        spread_beyond(networks, &HeldOutNetwork::measured_time, &HeldOutNetwork::predicted_time);
  }
  ErrorTally energies;
  ErrorTally times;
  for (HeldOutNetwork& network : networks) {
    widen(network.predicted, model.network_spread);
    widen(network.predicted_time, model.time_spread);
    energies.add(network.measured.si, network.predicted);
    times.add(network.measured_time.si, network.predicted_time);
  }
  model.network_errors = energies.errors();
  model.network_time_errors = times.errors();
}

}  // namespace sunfleck
