#include "core/compare/power_model.h"

#include <gtest/gtest.h>

namespace sunfleck {
namespace {

// Boards at which three networks take 1 s each, at these powers.
std::vector<MeasuredSet> boards(const std::vector<std::vector<double>>& powers) {
  std::vector<MeasuredSet> sets;
  for (const std::vector<double>& board : powers) {
    sets.push_back({.name = "board", .time = {}, .energy = {}});
    for (const double power : board) {
      sets.back().time.push_back({1.0});
      sets.back().energy.push_back({power});
    }
  }
  return sets;
}

// By hand, for the first network of the first board: its power, 3, is told from 1 and 2.
TEST(PowerModel, TellsANetworkFromTheOthersOfItsBoard) {
  const std::vector<ModelErrors> models =
      leave_one_out(boards({{3, 1, 2}, {4, 2, 2}}), {100, 200, 300});
  ASSERT_EQ(models.size(), 6U);
  // Least squares of P/1 - 1 and P/2 - 1: (1 + 1/2) / (1 + 1/4) = 1.2.
  EXPECT_NEAR(models[0].errors[0][0], 1.0 - 1.2 / 3.0, 1e-12);
  EXPECT_NEAR(models[1].errors[0][0], 1.0 - 1.5 / 3.0, 1e-12) << "mean 1.5";
  EXPECT_NEAR(models[2].errors[0][0], 1.0 - 1.41421356 / 3.0, 1e-8) << "root of 2";
  EXPECT_NEAR(models[3].errors[0][0], 1.0 - 1.41421356 / 3.0, 1e-8) << "median of two logarithms";
  // On the other board that network takes twice the median of the others.
  EXPECT_NEAR(models[4].errors[0][0], 1.0 - 2.0 * 1.41421356 / 3.0, 1e-8);
}

TEST(PowerModel, ThatHoldsHasNoError) {
  for (const ModelErrors& errors : leave_one_out(boards({{2, 2, 2}, {5, 5, 5}}), {1, 10, 100})) {
    SCOPED_TRACE(errors.model.name);
    EXPECT_NEAR(errors.worst, 0.0, 1e-12);
    EXPECT_NEAR(errors.set_worst, 0.0, 1e-12);
  }
}

// Powers that grow with the square root of multiply-accumulates by time: only one model knows.
TEST(PowerModel, FindsTheExponentOfTheRate) {
  const std::vector<ModelErrors> models =
      leave_one_out(boards({{1, 2, 4}, {3, 6, 12}, {2, 4, 8}}), {1, 4, 16});
  EXPECT_NEAR(models.back().worst, 0.0, 1e-12);
  EXPECT_GT(models.front().mean, 0.3);
}

}  // namespace
}  // namespace sunfleck
