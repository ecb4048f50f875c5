#include "core/signal/length_distribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/base/random.h"

namespace sunfleck {
namespace {

using namespace std::chrono_literals;

TEST(LengthDistribution, IsEmptyAtFirst) {
  const LengthDistribution none;
  EXPECT_EQ(none.count(), 0U);
  EXPECT_EQ(none.quantile(0.5), RunTime{});
  EXPECT_EQ(none.mean(), Seconds{});
}

TEST(LengthDistribution, EqualLengthsAreKeptExactly) {
  LengthDistribution lengths;
  for (int i = 0; i < 1000; ++i)
    lengths.add(123'456'789ns);
  for (const double share : {0.0, 0.5, 1.0})
    EXPECT_EQ(lengths.quantile(share), 123'456'789ns);
  EXPECT_NEAR(lengths.mean().si, 0.123456789, 1e-15);
}

TEST(LengthDistribution, QuantilesOfAnySizeAreWithinTheirClass) {
  LengthDistribution lengths;
  std::vector<RunTime> all;
  Random random(7, "lengths");
  for (int i = 0; i < 5000; ++i) {
    all.push_back(RunTime(static_cast<std::int64_t>(random.bits() >> (random.bits() % 62U + 1U))));
    lengths.add(all.back());
  }
  std::ranges::sort(all);
  for (const double share : {0.01, 0.1, 0.5, 0.9, 0.99}) {
    const RunTime exact = all[static_cast<std::size_t>(share * 5000.0) - 1];
    EXPECT_NEAR(to_seconds(lengths.quantile(share)) / to_seconds(exact), 1.0, 0.017) << share;
  }
  EXPECT_EQ(lengths.shortest(), all.front());
  EXPECT_EQ(lengths.longest(), all.back());
}

TEST(LengthDistribution, TakesTheShortestAndTheLongestTimes) {
  LengthDistribution lengths;
  lengths.add(RunTime{});
  lengths.add(RunTime::max());
  EXPECT_EQ(lengths.quantile(0.0), RunTime{});
  EXPECT_EQ(lengths.longest(), RunTime::max());
}

}  // namespace
}  // namespace sunfleck
