#include "core/energy/held_out.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sunfleck {

double Unexplained::of(const std::vector<double>& held_out) const {
  const std::size_t count = held_out.size();
  constexpr std::size_t enough = 20;
  if (count >= enough)
    return held_out[static_cast<std::size_t>(uniform_ * static_cast<double>(count))];
  if (count < 3) return unknown_spread * normal_;
  const auto n = static_cast<double>(count);
  const double squares =
      std::inner_product(held_out.begin(), held_out.end(), held_out.begin(), 0.0);
  double chi = 0.0;
  for (std::size_t i = 0; i + 1 < count; ++i)
    chi += others_[i] * others_[i];
  const double student = normal_ / std::sqrt(chi / (n - 1.0));
  return std::sqrt(squares / n * (1.0 + 1.0 / n)) * student;
}

void ErrorTally::add(double measured, const Interval& predicted) {
  shares_.push_back(std::abs(predicted.value / measured - 1.0));
  if (measured >= predicted.low && measured <= predicted.high) ++covered_;
}

HeldOutErrors ErrorTally::errors() const {
  HeldOutErrors errors{.count = shares_.size()};
  if (shares_.empty()) return errors;
  const auto count = static_cast<double>(shares_.size());
  std::vector<double> sorted = shares_;
  std::ranges::sort(sorted);
  errors.mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / count;
  errors.median = 0.5 * (sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2]);
  errors.largest = sorted.back();
  errors.covered = static_cast<double>(covered_) / count;
  return errors;
}

}  // namespace sunfleck
