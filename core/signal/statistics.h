#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "core/signal/compensated_sum.h"

namespace sunfleck {

// Mean, deviation and extremes of samples that come one at a time; numbers are in the samples'
// unit. A sample that is not finite is missing: it is counted as such and changes nothing else.
//
// Source: Welford (1962), "Note on a method for calculating corrected sums of squares and
// products", with both running sums compensated, so that they hold for as long as a capture lasts.
// combined() is equation 1.5 of Chan, Golub and LeVeque (1983), "Algorithms for computing the
// sample variance".
class Statistics {
 public:
  void add(double sample);
  void add(std::span<const float> samples);

  // What adding the samples of both to one would have given, up to rounding.
  friend Statistics combined(const Statistics& a, const Statistics& b);

  std::uint64_t count() const { return count_; }      // finite samples
  std::uint64_t missing() const { return missing_; }  // those that were not
  // Not a number, each of them, while there is no finite sample.
  double mean() const;
  double low() const { return low_; }
  double high() const { return high_; }
  // Of the samples as drawn from a larger set (n - 1 in the denominator); 0 of a single sample.
  double deviation() const;

 private:
  std::uint64_t count_ = 0;
  std::uint64_t missing_ = 0;
  CompensatedSum mean_;
  CompensatedSum squares_;  // sum of squared distances from the mean
  double low_ = std::numeric_limits<double>::quiet_NaN();
  double high_ = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace sunfleck
