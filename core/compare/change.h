#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/compare/rank_test.h"

namespace sunfleck {

// Numbers from low to high: a 95 % interval.
struct Range {
  double low = 0.0;
  double high = 0.0;
};

// Samples of one quantity of a group, and what their measurement leaves open of their mean.
struct Samples {
  std::vector<double> values{};  // [n], n >= 1
  double measurement = 0.0;      // one deviation of the mean

  double mean() const;
  // Of the mean, one deviation: the scatter of the samples (none is known of a single one) and the
  // measurement together.
  double deviation() const;
};

struct Significance {
  RankTest rank;
  double p_adjusted = 1.0;   // rank.p, for having looked at several rows
  double p_bootstrap = 1.0;  // two-sided, that the ratio of the means is 1
};

// A group against the baseline, in one quantity.
struct Change {
  double difference = 0.0;
  std::optional<Range> difference_range;  // nothing when neither scatter nor measurement is known
  std::optional<double> ratio;            // nothing when the baseline's mean is 0
  std::optional<Range> ratio_range;
  std::optional<Significance> significance;  // with two samples or more on both sides
};

// Which samples the resamples of a bootstrap consist of. Drawn once for a group and used for all
// its quantities, so that what belongs together is drawn together.
class Resamples {
 public:
  // `samples` >= 1; the same seed and stream give the same resamples.
  Resamples(std::size_t samples, std::uint64_t seed, std::string_view stream);

  static constexpr std::size_t count = 1000;
  // The mean of each resample.
  //
  //   values   [samples]
  //   returns  [count]
  std::vector<double> means(std::span<const double> values) const;

 private:
  std::size_t samples_;
  std::vector<std::uint32_t> chosen_;  // [count][samples]
};

// What a group's mean differs from the baseline's.
//
// With two samples or more on both sides: the difference's interval is that of Welch's t; the
// ratio's is that of its bootstrap (percentiles) from 8 samples on each side on, and below, where
// so few resamples are possible that it would be too narrow, that of its linearised error and
// Welch's t. With a single sample on a side nothing is known of its scatter, and the interval is
// that of the deviations alone, by the normal law. All are widened by the measurement, as squares
// add.
//
//   baseline_means, means   of their resamples
//
// Source: Welch (1947), "The generalization of Student's problem"; Efron and Tibshirani, "An
// Introduction to the Bootstrap", chapters 13 and 16.
Change change_between(
    const Samples& baseline, std::span<const double> baseline_means, const Samples& samples,
    std::span<const double> means);

// Holm's step-down adjustment of p values for their number, so that the chance of one false alarm
// among all stays below each.
//
// Source: Holm (1979), "A simple sequentially rejective multiple test procedure".
std::vector<double> holm_adjusted(std::span<const double> p);

// The 97.5 % point of Student's t; `freedom` >= 1. Of a freedom that is not whole: that of the
// whole number below, which is the wider.
// Source: the usual table, to 3 decimals, for 1 to 30; beyond, 1.960 + 2.5 / freedom, within 0.002.
double student_975(double freedom);

}  // namespace sunfleck
