#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/units.h"

namespace sunfleck {

inline constexpr std::size_t shepherd_classes = 12;

// A boost converter's efficiency by classes of its input. Rows are steps of 2^voltage_log2 uV, the
// last is open. Columns double: the first is below 2^current_log2 nA, the last is open.
struct ShepherdBoostTable {
  int voltage_log2 = 0;                                                             // 0 to 20
  int current_log2 = 1;                                                             // 1 to 20
  std::array<std::array<double, shepherd_classes>, shepherd_classes> efficiency{};  // 0 to 1
};

// A buck converter's efficiency by classes of the load current, that double likewise.
struct ShepherdBuckTable {
  int current_log2 = 1;                               // 1 to 20
  std::array<double, shepherd_classes> efficiency{};  // 0 to 1
};

// The tables as the fixed-point model holds and looks them up.
class ShepherdEfficiency {
 public:
  // The tables have passed check() of shepherd_config.h.
  ShepherdEfficiency(const ShepherdBoostTable& boost, const ShepherdBuckTable& buck);

  // Of the boost converter, rounded to 1/256 and at most 255/256. Both arguments are >= 0.
  double boost(double microvolts, double nanoamperes) const;
  // 1 / efficiency of the buck converter, rounded to 1/16 and at most 1024: up to 3 % off.
  double inverse_buck(double nanoamperes) const;

 private:
  ShepherdBoostTable boost_;
  ShepherdBuckTable inverse_;  // `efficiency` holds its inverse
};

}  // namespace sunfleck
