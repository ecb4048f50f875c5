#pragma once

#include <vector>

#include "core/base/units.h"
#include "core/power/capacitor.h"

namespace sunfleck {

// What a capacitor holds at which voltage, ready to be asked often: with its differential
// capacitance C(v), the charge is the integral of C dv and the energy that of C v dv, both
// piecewise polynomials where C(v) is straight lines. Energies count from the empty capacitor.
class Storage {
 public:
  // `capacitor` has passed check().
  explicit Storage(const Capacitor& capacitor);

  // Whether the capacitance is the same at every voltage.
  bool is_constant() const { return segments_.size() == 1; }

  // Voltages, energies and charges are >= 0.
  Farads capacitance_at(Volts voltage) const;
  Joules energy_at(Volts voltage) const;
  Coulombs charge_at(Volts voltage) const;
  // The inverse of energy_at(), exact to rounding.
  Volts voltage_of(Joules energy) const {
    if (is_constant()) return sqrt(2.0 * energy / segments_.front().capacitance);
    return biased_voltage_of(energy);
  }
  // Where the capacitor, together with a constant capacitance at the same voltage, holds a charge.
  Volts voltage_with(Farads beside, Coulombs charge) const;

  // C(v) from a voltage on, up to the beginning of the next segment: capacitance + slope (v - from).
  struct Segment {
    Volts from;
    Farads capacitance;
    Quantity<-2, 1, 1> slope;
    Joules energy;    // at `from`
    Coulombs charge;  // at `from`
  };
  // In order of voltage; the first begins at 0 V, the last has no end and no slope.
  const std::vector<Segment>& segments() const { return segments_; }

 private:
  Volts biased_voltage_of(Joules energy) const;

  std::vector<Segment> segments_;
};

}  // namespace sunfleck
