#include "core/signal/statistics.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {

void Statistics::add(double sample) {
  if (!std::isfinite(sample)) {
    ++missing_;
    return;
  }
  low_ = count_ == 0 ? sample : std::min(low_, sample);
  high_ = count_ == 0 ? sample : std::max(high_, sample);
  ++count_;
  const double before = sample - mean_.value();
  mean_.add(before / static_cast<double>(count_));
  squares_.add(before * (sample - mean_.value()));
}

void Statistics::add(std::span<const float> samples) {
  for (const float sample : samples)
    add(sample);
}

double Statistics::mean() const {
  return count_ == 0 ? std::numeric_limits<double>::quiet_NaN() : mean_.value();
}

double Statistics::deviation() const {
  if (count_ == 0) return std::numeric_limits<double>::quiet_NaN();
  if (count_ == 1) return 0.0;
  return std::sqrt(std::max(0.0, squares_.value()) / static_cast<double>(count_ - 1));
}

Statistics combined(const Statistics& a, const Statistics& b) {
  Statistics both = a.count_ == 0 ? b : a;
  both.missing_ = a.missing_ + b.missing_;
  if (a.count_ == 0 || b.count_ == 0) return both;

  both.count_ = a.count_ + b.count_;
  both.low_ = std::min(a.low_, b.low_);
  both.high_ = std::max(a.high_, b.high_);
  const double distance = b.mean_.value() - a.mean_.value();
  const double part_of_b = static_cast<double>(b.count_) / static_cast<double>(both.count_);
  both.mean_.add(distance * part_of_b);
  both.squares_.add(b.squares_);
  both.squares_.add(distance * distance * static_cast<double>(a.count_) * part_of_b);
  return both;
}

}  // namespace sunfleck
