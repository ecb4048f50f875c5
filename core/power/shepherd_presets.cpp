#include "core/power/shepherd_presets.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/power/ti_efficiency.h"

namespace sunfleck {
namespace {

using namespace literals;
using namespace std::chrono_literals;

constexpr ShepherdBoostTable bq_boost{
    .voltage_log2 = 17, .current_log2 = 13, .efficiency = ti_boost_efficiency};
constexpr ShepherdBuckTable bq_buck{.current_log2 = 10, .efficiency = ti_buck_efficiency};

ShepherdConfig direct() { return {}; }

ShepherdConfig neutral() { return {.harvester = {.kind = ShepherdHarvesting::optimum}}; }

// Of 47 uF, ceramic: 97.8 MOhm uF of insulation.
ShepherdConfig diode_capacitor() {
  ShepherdConfig config;
  config.harvester = {.kind = ShepherdHarvesting::constant_voltage, .voltage = 2.0_V};
  config.feedback = true;
  config.input_drop = 0.3_V;
  config.capacitor = ShepherdCapacitor{
      .capacitance = 47.0_uF, .rated = 6.3_V, .initial = 0.8, .leakage = {97.8e6 / 47.0}};
  config.on = 2.0_V;
  config.off = 1.8_V;
  return config;
}

ShepherdConfig diode_resistor_capacitor() {
  ShepherdConfig config = diode_capacitor();
  config.input_resistance = 10.0_Ohm;
  return config;
}

ShepherdConfig bq25504s() {
  ShepherdConfig config;
  config.harvester = {
      .kind = ShepherdHarvesting::open_circuit_share,
      .open_current = 5.0_uA,
      .share = 0.76,
      .interval = 16s,
      .pause = 256ms};
  config.boost = true;
  config.input_highest = 3.0_V;
  config.input_most = 100.0_mA;
  config.boost_threshold = 130.0_mV;
  config.capacitor = ShepherdCapacitor{
      .capacitance = 100.0_uF, .rated = 6.3_V, .initial = 0.66, .leakage = 19.0_MOhm};
  config.storage_highest = 3.6_V;
  config.on = 1.0_V;
  config.check_interval = 64ms;
  config.good_off = 2.34_V;
  config.boost_table = bq_boost;
  return config;
}

ShepherdConfig bq25504() {
  ShepherdConfig config = bq25504s();
  config.good_at_once = false;
  return config;
}

ShepherdConfig bq25570s() {
  ShepherdConfig config = bq25504s();
  config.buck = true;
  config.input_highest = 5.1_V;
  config.boost_threshold = 100.0_mV;
  config.capacitor->leakage = 0.978_MOhm;
  config.storage_highest = 5.5_V;
  config.on = 3.0_V;
  config.off = 2.4_V;
  config.good_on = 3.0_V;
  config.good_off = 2.5_V;
  config.output_voltage = 2.2_V;
  config.output_drop = 0.2_V;
  config.buck_table = bq_buck;
  return config;
}

ShepherdConfig bq25570() {
  ShepherdConfig config = bq25570s();
  config.good_at_once = false;
  return config;
}

constexpr std::array presets{
    ShepherdPreset{"direct", "the recording's voltage, whatever current is drawn", direct},
    ShepherdPreset{"neutral", "likewise, at the best point of each ramp", neutral},
    ShepherdPreset{"diode_capacitor", "diode and 47 uF", diode_capacitor},
    ShepherdPreset{"diode_resistor_capacitor", "diode, 10 Ohm and 47 uF", diode_resistor_capacitor},
    ShepherdPreset{"bq25504", "TI BQ25504 with 100 uF", bq25504},
    ShepherdPreset{"bq25504s", "likewise, power-good without delay", bq25504s},
    ShepherdPreset{"bq25570", "TI BQ25570 with 100 uF", bq25570},
    ShepherdPreset{"bq25570s", "likewise, power-good without delay", bq25570s},
};

}  // namespace

std::span<const ShepherdPreset> shepherd_presets() { return presets; }

Result<ShepherdConfig> shepherd_preset(std::string_view name) {
  std::string wanted(name);
  for (char& letter : wanted)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  const auto* found = std::ranges::find(presets, wanted, &ShepherdPreset::name);
  if (found != presets.end()) return found->config();
  std::string names;
  for (const ShepherdPreset& preset : presets)
    names += (names.empty() ? "" : ", ") + std::string(preset.name);
  return fail(
      Errc::not_found, "no Shepherd virtual source is called '", name, "'; there are ", names);
}

}  // namespace sunfleck
