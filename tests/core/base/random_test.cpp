#include "core/base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace sunfleck {
namespace {

TEST(Random, IsTheSameForTheSameSeedAndStreamOnly) {
  Random one(7, "meter");
  Random same(7, "meter");
  Random other_stream(7, "sram");
  Random other_seed(8, "meter");
  const std::uint64_t first = one.bits();
  EXPECT_EQ(first, same.bits());
  EXPECT_NE(first, other_stream.bits());
  EXPECT_NE(first, other_seed.bits());
}

TEST(Random, NormalHasTheMomentsOfTheNormalDistribution) {
  Random random(1);
  constexpr int count = 200'000;
  double sum = 0.0;
  double squares = 0.0;
  int beyond_two = 0;
  for (int i = 0; i < count; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
    if (std::abs(x) > 2.0) ++beyond_two;
  }
  // Five standard errors of each estimate; P(|x| > 2) = 0.0455.
  EXPECT_NEAR(sum / count, 0.0, 0.0112);
  EXPECT_NEAR(squares / count, 1.0, 0.0158);
  EXPECT_NEAR(beyond_two / double{count}, 0.0455, 0.0024);
}

TEST(Random, BelowIsEvenAndInRange) {
  Random random(2);
  std::array<int, 6> seen{};
  for (int i = 0; i < 60'000; ++i)
    ++seen.at(random.below(6));
  for (const int count : seen)
    EXPECT_NEAR(count, 10'000, 460);  // five standard errors
}

TEST(Random, UniformStaysBelowOne) {
  Random random(3);
  for (int i = 0; i < 10'000; ++i) {
    const double x = random.uniform();
    EXPECT_GE(x, 0.0);
    EXPECT_LT(x, 1.0);
  }
}

}  // namespace
}  // namespace sunfleck
