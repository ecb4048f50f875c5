#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/random.h"
#include "core/energy/energy_model.h"

namespace sunfleck {

// A choice of what the coefficients of a class do not explain, the same for energy and time: what
// makes a layer last longer makes it dearer.
class Unexplained {
 public:
  explicit Unexplained(Random& random) : uniform_(random.uniform()), normal_(random.normal()) {
    for (double& each : others_)
      each = random.normal();
  }
  // As a share of the prediction. From twenty errors on, one of them; of fewer, Student's
  // distribution with their size; of fewer than three, a normal one of `unknown_spread`.
  //
  // Source: of fewer, the prediction interval of one more value: size * t * sqrt(1 + 1 / n).
  double of(const std::vector<double>& held_out) const;

  static constexpr double unknown_spread = 0.1;

 private:
  static constexpr std::size_t most_freedom = 18;
  double uniform_;
  double normal_;
  std::array<double, most_freedom> others_{};
};

// Collects how far predictions lie off.
class ErrorTally {
 public:
  void add(double measured, const Interval& predicted);
  HeldOutErrors errors() const;

 private:
  std::vector<double> shares_;
  std::size_t covered_ = 0;
};

}  // namespace sunfleck
