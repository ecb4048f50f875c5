#include "core/power/converter.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <initializer_list>

namespace sunfleck {
namespace {

OperatingPoint operating_point(
    const HarvesterConfig& harvester, const HarvestFormat& format, double value) {
  const Volts volts{value};
  if (format.kind == HarvestKind::voltage_into_load) return {volts, volts / format.resistance};
  const Volts held = harvester.share * volts;
  return {held, (volts - held) / format.resistance};
}

Feed converted(Watts taken, double efficiency) {
  const Watts arrived = efficiency * taken;
  return {.power = arrived, .stage_loss = taken - arrived};
}

Feed boosted(const InputStage& stage, OperatingPoint point) {
  const Volts voltage = std::min(point.voltage, stage.highest_voltage);
  const Amperes current = std::min(point.current, stage.highest_current);
  if (voltage < stage.lowest_voltage || voltage <= Volts{}) return {};
  return converted(voltage * current, efficiency_at(stage.boost, Volts{}, voltage, current));
}

Feed power_feed(const InputStage& stage, HarvestKind kind, Watts offered) {
  const bool received = kind == HarvestKind::received_power;
  const Feed rectified =
      converted(offered, received ? efficiency_at(stage.rectifier, offered) : 1.0);
  if (stage.kind != InputKind::boost) {
    Feed feed = rectified;
    if (stage.kind == InputKind::diode) feed.drop = stage.drop;
    return feed;
  }
  const Volts voltage = stage.assumed_voltage;
  Feed feed = boosted(stage, {voltage, rectified.power / voltage});
  // What exceeds the converter's current never leaves the source, nor does it heat the rectifier.
  const Watts taken = feed.power + feed.stage_loss;
  if (rectified.power > Watts{})
    feed.stage_loss += (taken / rectified.power) * rectified.stage_loss;
  return feed;
}

Feed diode_feed(const InputStage& stage, const HarvestFormat& format, double value) {
  Feed feed{.kind = Feed::Kind::resistance, .open = {value}, .drop = stage.drop};
  feed.resistance = format.resistance;
  if (format.kind == HarvestKind::voltage_into_load) {
    feed.kind = Feed::Kind::current;
    feed.current = feed.open / format.resistance;
  }
  return feed;
}

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

Feed feed_of(
    const InputStage& stage, const HarvesterConfig& harvester, const HarvestFormat& format,
    double value) {
  assert(std::isfinite(value) && value >= 0.0);
  if (is_power(format.kind)) return power_feed(stage, format.kind, {value});
  if (stage.kind == InputKind::diode) return diode_feed(stage, format, value);
  const OperatingPoint point = operating_point(harvester, format, value);
  if (stage.kind == InputKind::boost) return boosted(stage, point);
  return converted(point.voltage * point.current, 1.0);
}

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
  if (!is_power(format.kind) && !has_resistance(format.kind))
    return fail(Errc::invalid_argument, "input: this kind of source has no input stage");
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
