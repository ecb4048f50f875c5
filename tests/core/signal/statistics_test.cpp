#include "core/signal/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/base/random.h"
#include "core/signal/trace.h"

namespace sunfleck {
namespace {

Statistics of(const std::vector<double>& samples) {
  Statistics statistics;
  for (const double sample : samples)
    statistics.add(sample);
  return statistics;
}

// By hand: mean 40 / 8, squared distances 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32, over 7.
TEST(Statistics, HaveMeanDeviationAndExtremes) {
  const Statistics statistics = of({2, 4, 4, 4, 5, 5, 7, 9});
  EXPECT_EQ(statistics.count(), 8U);
  EXPECT_DOUBLE_EQ(statistics.mean(), 5.0);
  EXPECT_DOUBLE_EQ(statistics.deviation(), std::sqrt(32.0 / 7.0));
  EXPECT_EQ(statistics.low(), 2.0);
  EXPECT_EQ(statistics.high(), 9.0);
}

// Samples 0 ... n-1: mean (n - 1) / 2, variance n (n + 1) / 12 with n - 1 in the denominator.
TEST(Statistics, AgreeWithTheClosedFormOfARampHighAboveZero) {
  constexpr int n = 100000;
  Statistics statistics;
  for (int i = 0; i < n; ++i)
    statistics.add(1e9 + i);
  EXPECT_DOUBLE_EQ(statistics.mean(), 1e9 + (n - 1) / 2.0);
  EXPECT_NEAR(statistics.deviation() / std::sqrt(n * (n + 1.0) / 12.0), 1.0, 1e-12);
}

// A million times the same three samples: the mean is theirs. Without compensation the running mean
// is off by thousands of units in the last place by then.
TEST(Statistics, DoNotDriftOverALongCapture) {
  const std::vector<float> block{0.1F, 0.7F, 0.4F};
  Statistics statistics;
  for (int i = 0; i < 1000000; ++i)
    statistics.add(block);
  EXPECT_EQ(statistics.count(), 3000000U);
  EXPECT_DOUBLE_EQ(
      statistics.mean(), (double{block[0]} + double{block[1]} + double{block[2]}) / 3.0);
}

TEST(Statistics, CountWhatIsNotFiniteAsMissing) {
  const Statistics statistics = of({1.0, NAN, 3.0, HUGE_VAL, -HUGE_VAL});
  EXPECT_EQ(statistics.count(), 2U);
  EXPECT_EQ(statistics.missing(), 3U);
  EXPECT_DOUBLE_EQ(statistics.mean(), 2.0);
  EXPECT_DOUBLE_EQ(statistics.deviation(), std::sqrt(2.0));
  EXPECT_EQ(statistics.low(), 1.0);
  EXPECT_EQ(statistics.high(), 3.0);
}

TEST(Statistics, AreNotNumbersWithoutSamples) {
  const Statistics none = of({NAN});
  EXPECT_TRUE(std::isnan(none.mean()) && std::isnan(none.deviation()));
  EXPECT_TRUE(std::isnan(none.low()) && std::isnan(none.high()));
  EXPECT_EQ(of({4.0}).deviation(), 0.0);
}

TEST(Statistics, CombinedAreThoseOfAllSamplesAtOnce) {
  Random random(3, "statistics");
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE(round);
    const double offset = 1e6 * (random.uniform() - 0.5);
    Statistics together;
    Statistics sum;
    for (std::uint64_t part = 0, parts = 1 + random.below(6); part < parts; ++part) {
      Statistics alone;
      for (std::uint64_t i = 0, count = random.below(300); i < count; ++i) {
        const double sample = random.below(10) == 0 ? NAN : offset + random.normal();
        alone.add(sample);
        together.add(sample);
      }
      sum = combined(sum, alone);
    }
    EXPECT_EQ(sum.count(), together.count());
    EXPECT_EQ(sum.missing(), together.missing());
    if (together.count() == 0) continue;
    EXPECT_NEAR(sum.mean(), together.mean(), 1e-9);
    EXPECT_NEAR(sum.deviation(), together.deviation(), 1e-9);
    EXPECT_EQ(sum.low(), together.low());
    EXPECT_EQ(sum.high(), together.high());
  }
}

// 1 + 1e100 + 1 - 1e100 is 2; both a plain and Kahan's own sum give 0 (Neumaier's example).
TEST(CompensatedSum, KeepsWhatALargeTermHides) {
  CompensatedSum sum;
  for (const double term : {1.0, 1e100, 1.0, -1e100})
    sum.add(term);
  EXPECT_EQ(sum.value(), 2.0);
}

TEST(Trace, TellsTheTimeOfASampleExactly) {
  const Trace trace{
      .unit = "A", .period = RunTime(10000), .first = 3'000'000'000'000, .samples = {1.0F, 2.0F}};
  EXPECT_EQ(trace.time_of(1), RunTime(30'000'000'000'010'000));
}

}  // namespace
}  // namespace sunfleck
