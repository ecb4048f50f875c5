#pragma once

#include <span>

namespace sunfleck {

// Whether two sets of samples differ in where they lie.
struct RankTest {
  double u = 0.0;      // pairs in which `a` is the larger; a tie counts half
  double p = 1.0;      // that U is as far from its mean or farther, were both of one distribution
  double delta = 0.0;  // Cliff's delta: 1 when every a is above every b, -1 when below, 0: alike
  bool exact = false;  // p counts all ways to deal the samples out; otherwise the normal law
};

// The Mann-Whitney U test, two-sided. Samples that are equal share the mean of their ranks.
//
//   a, b     [n], [m] finite, n and m >= 1
//   returns  p exact, ties included, for n + m <= 20; beyond, of the normal law with the variance
//            that ties leave and a continuity correction of one half
//
// Source: Mann and Whitney (1947), "On a test of whether one of two random variables is
// stochastically larger than the other"; the tie correction and the distribution given the ties of
// Lehmann, "Nonparametrics", section 1.4; Cliff (1993), "Dominance statistics". The error of the
// normal p is below 0.01 from n = m = 10 on.
RankTest mann_whitney(std::span<const double> a, std::span<const double> b);

}  // namespace sunfleck
