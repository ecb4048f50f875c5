#pragma once

#include <limits>
#include <vector>

#include "core/base/result.h"
#include "core/base/units.h"

namespace sunfleck {

// The storage between converter and regulator: an ideal capacitance with a resistance in series and
// one in parallel.
struct Capacitor {
  Farads capacitance{};  // > 0, at 0 V
  // Rated voltage over the datasheet's leakage current, > 0; infinite when it does not leak.
  Ohms leakage{std::numeric_limits<double>::infinity()};
  Ohms series{};  // equivalent series resistance, >= 0
  Volts rated{};  // > 0; what would charge it further is clamped
  // What a bias leaves of the capacitance: C(V) = capacitance * share, straight lines between the
  // nodes, held beyond them. Empty: the same at every voltage.
  std::vector<Volts> bias_voltage{};  // [n] >= 0, ascending
  std::vector<double> bias_share{};   // [n] > 0, finite
};

// Refuses, naming the field, what is not finite or not in the ranges above.
Status check(const Capacitor& capacitor);

}  // namespace sunfleck
