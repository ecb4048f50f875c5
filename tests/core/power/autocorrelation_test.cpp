#include "core/power/autocorrelation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "core/base/random.h"

namespace sunfleck {
namespace {

// x' = f x + noise: an autocorrelation of f^k = e^{-k / time}.
class FirstOrder {
 public:
  FirstOrder(double time, std::uint64_t seed)
      : random_(seed, "first order"), factor_(std::exp(-1.0 / time)) {}
  double next() {
    value_ = factor_ * value_ + std::sqrt(1.0 - factor_ * factor_) * random_.normal();
    return value_;
  }

 private:
  Random random_;
  double factor_;
  double value_ = 0.0;
};

TEST(Autocorrelation, OfAProcessOfFirstOrderFallsInItsTime) {
  for (const double time : {0.7, 3.0, 20.0, 150.0}) {
    FirstOrder process(time, 17);
    Autocorrelation autocorrelation;
    for (int i = 0; i < 200'000; ++i)
      autocorrelation.add(1e-3 + 1e-4 * process.next());
    ASSERT_TRUE(autocorrelation.decay()) << time;
    // By Bartlett's formula the correlation at a lag of `time` of n samples has a deviation of
    // 0.77 sqrt(time / n), and the slope there is 1 / (e time).
    EXPECT_NEAR(*autocorrelation.decay() / time, 1.0, 0.006 + 3.0 * 2.1 * std::sqrt(time / 2e5))
        << time;
  }
}

TEST(Autocorrelation, IsThatOfTheDefinition) {
  // Directly: the covariance of the two stretches, over the variance of all, at the sixteen lags
  // that are not averaged.
  FirstOrder process(8.0, 23);
  std::vector<double> values(4000);
  Autocorrelation autocorrelation;
  for (double& value : values)
    autocorrelation.add(value = 5.0 + process.next());
  const auto covariance = [&values](std::size_t lag) {
    const std::size_t pairs = values.size() - lag;
    double a = 0.0;
    double b = 0.0;
    double ab = 0.0;
    for (std::size_t i = 0; i < pairs; ++i) {
      a += values[i];
      b += values[i + lag];
      ab += values[i] * values[i + lag];
    }
    const auto n = static_cast<double>(pairs);
    return ab / n - a / n * b / n;
  };
  std::size_t lag = 1;
  while (covariance(lag) / covariance(0) > 1.0 / std::numbers::e)
    ++lag;
  ASSERT_LE(lag, 16U);
  const double before = std::log(covariance(lag - 1) / covariance(0));
  const double here = std::log(covariance(lag) / covariance(0));
  ASSERT_TRUE(autocorrelation.decay());
  EXPECT_NEAR(
      *autocorrelation.decay(), static_cast<double>(lag) - 1.0 + (before + 1.0) / (before - here),
      1e-9);
}

TEST(Autocorrelation, OfARepeatedSwitchIsWhereItsTriangleCrosses) {
  // On for 500 and off for 500 samples, many times: 1 - 2 k / 500 until k = 500.
  Autocorrelation autocorrelation;
  for (int i = 0; i < 200; ++i)
    autocorrelation.add(i % 2 == 0 ? 2.0 : 0.0, 500);
  ASSERT_TRUE(autocorrelation.decay());
  EXPECT_NEAR(*autocorrelation.decay(), 250.0 * (1.0 - 1.0 / std::numbers::e), 3.0);
}

TEST(Autocorrelation, IsTheSameForSamplesInRunsAndOneByOne) {
  Random random(29, "runs");
  for (int trial = 0; trial < 100; ++trial) {
    Autocorrelation runs;
    Autocorrelation single;
    for (int i = 0; i < 40; ++i) {
      const double value = random.uniform();
      const std::uint64_t count = random.below(random.below(2) == 0 ? 5 : 200);
      runs.add(value, count);
      for (std::uint64_t n = 0; n < count; ++n)
        single.add(value);
    }
    ASSERT_EQ(runs.decay().has_value(), single.decay().has_value());
    if (runs.decay()) {
      EXPECT_NEAR(*runs.decay(), *single.decay(), 1e-6 * *single.decay());
    }
  }
}

TEST(Autocorrelation, OfRunsOfAnyLengthTakesNoTime) {
  // On and off for 2^50 samples each: as above.
  Autocorrelation autocorrelation;
  constexpr std::uint64_t length = std::uint64_t{1} << 50U;
  for (int i = 0; i < 100; ++i)
    autocorrelation.add(i % 2 == 0 ? 1.0 : 0.0, length);
  ASSERT_TRUE(autocorrelation.decay());
  EXPECT_NEAR(
      *autocorrelation.decay() / static_cast<double>(length), 0.5 * (1.0 - 1.0 / std::numbers::e),
      0.005);
}

TEST(Autocorrelation, HasNoTimeWithoutVariationOrWithinHalfTheLength) {
  Autocorrelation none;
  EXPECT_FALSE(none.decay());
  Autocorrelation constant;
  constant.add(0.1, 12345);
  EXPECT_FALSE(constant.decay());
  Autocorrelation single;
  single.add(1.0);
  EXPECT_FALSE(single.decay());
  Autocorrelation pair;
  pair.add(1.0);
  pair.add(2.0);
  EXPECT_TRUE(pair.decay());  // lag 1 has one pair, whose covariance is none
}

}  // namespace
}  // namespace sunfleck
