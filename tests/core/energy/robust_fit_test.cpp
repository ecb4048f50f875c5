#include "core/energy/robust_fit.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/base/random.h"

namespace sunfleck {
namespace {

// y = 3 a + 0.5 b with one percent of noise, and every tenth far off.
Observations rows_with_outliers(std::size_t count, double off) {
  Random random(5, "rows");
  Observations rows{.columns = 2};
  for (std::size_t i = 0; i < count; ++i) {
    const double a = 1.0 + 20.0 * random.uniform();
    const double b = 1.0 + 50.0 * random.uniform();
    double y = (3.0 * a + 0.5 * b) * (1.0 + 0.01 * random.normal());
    if (i % 10 == 3) y *= off;
    rows.x.insert(rows.x.end(), {a, b});
    rows.y.push_back(y);
    rows.sigma.push_back(0.01 * y);
  }
  return rows;
}

TEST(RobustFit, IsNotBentByOutliersThatBendLeastSquares) {
  const Observations rows = rows_with_outliers(60, 1.5);
  const RobustFit fit = fit_robustly(rows);
  EXPECT_NEAR(fit.coefficients[0], 3.0, 0.03);
  EXPECT_NEAR(fit.coefficients[1], 0.5, 0.02);
  EXPECT_EQ(fit.weights[3], 0.0);
  const std::vector<double> plain = fit_non_negative(rows, {});
  EXPECT_GT(std::abs(plain[0] - 3.0) + std::abs(plain[1] - 0.5), 0.1);
}

// By hand: rows 2 = a and 1 = a + b would give b = -1; with b = 0, a is their mean.
TEST(RobustFit, KeepsACoefficientAtZeroRatherThanBelow) {
  const Observations rows{
      .columns = 2, .x = {1.0, 0.0, 1.0, 1.0}, .y = {2.0, 1.0}, .sigma = {1.0, 1.0}};
  const std::vector<double> found = fit_non_negative(rows, {});
  EXPECT_NEAR(found[0], 1.5, 1e-9);
  EXPECT_EQ(found[1], 0.0);
}

TEST(RobustFit, NamesColumnsThatSayNothingNew) {
  Observations rows{.columns = 4};
  for (int i = 1; i <= 6; ++i) {
    const double a = i;
    const double b = i * i;
    rows.x.insert(rows.x.end(), {a, 2.0 * a, 0.0, b});
    rows.y.push_back(1.0);
    rows.sigma.push_back(1.0);
  }
  constexpr std::array<std::size_t, 4> order{0, 1, 2, 3};
  const IndependentColumns found = independent_columns(rows, order, 0.01);
  EXPECT_EQ(found.kept, (std::vector<std::size_t>{0, 3}));
  ASSERT_EQ(found.dropped.size(), 2U);
  EXPECT_EQ(found.dropped[0].column, 1U);
  EXPECT_EQ(found.dropped[0].explained_by.front(), 0U);
  EXPECT_TRUE(found.dropped[1].explained_by.empty()) << "zeroes need no explanation";
}

}  // namespace
}  // namespace sunfleck
