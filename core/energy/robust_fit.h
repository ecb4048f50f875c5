#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sunfleck {

// Measured numbers and what they are to be explained by.
struct Observations {
  std::size_t columns = 0;
  std::vector<double> x{};      // [rows * columns], row by row
  std::vector<double> y{};      // [rows]
  std::vector<double> sigma{};  // [rows] > 0, one deviation of y, in its unit

  std::size_t rows() const { return y.size(); }
  std::span<const double> row(std::size_t i) const { return {&x[i * columns], columns}; }
};

struct RobustFit {
  std::vector<double> coefficients{};  // [columns] >= 0
  std::vector<double> weights{};       // [rows] that the loss left: 1 trusted, 0 an outlier
  double scale = 1.0;  // of the residuals in units of sigma: 1.4826 times their median size
};

// The coefficients >= 0 with the least sum of squares of (y - x b) / sigma, each row weighted.
//
//   weights   [rows] >= 0, or empty: all 1
//   returns   [columns]; 0 of a column that has nothing but zeroes
//
// Source: active-set method of Lawson and Hanson, "Solving Least Squares Problems" (1974), ch. 23,
// on the normal equations of columns scaled to length 1.
std::vector<double> fit_non_negative(
    const Observations& observations, std::span<const double> weights);

// The same with a loss that outliers cannot bend: iteratively reweighted from plain least squares
// by Huber's weights (1.345), whose scale is that of the residuals of each step, then with that
// last scale by Tukey's biweight (4.685).
//
//   observations   at least one row
//
// Source: Huber (1964); Beaton and Tukey (1974); the constants have 95 % efficiency for normal
// errors. The scale is corrected for the columns by sqrt(rows / (rows - columns)).
RobustFit fit_robustly(const Observations& observations);

// Goes on from a fit of other rows of the same kind: Tukey's biweight with its scale alone.
RobustFit fit_robustly_from(const RobustFit& start, const Observations& observations);

// Columns that say nothing which those before them do not say.
//
//   order     columns, the most welcome first
//   kept      of them, in that order
//   dropped   the others, each with the kept ones that explain it; none of those for a column of
//             zeroes
struct IndependentColumns {
  struct Dropped {
    std::size_t column = 0;
    std::vector<std::size_t> explained_by{};
  };
  std::vector<std::size_t> kept{};
  std::vector<Dropped> dropped{};
};
// A column is dropped when less than `least` of its length is orthogonal to those that are kept.
// Rows are divided by sigma first.
IndependentColumns independent_columns(
    const Observations& observations, std::span<const std::size_t> order, double least);

// The ratio of the largest to the least singular value of the columns, scaled to length 1 after
// division by sigma; at least 1.
double condition_of(const Observations& observations);

}  // namespace sunfleck
