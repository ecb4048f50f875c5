#include "core/power/presets.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/power/ti_efficiency.h"

namespace sunfleck {
namespace {

using namespace literals;

// Insulation of multi-layer ceramic capacitors: leakage resistance times capacitance.
constexpr auto mlcc_insulation = 97.8_MOhm * 1.0_uF;

// A class of TI's tables stands here at its middle, of the current's logarithm too, and what lies
// between is interpolated.
constexpr Volts row_step = 131.072_mV;
constexpr Amperes second_column = 8.192_uA;

// The middle, on a logarithmic axis, of the class `index` of those that double from `second` on.
Amperes middle_of(Amperes second, std::size_t index) {
  return std::exp2(static_cast<double>(index) - 0.5) * second;
}

EfficiencyTable ti_boost() {
  EfficiencyTable table;
  for (std::size_t i = 0; i < ti_classes; ++i) {
    table.voltage.push_back((static_cast<double>(i) + 0.5) * row_step);
    table.current.push_back(middle_of(second_column, i));
  }
  for (const auto& row : ti_boost_efficiency)
    table.efficiency.insert(table.efficiency.end(), row.begin(), row.end());
  return table;
}

EfficiencyTable ti_buck() {
  EfficiencyTable table{.voltage = {0.0_V}};
  for (std::size_t i = 0; i < ti_classes; ++i)
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

// From TI's data sheets: VBAT_UV, below which the switch to the storage opens whatever VBAT_OK
// says, and typical currents from VSTOR: 330 nA (BQ25504), 445 nA and 43 nA more with the buck
// converter enabled (BQ25570).
constexpr Volts ti_undervoltage = 1.95_V;
constexpr Amperes bq25504_quiescent = 330.0_nA;
constexpr Amperes bq25570_quiescent = 445.0_nA;
constexpr Amperes bq25570_buck_quiescent = 43.0_nA;
// How often the published virtual source compares the thresholds.
constexpr RunTime ti_check_interval = std::chrono::milliseconds(64);

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
           .quiescent = bq25504_quiescent,
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
          .check_interval = ti_check_interval,
          .lockout = ti_undervoltage,
          .output = {.capacitance = 1.0_uF}}};
}

PowerPathConfig bq25570() {
  return {
      .input =
          {.kind = InputKind::boost,
           .boost = ti_boost(),
           .quiescent = bq25570_quiescent,
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
          .check_interval = ti_check_interval,
          .lockout = ti_undervoltage,
          .output = {
              .kind = OutputKind::buck,
              .voltage = 2.2_V,
              .drop = 0.2_V,
              .quiescent = bq25570_buck_quiescent,
              .efficiency = ti_buck(),
              .capacitance = 1.0_uF}}};
}

// The buck converter's efficiency at 3.3 V out, by the load current and the capacitor's voltage.
EfficiencyTable ltc3588_buck() {
  return {
      .voltage = {4.0_V, 6.0_V, 10.0_V, 18.0_V},
      .current = {1.0_uA, 10.0_uA, 100.0_uA, 1.0_mA, 10.0_mA, 100.0_mA},
      .efficiency = {
          // clang-format off
          .45, .80, .89, .91, .91, .90,
          .40, .77, .87, .89, .90, .89,
          .32, .71, .84, .87, .88, .87,
          .22, .62, .78, .83, .84, .84,
          // clang-format on
      }};
}

// The bridge is two diodes in series, 0.40 V together at the microamperes of a piezo element. The
// chip takes 450 nA below its threshold and 950 nA in regulation.
PowerPathConfig ltc3588() {
  return {
      .input =
          {.kind = InputKind::diode,
           .drop = 2.0 * 0.20_V,
           .quiescent = 450.0_nA,
           .charge_limit = 20.0_V},
      .capacitor =
          {.capacitance = 100.0_uF, .leakage = mlcc_insulation / 100.0_uF, .rated = 25.0_V},
      .initial_voltage = 0.0_V,
      .regulator = {
          .on = 5.05_V,
          .off = 3.67_V,
          .good_on = 5.05_V,
          .good_off = 3.67_V,
          .output = {
              .kind = OutputKind::buck,
              .voltage = 3.3_V,
              .drop = 0.2_V,
              .quiescent = 500.0_nA,
              .efficiency = ltc3588_buck(),
              .capacitance = 10.0_uF}}};
}

PowerPathConfig p2110b() {
  PowerPathConfig config = direct();
  config.input.rectifier = p2110b_rectifier();
  return config;
}

constexpr std::string_view shepherd =
    "Shepherd virtual source 2026.7.1 (nes-lab/shepherd-tools); quiescent currents and "
    "undervoltage "
    "lockout: TI's data sheet";

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
        .name = "ltc3588",
        .summary =
            "LTC3588-1: bridge from a piezo or AC source, buck to 3.3 V, 5.05 V on, 3.67 V off",
        .source = "LTC3588-1 data sheet: typical thresholds for 3.3 V, 20 V shunt, 950 nA, bridge; "
                  "efficiencies in round numbers after its curves, good to some five points",
        .config = &ltc3588},
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
