#pragma once

#include <cstddef>
#include <optional>
#include <vector>

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
struct SolarPanel {
  Amperes short_circuit{};  // > 0
  Volts open_circuit{};     // > 0
  // At the maximum power, > 0.5 and <= 0.99 of open_circuit; a diode's law has none elsewhere.
  Volts best_voltage{};
};

// What is assumed about a source beyond what its profile says.
struct SourceAssumptions {
  // isc_voc: c V_oc of the diode's law, > 0 and <= 500; the larger, the squarer the curve. The
  // cells of a recording made while jogging have 5.6 to 7.2; 6.4 is a fill factor of 0.60.
  double sharpness = 6.4;
  std::optional<SolarPanel> panel{};  // irradiance: needed
  Amperes open_current{5e-6};         // iv_curve: what counts as no current at V_oc, >= 0
};

// Refuses, naming the field, what is not finite or not in the ranges above, and irradiance without
// a panel.
Status check(const SourceAssumptions& assumptions, const HarvestFormat& format);

// The law of a solar cell, I = a - b (e^{c v} - 1). Without all three above 0 it gives nothing.
//
// Source: the single-diode model without its resistances.
struct DiodeLaw {
  double a = 0.0;  // A, the short-circuit current
  double b = 0.0;  // A, the saturation current
  double c = 0.0;  // 1/V

  // Each as the function of SourceCurve that has its name.
  Amperes current_at(Volts at) const;
  // ln(1 + a/b) / c
  Volts open_voltage() const;
  // Where dP/dv = 0: with x = c v, x + ln(1 + x) = ln(1 + a/b), and I = (a + b) x / (1 + x). Within
  // 1e-12 of itself.
  OperatingPoint optimum() const;
};

// The law of a panel at 1000 W/m2. At the maximum power a + b = b e^x (1 + x), x = c V_best; with
// a = b (e^{c V_oc} - 1) what is left is c (V_oc - V_best) = ln(1 + x), which is solved for c.
//
//   panel   has passed check()
DiodeLaw law_of(const SolarPanel& panel);

// What a source gives at which voltage, while one sample of its profile lasts:
//
//   voltage_behind_resistance  I = (V_oc - v) / R
//   operating_point            the recorded current up to the recorded voltage, nothing above it
//   voltage_into_load          likewise, V / R
//   iv_curve                   straight lines between neighbouring points of the sweep
//   isc_voc                    I = I_sc (1 - (e^{k v / V_oc} - 1) / (e^k - 1)), k = sharpness
//   diode                      I = a - b (e^{c v} - 1)
//   irradiance                 the panel's law with a in proportion to the light
//
// No current is negative. A source of kind power or received_power has no voltage of its own and
// no curve; it is not for this class.
//
// A sweep may rise or fall, with noise and unequal steps. Several pairs of points around a voltage
// count with their mean; a pair without current, where another has some, is the ramp on its way
// back and does not count. Below the lowest voltage the current is that of the lowest point.
//
// Its open voltage: points with a current above open_current are lit, the others dark. The cut is
// the voltage which the fewest points contradict, dark ones below and lit ones above it. A real
// cell's ramp stays at V_oc, which it cannot exceed: when the middle half of the dark points above
// the cut lie within 1 %, V_oc is their median. Otherwise, as in a computed sweep that goes on
// without current, it is the lowest of them. Without a dark point it is the highest swept voltage,
// without a lit one 0.
//
// Only set() is called for every sample, and it keeps a pointer; the rest is computed when asked.
class SourceCurve {
 public:
  // `format` has a curve, and both have passed check().
  SourceCurve(const HarvestFormat& format, const SourceAssumptions& assumptions);

  //   sample   [sample_width()], must stay valid as long as it is set; null: nothing is offered
  void set(const float* sample) {
    sample_ = sample;
    swept_open_.reset();
  }

  // Whether it was recorded behind a harvester (operating_point, voltage_into_load), which held it
  // at optimum().
  bool was_held() const { return was_held_; }

  //   at        >= 0
  //   returns   >= 0
  Amperes current_at(Volts at) const;
  // The highest voltage that the source reaches; above it, it gives nothing.
  Volts open_voltage() const;
  // Where it gives the most power. Of a sweep the best point of any of its lines, so that noise
  // adds to it.
  OperatingPoint optimum() const;

 private:
  // A point of a sweep.
  struct Swept {
    Volts voltage;
    Amperes current;
  };
  struct Edges {
    Volts highest{};
    std::optional<Volts> highest_lit{};
    std::optional<Volts> lowest_dark{};
  };

  double number(std::size_t i) const { return static_cast<double>(sample_[i]); }
  DiodeLaw law() const;
  OperatingPoint held_point() const;
  Swept swept(std::size_t i) const { return {{number(2 * i)}, {number(2 * i + 1)}}; }
  bool is_lit(const Swept& point) const { return point.current > open_current_; }
  Volts swept_open_voltage() const;
  Volts find_open_voltage() const;
  Edges edges() const;
  Volts cut(Volts lowest_dark, Volts highest_lit) const;
  template <class Wanted>
  void collect(const Wanted& wanted) const;
  Amperes swept_current_at(Volts at) const;
  OperatingPoint swept_optimum() const;

  HarvestKind kind_;
  bool was_held_;
  Ohms resistance_;
  std::size_t first_;  // point of a sweep that counts
  std::size_t points_;
  Amperes open_current_;
  double sharpness_;
  double saturation_;     // isc_voc: b / a
  OperatingPoint share_;  // isc_voc: the optimum for 1 A and 1 V
  DiodeLaw panel_;        // irradiance: its law at 1000 W/m2
  const float* sample_ = nullptr;
  mutable std::optional<Volts> swept_open_;  // of the present sample, once asked for
  mutable std::vector<Swept> some_;          // points that collect() found
};

}  // namespace sunfleck
