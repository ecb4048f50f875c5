#include "core/power/capacitor.h"

#include <cmath>

namespace sunfleck {

double lost_share(const Capacitor& capacitor, Seconds time) {
  return -std::expm1(-(time / (capacitor.leakage * capacitor.capacitance)));
}

Status check(const Capacitor& capacitor) {
  if (!std::isfinite(capacitor.capacitance.si) || capacitor.capacitance <= Farads{})
    return fail(
        Errc::invalid_argument, "capacitor.capacitance: must be above 0 F, got ",
        capacitor.capacitance);
  if (!(capacitor.leakage > Ohms{}))
    return fail(
        Errc::invalid_argument, "capacitor.leakage: must be above 0 Ohm, got ", capacitor.leakage);
  if (!std::isfinite(capacitor.series.si) || capacitor.series < Ohms{})
    return fail(
        Errc::invalid_argument, "capacitor.series: must not be below 0 Ohm, got ",
        capacitor.series);
  if (!std::isfinite(capacitor.rated.si) || capacitor.rated <= Volts{})
    return fail(
        Errc::invalid_argument, "capacitor.rated: must be above 0 V, got ", capacitor.rated);
  return ok;
}

}  // namespace sunfleck
