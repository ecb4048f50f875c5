#include "core/power/capacitor.h"

#include <cmath>

namespace sunfleck {
namespace {

Status check_bias(const Capacitor& capacitor) {
  const auto& nodes = capacitor.bias_voltage;
  if (capacitor.bias_share.size() != nodes.size())
    return fail(
        Errc::invalid_argument, "capacitor.bias_share: ", nodes.size(), " shares were wanted, got ",
        capacitor.bias_share.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!std::isfinite(nodes[i].si) || nodes[i] < Volts{})
      return fail(
          Errc::invalid_argument, "capacitor.bias_voltage: must be finite and not below 0 V, got ",
          nodes[i]);
    if (i > 0 && nodes[i] <= nodes[i - 1])
      return fail(
          Errc::invalid_argument, "capacitor.bias_voltage: must ascend, got ", nodes[i], " after ",
          nodes[i - 1]);
    const double share = capacitor.bias_share[i];
    if (!(std::isfinite(share) && share > 0.0))
      return fail(Errc::invalid_argument, "capacitor.bias_share: must be above 0, got ", share);
  }
  return ok;
}

}  // namespace

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
  return check_bias(capacitor);
}

}  // namespace sunfleck
