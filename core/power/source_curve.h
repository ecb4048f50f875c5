#pragma once

#include <optional>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/power/harvest.h"

namespace sunfleck {

// Where a source is held.
struct OperatingPoint {
  Volts voltage{};
  Amperes current{};
};

// A solar panel by what its data sheet says at 1000 W/m2.
struct Panel {
  Amperes short_circuit{};  // > 0
  Volts open_circuit{};     // > 0
  Volts best_voltage{};     // at the maximum power, > 0, < open_circuit
};

// What is assumed about a source beyond what its profile says.
struct SourceAssumptions {
  // isc_voc: c V_oc of the diode's law, > 0; the larger, the squarer the curve. 6.4 is what the
  // cells of a recording made while jogging have (fill factor 0.63).
  double sharpness = 6.4;
  std::optional<Panel> panel{};  // irradiance: needed
  Amperes open_current{5e-6};    // iv_curve: what counts as no current at V_oc, >= 0
};

// Refuses, naming the field, what is not finite or not in the ranges above, and irradiance without
// a panel.
Status check(const SourceAssumptions& assumptions, const HarvestFormat& format);

// What a source gives at which voltage, while one sample of its profile lasts:
//
//   voltage_behind_resistance  I = (V_oc - v) / R
//   operating_point            the recorded current below the recorded voltage, nothing above it
//   voltage_into_load          likewise, V / R
//   iv_curve                   straight lines between the points of the sweep
//   isc_voc                    I = I_sc (1 - (e^{k v / V_oc} - 1) / (e^k - 1)), k = sharpness
//   diode                      I = a - b (e^{c v} - 1)
//   irradiance                 the diode's law with a in proportion to the light, b and c from the
//                              panel's three numbers
//
// No current is negative. A source of kind power or received_power has no voltage of its own and
// no curve; it is not for this class.
//
// Source: circuit laws; the single-diode model of a solar cell without its resistances.
class SourceCurve {
 public:
  // `format` has a curve, and both have passed check().
  SourceCurve(const HarvestFormat& format, const SourceAssumptions& assumptions);

  //   sample   [sample_width()], must stay valid as long as it is set; null: nothing is offered
  void set(const float* sample);

  //   at        >= 0
  //   returns   >= 0
  Amperes current_at(Volts at) const;
  // The lowest voltage at which the source gives nothing.
  Volts open_voltage() const;
  // Where it gives the most power.
  OperatingPoint optimum() const;
};

}  // namespace sunfleck
