#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/random.h"
#include "core/power/power_path.h"
#include "core/power/presets.h"

// A log-uniform number: every decade is as likely as the next.
inline double random_between(sunfleck::Random& random, double low, double high) {
  return low * std::pow(high / low, random.uniform());
}

// A source of any kind.
inline sunfleck::HarvestFormat random_format(sunfleck::Random& random) {
  constexpr int kinds = static_cast<int>(sunfleck::HarvestKind::irradiance) + 1;
  const auto kind = static_cast<sunfleck::HarvestKind>(random.below(kinds));
  sunfleck::HarvestFormat format{
      .kind = kind,
      .resistance = {random_between(random, 1.0, 1e6)},
      .period = std::chrono::milliseconds(10)};
  if (kind == sunfleck::HarvestKind::iv_curve) {
    format.points = static_cast<std::uint32_t>(2 + random.below(8));
    format.lead_in = static_cast<std::uint32_t>(random.below(format.points - 1));
  }
  return format;
}

inline sunfleck::HarvesterConfig random_harvester(sunfleck::Random& random) {
  using namespace sunfleck;
  constexpr HarvesterKind kinds[] = {
      HarvesterKind::fixed, HarvesterKind::fraction, HarvesterKind::perturb_and_observe,
      HarvesterKind::optimum};
  HarvesterConfig config{
      .kind = kinds[random.below(4)],
      .voltage = {random_between(random, 0.05, 5.0)},
      .share = 0.05 + 0.9 * random.uniform(),
      .interval = to_run_time({random_between(random, 2e-3, 1.0)}),
      .step = {random_between(random, 1e-3, 0.5)}};
  config.pause = to_run_time(random.uniform() * to_seconds(config.interval));
  if (config.kind == HarvesterKind::fraction && random.below(3) == 0)
    config.interval = config.pause = RunTime{};
  return config;
}

// Any table of efficiencies above 0, of 1 to 4 nodes on each axis.
inline sunfleck::EfficiencyTable random_table(sunfleck::Random& random, bool has_storage) {
  using namespace sunfleck;
  EfficiencyTable table;
  const auto fill = [&random](auto& nodes, std::size_t count, double first) {
    for (std::size_t i = 0; i < count; ++i) {
      nodes.push_back({first});
      first *= 1.2 + 3.0 * random.uniform();
    }
  };
  if (has_storage) fill(table.storage, random.below(4), random_between(random, 0.5, 3.0));
  fill(table.voltage, 1 + random.below(4), random_between(random, 0.05, 2.0));
  fill(table.current, 1 + random.below(4), random_between(random, 1e-7, 1e-4));
  const std::size_t layers = std::max<std::size_t>(1, table.storage.size());
  table.efficiency.resize(layers * table.voltage.size() * table.current.size());
  for (double& efficiency : table.efficiency)
    efficiency = 0.05 + 0.95 * random.uniform();
  return table;
}

inline sunfleck::Capacitor random_capacitor(sunfleck::Random& random, sunfleck::Volts rated) {
  using namespace sunfleck;
  Capacitor capacitor{
      .capacitance = {random_between(random, 1e-7, 1e-2)},
      .leakage = {random_between(random, 1e3, 1e9)},
      .series = {random.below(2) == 0 ? 0.0 : random_between(random, 1e-3, 100.0)},
      .rated = rated};
  if (random.below(2) == 0) return capacitor;
  double node = random.below(2) == 0 ? 0.0 : random.uniform();
  for (std::size_t i = 0; i < 1 + random.below(4); ++i) {
    capacitor.bias_voltage.push_back({node});
    capacitor.bias_share.push_back(0.2 + 1.2 * random.uniform());
    node += 0.1 + 2.0 * random.uniform();
  }
  return capacitor;
}

inline sunfleck::Regulator random_regulator(sunfleck::Random& random, double highest) {
  using namespace sunfleck;
  Regulator regulator;
  regulator.on = {highest * (0.3 + 0.7 * random.uniform())};
  regulator.off = {regulator.on.si * 0.9 * random.uniform()};
  regulator.good_on = {highest * random.uniform()};
  regulator.good_off = random.uniform() * regulator.good_on;
  regulator.lockout = (random.below(2) == 0 ? 0.0 : random.uniform()) * regulator.off;
  if (random.below(2) == 0)
    regulator.check_interval = to_run_time({random_between(random, 2e-3, 1.0)});
  constexpr OutputKind outputs[] = {OutputKind::direct, OutputKind::ldo, OutputKind::buck};
  OutputStage& output = regulator.output;
  output.kind = outputs[random.below(3)];
  output.voltage = {0.5 + 2.0 * random.uniform()};
  output.drop = {0.3 * random.uniform()};
  output.quiescent = {random.below(2) == 0 ? 0.0 : random_between(random, 1e-9, 1e-4)};
  if (random.below(4) > 0) output.efficiency = random_table(random, false);
  output.always_on = output.kind != OutputKind::direct && random.below(2) == 0;
  return regulator;
}

// A power path that passes check(), of any kind and with any of its parts, over the ranges that
// circuits have and beyond.
inline sunfleck::PowerPathConfig random_config(
    sunfleck::Random& random, const sunfleck::HarvestFormat& format) {
  using namespace sunfleck;
  constexpr InputKind inputs[] = {InputKind::direct, InputKind::diode, InputKind::boost};
  PowerPathConfig config{.input = {.kind = inputs[random.below(3)]}};
  InputStage& input = config.input;
  if (format.kind == HarvestKind::received_power) input.rectifier = p2110b_rectifier();
  input.drop = {0.5 * random.uniform()};
  input.resistance = {random.below(2) == 0 ? 0.0 : random_between(random, 0.1, 1e4)};
  input.boost = random_table(random, true);
  input.quiescent = {random.below(2) == 0 ? 0.0 : random_between(random, 1e-9, 1e-4)};
  input.lowest_voltage = {0.2 * random.uniform()};
  if (random.below(2) == 0) input.highest_voltage = {random_between(random, 0.5, 10.0)};
  if (random.below(2) == 0) input.highest_current = {random_between(random, 1e-4, 1.0)};
  input.assumed_voltage = {0.2 + 2.0 * random.uniform()};
  if (random.below(2) == 0) input.charge_limit = {2.0 + 3.0 * random.uniform()};
  config.harvester = random_harvester(random);
  config.source.sharpness = random_between(random, 0.5, 30.0);
  config.source.panel = SolarPanel{
      .short_circuit = {random_between(random, 1e-4, 0.1)},
      .open_circuit = {1.0 + 5.0 * random.uniform()},
      .best_voltage = {}};
  config.source.panel->best_voltage =
      (0.55 + 0.4 * random.uniform()) * config.source.panel->open_circuit;
  const Volts rated{2.5 + 5.0 * random.uniform()};
  config.capacitor = random_capacitor(random, rated);
  const double highest = std::min(rated.si, input.charge_limit.si);
  config.initial_voltage = {highest * random.uniform()};
  config.regulator = random_regulator(random, highest);
  Farads& capacitance = config.regulator.output.capacitance;
  capacitance = {0.05 * random.uniform() * config.capacitor.capacitance.si};
  if (!check(config, format)) capacitance = {};
  return config;
}

// A sample as the numbers of a source of this kind.
inline void append_random_sample(
    sunfleck::Random& random, const sunfleck::HarvestFormat& format, std::vector<float>& samples) {
  using sunfleck::HarvestKind;
  const auto add = [&](double low, double high) {
    samples.push_back(static_cast<float>(random_between(random, low, high)));
  };
  if (random.below(4) == 0) {  // nothing
    samples.resize(samples.size() + sample_width(format), 0.0F);
    return;
  }
  switch (format.kind) {
    case HarvestKind::power:
    case HarvestKind::received_power:
      return add(1e-7, 1.0);
    case HarvestKind::voltage_into_load:
    case HarvestKind::voltage_behind_resistance:
      return add(1e-3, 20.0);
    case HarvestKind::operating_point:
      add(1e-2, 10.0);
      return add(1e-7, 0.1);
    case HarvestKind::isc_voc:
      add(1e-6, 0.1);
      return add(0.1, 10.0);
    case HarvestKind::diode:
      add(1e-6, 0.1);
      add(1e-9, 1e-5);
      return add(0.5, 30.0);
    case HarvestKind::irradiance:
      return add(0.1, 1200.0);
    case HarvestKind::iv_curve:
      break;
  }
  // A falling line with noise.
  const double open = random_between(random, 0.2, 10.0);
  const double current = random_between(random, 1e-6, 0.1);
  for (std::uint32_t i = 0; i < format.points; ++i) {
    const double part = static_cast<double>(i) / (format.points - 1.0);
    samples.push_back(static_cast<float>(open * part));
    samples.push_back(
        static_cast<float>(current * std::max(0.0, 1.0 - part * part) * random.uniform()));
  }
}

// Pieces of one step with the samples that they point to: each of its own length, some of them runs
// or outages, some far too strong.
struct RandomPieces {
  RandomPieces(sunfleck::Random& random, const sunfleck::HarvestFormat& format) {
    const std::size_t count = 1 + random.below(3);
    std::vector<std::size_t> at;
    for (std::size_t i = 0; i < count; ++i) {
      sunfleck::HarvestPiece piece{
          .count = static_cast<std::uint32_t>(1 + random.below(random.below(2) == 0 ? 1 : 30))};
      const double longest = piece.count == 1 ? 5e-2 : 1e-3;
      piece.duration = std::max(
          sunfleck::RunTime(1), sunfleck::to_run_time({random_between(random, 1e-7, longest)}));
      at.push_back(samples.size());
      const bool is_outage = random.below(8) == 0;
      for (std::uint32_t k = 0; k < piece.count; ++k)
        append_random_sample(random, format, samples);
      at.back() = is_outage ? SIZE_MAX : at.back();
      pieces.push_back(piece);
    }
    for (std::size_t i = 0; i < count; ++i)
      if (at[i] != SIZE_MAX) pieces[i].samples = samples.data() + at[i];
  }

  std::vector<float> samples;
  std::vector<sunfleck::HarvestPiece> pieces;
};
