#include "core/power/converter.h"

#include <cmath>
#include <initializer_list>

namespace sunfleck {
namespace {

// Fields that must not be negative; those that are limits may be infinite.
struct Field {
  std::string_view name;
  double value;
  std::string_view unit;
};

Status check_not_negative(std::initializer_list<Field> fields) {
  for (const Field& field : fields) {
    if (field.value >= 0.0) continue;
    return fail(
        Errc::invalid_argument, "input.", field.name, ": must not be below 0 ", field.unit,
        ", got ", field.value, " ", field.unit);
  }
  return ok;
}

}  // namespace

Status check(const InputStage& stage) {
  TRY(check(stage.rectifier, "input.rectifier"));
  TRY(check(stage.boost, "input.boost"));
  TRY(check_not_negative(
      {{"drop", stage.drop.si, "V"},
       {"resistance", stage.resistance.si, "Ohm"},
       {"quiescent", stage.quiescent.si, "A"},
       {"lowest_voltage", stage.lowest_voltage.si, "V"},
       {"highest_voltage", stage.highest_voltage.si, "V"},
       {"highest_current", stage.highest_current.si, "A"},
       {"assumed_voltage", stage.assumed_voltage.si, "V"}}));
  if (!std::isfinite(stage.drop.si))
    return fail(Errc::invalid_argument, "input.drop: must be finite, got ", stage.drop);
  if (!std::isfinite(stage.resistance.si))
    return fail(Errc::invalid_argument, "input.resistance: must be finite, got ", stage.resistance);
  if (!std::isfinite(stage.quiescent.si))
    return fail(Errc::invalid_argument, "input.quiescent: must be finite, got ", stage.quiescent);
  if (!(stage.charge_limit > Volts{}))
    return fail(
        Errc::invalid_argument, "input.charge_limit: must be above 0 V, got ", stage.charge_limit);
  if (stage.kind == InputKind::boost && stage.boost.voltage.empty())
    return fail(Errc::invalid_argument, "input.boost: a boost converter needs an efficiency table");
  return ok;
}

Status check(const InputStage& stage, const HarvestFormat& format) {
  TRY(check(format));
  const bool received = format.kind == HarvestKind::received_power;
  if (!received && !stage.rectifier.at.empty())
    return fail(
        Errc::invalid_argument,
        "input.rectifier: its curve is over received power, and the profile gives another kind");
  if (received && stage.rectifier.at.empty())
    return fail(
        Errc::invalid_argument,
        "input.rectifier: the profile gives received power, which needs a rectifier's curve");
  if (is_power(format.kind) && stage.kind == InputKind::boost && !(stage.assumed_voltage > Volts{}))
    return fail(
        Errc::invalid_argument,
        "input.assumed_voltage: the profile gives a power, which has no voltage; a boost converter "
        "needs the one to assume");
  return ok;
}

EfficiencyCurve p2110b_rectifier() {
  return {
      .at =
          {{0.05e-3},
           {0.063e-3},
           {0.1e-3},
           {0.2e-3},
           {0.316e-3},
           {1e-3},
           {3.16e-3},
           {10e-3},
           {15.8e-3},
           {32e-3}},
      .efficiency = {0.0, 0.02, 0.12, 0.28, 0.38, 0.51, 0.55, 0.50, 0.44, 0.32}};
}

}  // namespace sunfleck
