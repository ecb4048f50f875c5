#pragma once

#include <cmath>

namespace sunfleck {

// A sum whose rounding error does not grow with the number of terms.
//
// Source: Neumaier (1974), "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher
// Summen", the improved Kahan-Babuska algorithm. Error: about one unit in the last place of the
// result, plus n^2 eps^2 times the sum of the absolute terms.
class CompensatedSum {
 public:
  void add(double term) {
    const double sum = sum_ + term;
    const bool term_is_smaller = std::abs(sum_) >= std::abs(term);
    lost_ += term_is_smaller ? (sum_ - sum) + term : (term - sum) + sum_;
    sum_ = sum;
  }
  void add(const CompensatedSum& other) {
    add(other.sum_);
    lost_ += other.lost_;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0.0;
  double lost_ = 0.0;  // what rounding took from sum_ so far
};

}  // namespace sunfleck
