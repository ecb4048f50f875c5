#include "core/power/regulator.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {
namespace {

bool is_amount(double value) { return std::isfinite(value) && value >= 0.0; }

Status check(const OutputStage& output) {
  if (!is_amount(output.capacitance.si))
    return fail(
        Errc::invalid_argument, "regulator.output.capacitance: must not be below 0 F, got ",
        output.capacitance);
  if (!is_amount(output.quiescent.si))
    return fail(
        Errc::invalid_argument, "regulator.output.quiescent: must not be below 0 A, got ",
        output.quiescent);
  TRY(check(output.efficiency, "regulator.output.efficiency"));
  if (!output.efficiency.storage.empty())
    return fail(
        Errc::invalid_argument,
        "regulator.output.efficiency: the capacitor's voltage is its voltage, and storage is "
        "empty");
  for (const double efficiency : output.efficiency.efficiency) {
    if (efficiency <= 0.0)
      return fail(
          Errc::invalid_argument, "regulator.output.efficiency: must be above 0, got ", efficiency);
  }
  if (output.kind == OutputKind::direct && output.always_on)
    return fail(
        Errc::invalid_argument,
        "regulator.output.always_on: a direct rail has no converter that could run");
  if (output.kind == OutputKind::direct) return ok;
  if (!is_amount(output.voltage.si) || output.voltage <= Volts{})
    return fail(
        Errc::invalid_argument, "regulator.output.voltage: must be above 0 V, got ",
        output.voltage);
  if (!is_amount(output.drop.si))
    return fail(
        Errc::invalid_argument, "regulator.output.drop: must not be below 0 V, got ", output.drop);
  return ok;
}

}  // namespace

Volts rail_voltage_at(const OutputStage& output, Volts storage) {
  if (output.kind == OutputKind::direct) return storage;
  return std::clamp(storage - output.drop, Volts{}, output.voltage);
}

Volts voltage_after_start(const OutputStage& output, const Storage& storage, Volts before) {
  if (output.capacitance == Farads{}) return before;
  const Volts rail = rail_voltage_at(output, before);
  const Coulombs held = storage.charge_at(before);
  switch (output.kind) {
    case OutputKind::direct:
      return storage.voltage_with(output.capacitance, held);
    case OutputKind::ldo:
      return storage.voltage_with({}, std::max(Coulombs{}, held - output.capacitance * rail));
    case OutputKind::buck:
      break;
  }
  const Joules left = storage.energy_at(before) - 0.5 * output.capacitance * rail * rail;
  return storage.voltage_of(std::max(Joules{}, left));
}

Status check(const Regulator& regulator, Volts highest) {
  if (!is_amount(regulator.off.si))
    return fail(
        Errc::invalid_argument, "regulator.off: must not be below 0 V, got ", regulator.off);
  if (!(regulator.on > regulator.off))
    return fail(
        Errc::invalid_argument, "regulator.on: must be above regulator.off, ", regulator.off,
        ", got ", regulator.on);
  if (!(regulator.on <= highest))
    return fail(
        Errc::invalid_argument, "regulator.on: the capacitor reaches ", highest, " and never ",
        regulator.on);
  if (!is_amount(regulator.good_off.si) || !is_amount(regulator.good_on.si))
    return fail(Errc::invalid_argument, "regulator.good_on, good_off: must not be below 0 V");
  if (regulator.good_off > regulator.good_on)
    return fail(
        Errc::invalid_argument, "regulator.good_on: must not be below regulator.good_off, ",
        regulator.good_off, ", got ", regulator.good_on);
  if (regulator.check_interval < RunTime{})
    return fail(
        Errc::invalid_argument, "regulator.check_interval: must not be below 0 ns, got ",
        regulator.check_interval.count(), " ns");
  if (!is_amount(regulator.lockout.si) || regulator.lockout > regulator.off)
    return fail(
        Errc::invalid_argument, "regulator.lockout: must be between 0 V and regulator.off, ",
        regulator.off, ", got ", regulator.lockout);
  return check(regulator.output);
}

}  // namespace sunfleck
