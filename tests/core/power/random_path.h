#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/random.h"
#include "core/power/power_path.h"
#include "core/power/presets.h"
#include "tests/support/pieces.h"

// A log-uniform number: every decade is as likely as the next.
inline double random_between(sunfleck::Random& random, double low, double high) {
  return low * std::pow(high / low, random.uniform());
}

inline sunfleck::HarvestFormat random_format(sunfleck::Random& random) {
  constexpr sunfleck::HarvestKind kinds[] = {
      sunfleck::HarvestKind::power, sunfleck::HarvestKind::received_power,
      sunfleck::HarvestKind::voltage_into_load, sunfleck::HarvestKind::voltage_behind_resistance};
  return {
      .kind = kinds[random.below(4)],
      .resistance = {random_between(random, 1.0, 1e6)},
      .period = std::chrono::milliseconds(10)};
}

// A power path that passes check(), of any kind and with any of its parts, over the ranges that
// circuits have and beyond.
inline sunfleck::PowerPathConfig random_config(
    sunfleck::Random& random, const sunfleck::HarvestFormat& format) {
  using namespace sunfleck;
  const auto presets = power_path_presets();
  PowerPathConfig config = presets[random.below(presets.size())].config();
  config.input.rectifier = {};
  if (format.kind == HarvestKind::received_power) config.input.rectifier = p2110b_rectifier();
  config.capacitor.capacitance = {random_between(random, 1e-7, 1e-2)};
  config.capacitor.series = {random.below(2) == 0 ? 0.0 : random_between(random, 1e-3, 100.0)};
  config.capacitor.leakage = {random_between(random, 1e3, 1e9)};
  config.input.drop = {0.5 * random.uniform()};
  config.harvester.share = 0.05 + 0.9 * random.uniform();
  const double highest = std::min(config.capacitor.rated.si, config.input.charge_limit.si);
  config.regulator.on = {highest * (0.3 + 0.7 * random.uniform())};
  config.regulator.off = {config.regulator.on.si * 0.9 * random.uniform()};
  config.initial_voltage = {highest * random.uniform()};
  constexpr OutputKind outputs[] = {OutputKind::direct, OutputKind::ldo, OutputKind::buck};
  OutputStage& output = config.regulator.output;
  output.kind = outputs[random.below(3)];
  output.voltage = {0.5 + 2.0 * random.uniform()};
  output.drop = {0.3 * random.uniform()};
  output.quiescent = {random.below(2) == 0 ? 0.0 : random_between(random, 1e-9, 1e-4)};
  output.capacitance = {0.05 * random.uniform() * config.capacitor.capacitance.si};
  if (!check(config, format)) output.capacitance = {};
  return config;
}

// Pieces of one step, each of its own length and value; some are outages, some far too strong.
inline std::vector<Pieces::Piece> random_pieces(
    sunfleck::Random& random, const sunfleck::HarvestFormat& format) {
  const bool watts = is_power(format.kind);
  std::vector<Pieces::Piece> pieces(1 + random.below(4));
  for (Pieces::Piece& piece : pieces) {
    const double value =
        watts ? random_between(random, 1e-7, 1.0) : random_between(random, 1e-3, 20.0);
    piece.value = random.below(4) == 0 ? 0.0F : static_cast<float>(value);
    piece.duration =
        sunfleck::to_seconds(sunfleck::to_run_time({random_between(random, 1e-7, 1e-1)}));
  }
  return pieces;
}
