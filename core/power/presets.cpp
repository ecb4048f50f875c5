#include "core/power/presets.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sunfleck {
namespace {

using namespace literals;

// Insulation of multi-layer ceramic capacitors: leakage resistance times capacitance.
constexpr auto mlcc_insulation = 97.8_MOhm * 1.0_uF;

// TI's data sheets draw the boost converter's efficiency over input voltage and current; the
// published table holds it by classes: 12 rows of 131.072 mV (the last is open), 12 columns that
// double from 8.192 uA (the first and the last are open). A class stands here at its middle, of the
// current's logarithm too, and what lies between is interpolated.
constexpr std::size_t classes = 12;
constexpr Volts row_step = 131.072_mV;
constexpr Amperes second_column = 8.192_uA;

constexpr std::array<double, classes * classes> ti_boost_efficiency{
    // clang-format off
    .01, .01, .02, .05, .10, .15, .15, .20, .25, .30, .30, .35,
    .10, .20, .30, .40, .50, .55, .56, .57, .58, .59, .60, .61,
    .20, .40, .50, .60, .65, .66, .67, .68, .69, .70, .71, .72,
    .35, .55, .65, .71, .73, .74, .75, .75, .76, .77, .77, .78,
    .45, .65, .70, .73, .75, .77, .78, .79, .80, .81, .81, .82,
    .50, .70, .74, .76, .78, .79, .80, .81, .82, .83, .83, .84,
    .52, .73, .76, .78, .80, .81, .82, .83, .84, .85, .85, .86,
    .53, .75, .77, .79, .81, .82, .83, .84, .85, .86, .86, .87,
    .55, .77, .78, .80, .82, .83, .85, .86, .87, .87, .87, .88,
    .56, .78, .79, .81, .83, .85, .87, .88, .88, .88, .88, .89,
    .58, .79, .80, .82, .84, .86, .88, .89, .89, .89, .89, .90,
    .60, .80, .81, .83, .85, .87, .89, .90, .90, .90, .90, .90,
    // clang-format on
};

// Of the BQ25570's buck converter, in classes of the load current that double from 1 uA.
constexpr std::array<double, classes> ti_buck_efficiency{.40, .50, .60, .73, .82, .86,
                                                         .88, .90, .91, .92, .93, .92};

// The middle, on a logarithmic axis, of the class `index` of those that double from `second` on.
Amperes middle_of(Amperes second, std::size_t index) {
  return std::exp2(static_cast<double>(index) - 0.5) * second;
}

EfficiencyTable ti_boost() {
  EfficiencyTable table;
  for (std::size_t i = 0; i < classes; ++i) {
    table.voltage.push_back((static_cast<double>(i) + 0.5) * row_step);
    table.current.push_back(middle_of(second_column, i));
  }
  table.efficiency.assign(ti_boost_efficiency.begin(), ti_boost_efficiency.end());
  return table;
}

EfficiencyTable ti_buck() {
  EfficiencyTable table{.voltage = {0.0_V}};
  for (std::size_t i = 0; i < classes; ++i)
    table.current.push_back(middle_of(1.024_uA, i));
  table.efficiency.assign(ti_buck_efficiency.begin(), ti_buck_efficiency.end());
  return table;
}

// The BQ25504 and BQ25570 disconnect the source for 256 ms every 16 s and hold it at a share of
// the V_oc that they then see; 0.76 is what suits solar cells.
constexpr HarvesterConfig ti_harvester{
    .kind = HarvesterKind::fraction,
    .share = 0.76,
    .interval = std::chrono::seconds(16),
    .pause = std::chrono::milliseconds(256)};

PowerPathConfig direct() {
  return {
      .input = {.kind = InputKind::direct},
      .capacitor = {.capacitance = 100.0_uF, .rated = 5.5_V},
      .initial_voltage = 0.0_V,
      .regulator = {.on = 3.0_V, .off = 1.8_V, .good_on = 2.8_V, .good_off = 2.2_V}};
}

PowerPathConfig diode() {
  return {
      .input = {.kind = InputKind::diode, .drop = 0.30_V},
      .capacitor = {.capacitance = 47.0_uF, .leakage = mlcc_insulation / 47.0_uF, .rated = 6.3_V},
      .initial_voltage = 0.0_V,
      .regulator = {
          .on = 2.0_V,
          .off = 1.8_V,
          .good_on = 2.0_V,
          .good_off = 1.8_V,
          .output = {.capacitance = 1.0_uF}}};
}

PowerPathConfig bq25504() {
  return {
      .input =
          {.kind = InputKind::boost,
           .boost = ti_boost(),
           .lowest_voltage = 0.130_V,
           .highest_voltage = 3.0_V,
           .highest_current = 100.0_mA,
           .assumed_voltage = 1.0_V,
           .charge_limit = 3.6_V},
      .harvester = ti_harvester,
      .capacitor = {.capacitance = 100.0_uF, .leakage = mlcc_insulation / 100.0_uF, .rated = 6.3_V},
      .initial_voltage = 0.0_V,
      .regulator = {
          .on = 2.8_V,
          .off = 2.34_V,
          .good_on = 2.8_V,
          .good_off = 2.34_V,
          .output = {.capacitance = 1.0_uF}}};
}

PowerPathConfig bq25570() {
  return {
      .input =
          {.kind = InputKind::boost,
           .boost = ti_boost(),
           .lowest_voltage = 0.100_V,
           .highest_voltage = 5.1_V,
           .highest_current = 100.0_mA,
           .assumed_voltage = 1.0_V,
           .charge_limit = 5.5_V},
      .harvester = ti_harvester,
      .capacitor = {.capacitance = 100.0_uF, .leakage = mlcc_insulation / 100.0_uF, .rated = 6.3_V},
      .initial_voltage = 0.0_V,
      .regulator = {
          .on = 3.0_V,
          .off = 2.4_V,
          .good_on = 3.0_V,
          .good_off = 2.5_V,
          .output = {
              .kind = OutputKind::buck,
              .voltage = 2.2_V,
              .drop = 0.2_V,
              .efficiency = ti_buck(),
              .capacitance = 1.0_uF}}};
}

PowerPathConfig p2110b() {
  PowerPathConfig config = direct();
  config.input.rectifier = p2110b_rectifier();
  return config;
}

constexpr std::string_view shepherd =
    "Shepherd virtual source 2026.7.1 (nes-lab/shepherd-tools), from TI's data sheet";

constexpr std::array presets{
    PowerPathPreset{
        .name = "direct",
        .summary = "no loss at the input; the rail is the capacitor, 3.0 V on, 1.8 V off",
        .source = "an ideal, for comparison; power-good of the Shepherd virtual source",
        .config = &direct},
    PowerPathPreset{
        .name = "diode",
        .summary = "a diode of 0.30 V; the rail is the capacitor, 2.0 V on, 1.8 V off",
        .source = "Shepherd virtual source 2026.7.1 (nes-lab/shepherd-tools), 'diode+capacitor'",
        .config = &diode},
    PowerPathPreset{
        .name = "bq25504",
        .summary =
            "TI BQ25504 boost; the rail is the capacitor, switched by VBAT_OK at 2.8 and 2.34 V",
        .source = shepherd,
        .config = &bq25504},
    PowerPathPreset{
        .name = "bq25570",
        .summary = "TI BQ25570 boost and buck; rail 2.2 V, 3.0 V on, 2.4 V off",
        .source = shepherd,
        .config = &bq25570},
    PowerPathPreset{
        .name = "p2110b",
        .summary = "received RF power through a rectifier curve; otherwise as direct",
        .source =
            "round numbers after Powercast's P2110B data sheet at 915 MHz, good to some ten points",
        .config = &p2110b},
};

}  // namespace

std::span<const PowerPathPreset> power_path_presets() { return presets; }

Result<PowerPathConfig> power_path_preset(std::string_view name) {
  const auto preset = std::ranges::find(presets, name, &PowerPathPreset::name);
  if (preset != presets.end()) return preset->config();
  std::string names;
  for (const PowerPathPreset& each : presets)
    names += join(names.empty() ? "" : ", ", each.name);
  return fail(Errc::not_found, "no power path is called '", name, "'; there are ", names);
}

Result<PowerPathConfig> changed(const PowerPathConfig& config, const PowerPathChanges& changes) {
  PowerPathConfig made = config;
  if (changes.capacitance) {
    made.capacitor.capacitance = *changes.capacitance;
    TRY(check(made.capacitor));
    made.capacitor.leakage =
        config.capacitor.capacitance / made.capacitor.capacitance * config.capacitor.leakage;
  }
  made.initial_voltage = changes.initial_voltage.value_or(config.initial_voltage);
  made.regulator.on = changes.on.value_or(config.regulator.on);
  made.regulator.off = changes.off.value_or(config.regulator.off);
  TRY(check(made));
  return made;
}

}  // namespace sunfleck
