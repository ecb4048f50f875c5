#include "core/compare/rank_test.h"

#include <gtest/gtest.h>

#include <vector>

namespace sunfleck {
namespace {

TEST(RankTest, CountsPairsAndIsExactForFewSamples) {
  const std::vector<double> a{19, 22, 16, 29, 24};
  const std::vector<double> b{20, 11, 17, 12};
  const RankTest test = mann_whitney(a, b);
  // By hand: 19 is above 3 of b, 22 above 4, 16 above 2, 29 above 4, 24 above 4: 17 of 20 pairs.
  EXPECT_EQ(test.u, 17.0);
  EXPECT_DOUBLE_EQ(test.delta, 0.7);
  EXPECT_TRUE(test.exact);
  // scipy 1.10.1, stats.mannwhitneyu(a, b, method="exact"): U = 17, p = 1/9.
  EXPECT_NEAR(test.p, 1.0 / 9.0, 1e-12);
}

TEST(RankTest, IsThePublishedTableAtItsCriticalValues) {
  // Table of critical U, two-sided 0.05 (Siegel, "Nonparametric statistics", table K): 2 for 5 and
  // 5, 13 for 8 and 8, 23 for 10 and 10. At that U the p is at most 0.05, one above it is not.
  for (const auto& [n, critical] : {std::pair{5, 2}, {8, 13}, {10, 23}}) {
    SCOPED_TRACE(n);
    for (const int u : {critical, critical + 1}) {
      std::vector<double> a, b;
      for (int i = 0; i < n; ++i)
        b.push_back(i + 1.0);
      // `u` pairs: whole samples above all of b, one above some of it, the others below all.
      for (int i = 0; i < n; ++i)
        a.push_back(i < u / n ? n + 2.0 + i : i == u / n ? u % n + 0.5 : -1.0 - i);
      const RankTest test = mann_whitney(a, b);
      ASSERT_EQ(test.u, u);
      EXPECT_EQ(test.p <= 0.05, u == critical) << test.p;
    }
  }
}

TEST(RankTest, TiesShareTheirRanks) {
  const std::vector<double> a{1, 2, 2, 3, 5};
  const std::vector<double> b{2, 3, 3, 4, 6, 7};
  const RankTest test = mann_whitney(a, b);
  // scipy 1.10.1: U = 7; p over all 462 ways to deal out the mid-ranks, counted with
  // itertools.combinations: 79 of them.
  EXPECT_EQ(test.u, 7.0);
  EXPECT_NEAR(test.p, 79.0 / 462.0, 1e-12);
  const RankTest same = mann_whitney(std::vector<double>(4, 1.0), std::vector<double>(30, 1.0));
  EXPECT_EQ(same.p, 1.0);
  EXPECT_EQ(same.delta, 0.0);
}

TEST(RankTest, GoesByTheNormalLawBeyondTwentySamples) {
  const std::vector<double> a{1, 2, 2, 3, 3, 3, 4, 5, 5, 6, 7, 8};
  const std::vector<double> b{3, 3, 4, 5, 5, 6, 6, 7, 8, 8, 9, 10, 11};
  const RankTest test = mann_whitney(a, b);
  EXPECT_FALSE(test.exact);
  // scipy 1.10.1, method="asymptotic": U = 36, p = 0.022887119488414653.
  EXPECT_EQ(test.u, 36.0);
  EXPECT_NEAR(test.p, 0.022887119488414653, 1e-12);
}

TEST(RankTest, ThreeAgainstThreeCanNeverBeSignificant) {
  const RankTest test = mann_whitney(std::vector<double>{1, 2, 3}, std::vector<double>{7, 8, 9});
  EXPECT_NEAR(test.p, 0.1, 1e-12) << "2 of the 20 ways";
  EXPECT_EQ(test.delta, -1.0);
}

}  // namespace
}  // namespace sunfleck
