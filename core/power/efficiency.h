#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/units.h"

namespace sunfleck {

// Efficiency of a rectifier over the power that it receives.
struct EfficiencyCurve {
  std::vector<Watts> at{};           // [n] > 0, ascending; empty: no curve
  std::vector<double> efficiency{};  // [n] of 0 to 1
};

// Efficiency of a switching converter over the capacitor's voltage, a voltage and a current.
struct EfficiencyTable {
  std::vector<Volts> storage{};      // [layers] >= 0, ascending; empty: one layer, the same at
                                     // every voltage of the capacitor
  std::vector<Volts> voltage{};      // [rows] >= 0, ascending; empty: no table
  std::vector<Amperes> current{};    // [columns] > 0, ascending
  std::vector<double> efficiency{};  // [layers * rows * columns] of 0 to 1, row by row
};

// The efficiency at `x` >= 0: linear in the logarithm of x between two nodes, that of the outermost
// node beyond them; 1 where there is no curve. `curve` has passed check().
//
// Source: datasheets draw these curves over a logarithmic axis; the error is what a straight line
// on that axis between two nodes misses.
double efficiency_at(const EfficiencyCurve& curve, Watts x);

// Trilinear: linear in both voltages, linear in the logarithm of the current; held beyond the
// edges; 1 where there is no table. `table` has passed check().
double efficiency_at(const EfficiencyTable& table, Volts storage, Volts voltage, Amperes current);

// Refuses nodes that do not ascend, that are not finite, sizes that do not match, and efficiencies
// outside 0 to 1. `where` begins the error's text: "input.rectifier".
Status check(const EfficiencyCurve& curve, std::string_view where);
Status check(const EfficiencyTable& table, std::string_view where);

}  // namespace sunfleck
