#pragma once

#include <limits>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/power/efficiency.h"
#include "core/power/harvest.h"

namespace sunfleck {

enum class InputKind {
  direct,  // an ideal converter: all that the source offers at its operating point arrives
  diode,   // the source charges the capacitor through a diode, and only while it is the higher one
  boost,   // a converter that holds the source at its operating point, with an efficiency table
};

// What stands between source and capacitor. Each kind reads only the members that name it.
//
// What the numbers of a source mean for a stage:
//
//   source                   direct, boost                        diode, with V = V_cap + drop + R I
//   power                    that power; boost reads its table    I = P / V
//                            at `assumed_voltage`
//   received_power           likewise, behind the rectifier       likewise
//   operating_point,         the recorded point                   I as recorded while V is not above
//   voltage_into_load                                             the recorded voltage
//   all that have a curve    where the harvester holds it         I of the curve at V
struct InputStage {
  InputKind kind = InputKind::direct;
  // DC power over received power of a rectifier ahead of the stage; read for received_power only,
  // which needs it.
  EfficiencyCurve rectifier{};
  Volts drop{};             // diode: forward voltage, >= 0, the same at every current
  Ohms resistance{};        // diode: in series with it, >= 0
  EfficiencyTable boost{};  // boost: over the capacitor's voltage, the source's voltage and current
  Amperes quiescent{};      // drawn from the capacitor all the time, >= 0
  Volts lowest_voltage{};   // boost: it gives nothing below, >= 0
  Volts highest_voltage{std::numeric_limits<double>::infinity()};    // boost: takes no more volts
  Amperes highest_current{std::numeric_limits<double>::infinity()};  // boost: takes no more amperes
  Volts assumed_voltage{};  // boost: where a source of kind power is taken to be; 0 refuses such
                            // sources
  // The stage stops charging here, whatever the capacitor is rated for.
  Volts charge_limit{std::numeric_limits<double>::infinity()};
};

// Refuses, naming the field, what no circuit can be.
Status check(const InputStage& stage);

// Refuses a source that the stage cannot take: received power without a rectifier curve, anything
// else with one, a power without `assumed_voltage` into a boost converter, a format that does not
// pass its own check.
Status check(const InputStage& stage, const HarvestFormat& format);

// Received power to DC power of a receiver of the Powercast P2110B class at 915 MHz, 0.05 mW to 32
// mW.
//
// Source: an approximation in round numbers, not a digitised curve: Powercast's P2110B data sheet
// lets it work from about -12 dBm on, with about half of the power between 0 and 10 dBm and less
// beyond. Count on ten points of efficiency, and replace it by a measured curve of the board in
// hand.
EfficiencyCurve p2110b_rectifier();

}  // namespace sunfleck
