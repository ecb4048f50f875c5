#pragma once

#include "core/power/power_path.h"
#include "tests/support/pieces.h"

namespace sunfleck {

using namespace literals;  // NOLINT(google-build-using-namespace): of tests alone

inline constexpr HarvestFormat power_format{
    .kind = HarvestKind::power, .resistance = {}, .period = std::chrono::milliseconds(10)};

inline HarvestFormat voltage_format(HarvestKind kind, Ohms resistance) {
  return {.kind = kind, .resistance = resistance, .period = std::chrono::milliseconds(10)};
}

// An ideal capacitor of 100 uF whose rail never comes on by itself.
inline PowerPathConfig ideal() {
  return {
      .input = {},
      .capacitor = {.capacitance = 100.0_uF, .rated = 10.0_V},
      .initial_voltage = 0.0_V,
      .regulator = {.on = 9.5_V, .off = 1.0_V, .good_on = 9.5_V, .good_off = 9.0_V}};
}

// The same, on from the beginning.
inline PowerPathConfig ideal_on(Volts initial) {
  PowerPathConfig config = ideal();
  config.initial_voltage = initial;
  config.regulator.on = initial;
  return config;
}

// `count` steps of one piece each.
inline void run(PowerPath& path, float value, Seconds step, int count, Amperes rail_current = {}) {
  const Pieces piece({{.value = value, .duration = step}});
  for (int i = 0; i < count; ++i)
    path.advance(piece, rail_current * step);
}

}  // namespace sunfleck
