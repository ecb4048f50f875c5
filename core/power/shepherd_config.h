#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/units.h"
#include "core/power/shepherd_tables.h"

namespace sunfleck {

// The period of the published model; all of its times are rounded to whole samples.
inline constexpr RunTime shepherd_period = std::chrono::microseconds(10);

// How the virtual harvester finds an operating point in a stream of voltage ramps.
enum class ShepherdHarvesting {
  none,                 // takes the stream as it comes
  constant_voltage,     // "cv"
  open_circuit_share,   // "mppt_voc"
  perturb_and_observe,  // "mppt_po"; its step is that of the ramp
  optimum,              // "mppt_opt": the best point of the last ramp
};

struct ShepherdHarvesterConfig {
  ShepherdHarvesting kind = ShepherdHarvesting::none;
  Volts voltage{2.5};           // constant_voltage: held; otherwise: where it begins
  Volts lowest{};               // points outside lowest ... highest are not looked at
  Volts highest{5.0};           // at most 5 V; also open_circuit_share's set point in its pause
  Amperes open_current{50e-3};  // open_circuit_share: less than this is no current
  double share = 0.7;           // open_circuit_share: of V_oc, 0 to 1
  RunTime interval = std::chrono::milliseconds(100);  // open_circuit_share: from pause to pause;
                                                      // perturb_and_observe: between steps
  RunTime pause = std::chrono::microseconds(100);     // open_circuit_share
  bool rising = true;                                 // perturb_and_observe: its first direction
  bool extrapolates = true;  // walks along the ramp's last slope between two crossings
};

// A capacitor as the published model has it: a voltage in proportion to the state of charge, in 128
// steps of rated / 128.
struct ShepherdCapacitor {
  Farads capacitance{};  // > 0
  Volts rated{};         // at a full charge, > 0, at most 10 V
  double initial = 0.8;  // state of charge, 0 to 1
  Ohms series{};
  Ohms leakage{std::numeric_limits<double>::infinity()};  // > 0
};

// The parameters of the published virtual source. The defaults are those of its preset "direct".
struct ShepherdConfig {
  ShepherdHarvesterConfig harvester{};
  bool boost = false;  // only with a capacitor
  bool buck = false;
  bool feedback = false;    // the capacitor's voltage sets the harvester's; only with a capacitor,
                            // without boost and for ramps
  RunTime startup_delay{};  // in which the target takes nothing from the capacitor

  Volts input_highest{10.0};  // clips
  Amperes input_most{4.2};    // clips
  Volts input_drop{};
  Ohms input_resistance{};  // without boost; at most 4.29 kOhm
  Volts boost_threshold{};  // below it, the boost converter does not work

  std::optional<ShepherdCapacitor> capacitor{};  // none: the input is the output
  Volts storage_highest{10.0};                   // clips
  Volts on{1e-3};
  Volts off{};
  RunTime check_interval{};  // of both; 0: every sample
  Volts good_on{2.8};
  Volts good_off{2.2};
  bool good_at_once = true;  // power-good is judged at every sample, not at the check interval
  Farads output_capacitance{1e-6};  // charged when the output comes on

  Volts output_voltage{2.4};  // of the buck converter
  Volts output_drop{};
  ShepherdBoostTable boost_table{};
  ShepherdBuckTable buck_table{};
};

// Refuses, naming the field, what is not finite or not in the ranges above or too large or
// too small for the published fixed-point numbers (voltages to 10 V, currents to 4.29 A, times to
// 1000 s, capacitors that hold at least 2.69 uC).
Status check(const ShepherdConfig& config);

// The thresholds that follow from a configuration.
struct ShepherdThresholds {
  Volts on{};
  Volts off{};
  Volts dip{};  // of the capacitor when the output comes on and charges its own capacitance
  Volts storage_highest{};
};

// Source: C_store (V^2 - (V - dip)^2) = C_out V_out^2; with a buck converter, the output comes on
// no lower than its output, drop and dip, and goes off no lower than output and drop. Where the
// output capacitance needs more than the capacitor holds, the published model takes no dip.
//
//   config   has passed check()
ShepherdThresholds shepherd_thresholds(const ShepherdConfig& config);

}  // namespace sunfleck
