#include "core/power/shepherd_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>

#include "core/power/shepherd_units.h"

namespace sunfleck {
namespace {

using namespace literals;

constexpr RunTime longest = std::chrono::seconds(1000);
constexpr Volts highest = 10.0_V;

Status check_time(std::string_view field, RunTime time) {
  if (time >= RunTime{} && time <= longest) return ok;
  return fail(
      Errc::invalid_argument, field, ": must be from 0 s to 1000 s, got ", to_seconds(time));
}

Status check_table(std::string_view field, std::span<const double> efficiencies) {
  for (const double efficiency : efficiencies)
    TRY(check_range(field, efficiency, 0.0, 1.0));
  return ok;
}

Status check_tables(const ShepherdConfig& config) {
  TRY(check_range("boost_table.voltage_log2", config.boost_table.voltage_log2, 0, 20));
  TRY(check_range("boost_table.current_log2", config.boost_table.current_log2, 1, 20));
  TRY(check_range("buck_table.current_log2", config.buck_table.current_log2, 1, 20));
  for (const auto& row : config.boost_table.efficiency)
    TRY(check_table("boost_table.efficiency", row));
  return check_table("buck_table.efficiency", config.buck_table.efficiency);
}

Status check_harvester(const ShepherdHarvesterConfig& harvester) {
  TRY(check_range("harvester.highest", harvester.highest, 0.0_V, 5.0_V));
  TRY(check_range("harvester.lowest", harvester.lowest, 0.0_V, harvester.highest));
  TRY(check_range("harvester.voltage", harvester.voltage, harvester.lowest, harvester.highest));
  TRY(check_range("harvester.open_current", harvester.open_current, 0.0_A, 50.0_mA));
  TRY(check_range("harvester.share", harvester.share, 0.0, 1.0));
  TRY(check_time("harvester.interval", harvester.interval));
  return check_time("harvester.pause", harvester.pause);
}

// The share of a full charge that 1 nA, or 1 uV across the leakage, moves in a sample: the model
// keeps both with 60 binary places in 32 bit.
Status check_resolution(const ShepherdCapacitor& capacitor) {
  constexpr double places = 0x1p-28;
  const Coulombs charge = capacitor.capacitance * capacitor.rated;
  const Seconds sample = to_seconds(shepherd_period);
  if (1.0_nA * sample / charge >= places)
    return fail(
        Errc::invalid_argument,
        "capacitor.capacitance: the published model holds 2.69e-06 C or more, got ", charge);
  if (Volts{1e-6} / capacitor.leakage * sample / charge >= places)
    return fail(
        Errc::invalid_argument,
        "capacitor.leakage: too low for the published model's numbers, got ", capacitor.leakage);
  return ok;
}

Status check_capacitor(const ShepherdCapacitor& capacitor) {
  TRY(check_range("capacitor.rated", capacitor.rated, 0.1_V, highest));
  TRY(check_range("capacitor.capacitance", capacitor.capacitance, 0.1_uF, Farads{1e3}));
  TRY(check_range("capacitor.initial", capacitor.initial, 0.0, 1.0));
  TRY(check_range("capacitor.series", capacitor.series, 0.0_Ohm, 999.0_Ohm));
  constexpr Ohms most{std::numeric_limits<double>::infinity()};
  TRY(check_range("capacitor.leakage", capacitor.leakage, 1.0_Ohm, most));
  return check_resolution(capacitor);
}

Status check_voltages(const ShepherdConfig& config) {
  struct Field {
    std::string_view name;
    Volts value;
  };
  const std::array fields{
      Field{"input_highest", config.input_highest},
      Field{"input_drop", config.input_drop},
      Field{"boost_threshold", config.boost_threshold},
      Field{"storage_highest", config.storage_highest},
      Field{"on", config.on},
      Field{"off", config.off},
      Field{"good_on", config.good_on},
      Field{"good_off", config.good_off},
      Field{"output_voltage", config.output_voltage},
      Field{"output_drop", config.output_drop},
  };
  for (const Field& field : fields)
    TRY(check_range(field.name, field.value, 0.0_V, highest));
  return ok;
}

}  // namespace

Status check(const ShepherdConfig& config) {
  TRY(check_harvester(config.harvester));
  TRY(check_voltages(config));
  TRY(check_time("startup_delay", config.startup_delay));
  TRY(check_time("check_interval", config.check_interval));
  TRY(check_range("input_most", config.input_most, 0.0_A, 4.29_A));
  TRY(check_range("input_resistance", config.input_resistance, 0.0_Ohm, 4.29_kOhm));
  TRY(check_range("output_capacitance", config.output_capacitance, Farads{}, 1.0_mF));
  if (config.capacitor) TRY(check_capacitor(*config.capacitor));
  return check_tables(config);
}

ShepherdThresholds shepherd_thresholds(const ShepherdConfig& config) {
  ShepherdThresholds thresholds{
      .on = config.on, .off = config.off, .dip = {}, .storage_highest = config.storage_highest};
  Volts dip_at_output{};
  if (config.capacitor) {
    const double ratio = config.output_capacitance / config.capacitor->capacitance;
    const auto left =
        config.on * config.on - ratio * (config.output_voltage * config.output_voltage);
    if (left.si >= 0.0) thresholds.dip = config.on - sqrt(left);
    if (ratio <= 1.0) dip_at_output = (1.0 - std::sqrt(1.0 - ratio)) * config.output_voltage;
    if (config.boost)
      thresholds.storage_highest = std::min(thresholds.storage_highest, config.capacitor->rated);
  }
  if (config.buck) {
    const Volts least = config.output_voltage + config.output_drop;
    if (config.on <= least) {
      thresholds.dip = dip_at_output;
      thresholds.on = least + dip_at_output;
    }
    thresholds.off = std::max(config.off, least);
  }
  return thresholds;
}

}  // namespace sunfleck
