#include "core/power/shepherd_tables.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace sunfleck {
namespace {

// Classes that double; the first is below 2^log2 nA.
std::size_t current_class(double nanoamperes, int log2) {
  const auto halves = static_cast<std::uint64_t>(nanoamperes) >> static_cast<unsigned>(log2 - 1);
  const auto doublings = static_cast<std::size_t>(std::bit_width(halves | 1U)) - 1;
  return std::min(doublings, shepherd_classes - 1);
}

}  // namespace

ShepherdEfficiency::ShepherdEfficiency(
    const ShepherdBoostTable& boost, const ShepherdBuckTable& buck)
    : boost_(boost), inverse_(buck) {
  for (auto& row : boost_.efficiency)
    for (double& efficiency : row)
      efficiency = std::min(255.0, std::nearbyint(256.0 * efficiency)) / 256.0;
  for (double& inverse : inverse_.efficiency) {
    const double highest = std::exp2(14);
    const double sixteenths = inverse > 0.0 ? std::nearbyint(16.0 / inverse) : highest;
    inverse = std::min(highest, sixteenths) / 16.0;
  }
}

double ShepherdEfficiency::boost(double microvolts, double nanoamperes) const {
  const auto row =
      static_cast<std::uint64_t>(microvolts) >> static_cast<unsigned>(boost_.voltage_log2);
  return boost_.efficiency[std::min<std::uint64_t>(row, shepherd_classes - 1)]
                          [current_class(nanoamperes, boost_.current_log2)];
}

double ShepherdEfficiency::inverse_buck(double nanoamperes) const {
  return inverse_.efficiency[current_class(nanoamperes, inverse_.current_log2)];
}

}  // namespace sunfleck
