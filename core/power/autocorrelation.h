#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace sunfleck {

// The autocorrelation of a signal at lags from one sample to half of its length, in one pass and in
// memory that grows with the logarithm of the length.
//
// Level 0 correlates the samples at lags 1 to 16, level n the means of 2^n samples at 16 lags of
// 2^n samples each, so that every lag beyond the first is known within an eighth. A mean over a
// block of length d instead of a sample changes an exponential autocorrelation of time t by the
// factor (sinh(y) / y)^2, y = d / 2t: 0.5 % at a lag of t in 8 blocks, the worst case. Each
// covariance takes the means of the two stretches that it compares, and is divided by the variance
// of the samples.
//
// Source: the multiple-tau correlator of light scattering, in the form of Ramirez, Sukumaran,
// Vorselaars and Likhtman, J. Chem. Phys. 133, 154103 (2010), with averages of two.
class Autocorrelation {
 public:
  // `count` samples of the same value; finite.
  void add(double value, std::uint64_t count = 1);

  // The lag in samples at which the autocorrelation first falls to 1/e, on a line between two lags
  // in the logarithm of the correlation; nothing when it does not within half of the length, or
  // when nothing varies.
  std::optional<double> decay() const;

 private:
  static constexpr std::size_t lags = 16;

  // Of the means of 2^n samples, less the first sample of all.
  struct Level {
    // The last values, the newest before `end`; before the first there are zeros. Those from
    // `begin` on are in none of the sums yet.
    std::array<double, 8 * lags> recent{};
    std::size_t begin = lags;
    std::size_t end = lags;
    std::array<double, lags> first{};
    std::array<double, lags> products{};  // of values `lags - i` apart
    double squares = 0.0;
    double sum = 0.0;
    std::uint64_t count = 0;
    std::optional<double> half{};  // of a mean for the next level

    void add(double value);
    void correlate();
    void add_same(double value, std::uint64_t more);
    double covariance(std::size_t lag) const;
  };

  struct Point {
    double lag;
    double correlation;
  };

  // At lags from 0 to half of the length; none when nothing varies.
  std::vector<Point> points() const;
  void add_to(std::size_t level, double value, std::uint64_t count);
  void add_one(std::size_t level, double value);

  std::vector<Level> levels_;
  double origin_ = 0.0;
};

}  // namespace sunfleck
