#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/units.h"
#include "core/power/efficiency.h"
#include "core/power/storage.h"

namespace sunfleck {

enum class OutputKind {
  direct,  // the rail is the capacitor
  ldo,     // linear: what is above the rail's voltage is lost
  buck,    // switching, with an efficiency over the load current
};

// What makes the rail from the capacitor while the rail is on. Each kind reads only the members
// that name it.
struct OutputStage {
  OutputKind kind = OutputKind::direct;
  Volts voltage{};      // ldo, buck: of the rail, > 0
  Volts drop{};         // ldo, buck: lowest difference between capacitor and rail, >= 0
  Amperes quiescent{};  // drawn from the capacitor while the stage runs, >= 0
  // buck, while capacitor >= voltage + drop; below it conducts. Over the capacitor's voltage
  // (`voltage`; `storage` is empty) and the load's current.
  EfficiencyTable efficiency{};
  Farads capacitance{};  // of the rail, >= 0; charged when the stage begins to run
  // The stage runs whenever the capacitor is above the lockout, and the thresholds switch the load
  // alone: its own capacitance is not charged in each power cycle.
  bool always_on = false;
};

// Thresholds, compared with the capacitor's voltage without load, and the output stage.
struct Regulator {
  Volts on{};        // the rail comes on at or above it
  Volts off{};       // and goes off at or below it; 0 <= off < on
  Volts good_on{};   // power-good is raised at or above it while the rail is on
  Volts good_off{};  // and lowered below it, or with the rail; 0 <= good_off <= good_on
  // The four thresholds are compared at whole multiples of this time since the path began; 0: at
  // the end of every piece.
  RunTime check_interval{};
  Volts lockout{};  // at or below it the rail goes off at once; 0 <= lockout <= off
  OutputStage output{};
};

// Voltage of the rail while it is on.
//
//   storage   voltage at the capacitor, >= 0
//   returns   direct: that voltage; else the smaller of the rail's and storage - drop, not below 0
Volts rail_voltage_at(const OutputStage& output, Volts storage);

// The capacitor's voltage once the rail's own capacitance is charged.
//
//   before    > 0
//   returns   0 or more
//
// Source: direct: charge is shared, Q(v) + C_out v stays. ldo: the charge C_out V_rail leaves. buck:
// the energy C_out V_rail^2 / 2 leaves, as in the published Shepherd virtual source.
Volts voltage_after_start(const OutputStage& output, const Storage& storage, Volts before);

// Refuses, naming the field, thresholds in the wrong order or above `highest`, the highest voltage
// the capacitor can reach, and an output stage that no circuit can be.
Status check(const Regulator& regulator, Volts highest);

}  // namespace sunfleck
