#include "core/compare/comparison.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sunfleck {
namespace {

Share share(Activity activity, double milliseconds, double microjoules, double uncertainty = 0.0) {
  return {
      .activity = activity,
      .layer = no_layer,
      .spans = 1,
      .time = {milliseconds * 1e-3},
      .energy = {microjoules * 1e-6},
      .uncertainty = {uncertainty * 1e-6}};
}

Attribution attribution_of(std::vector<Share> shares) {
  Attribution attribution;
  attribution.shares = std::move(shares);
  return attribution;
}

TEST(Comparison, SetsTwoRunsAgainstEachOtherByTheInference) {
  const Attribution restart = attribution_of(
      {share(Activity::boot, 5, 50), share(Activity::compute, 200, 1000, 3),
       share(Activity::telemetry, 10, 60), share(Activity::sleep, 100, 1)});
  const Attribution tile = attribution_of(
      {share(Activity::off, 70, 0), share(Activity::boot, 8, 80),
       share(Activity::compute, 102, 510, 4), share(Activity::checkpoint, 6, 30),
       share(Activity::re_execution, 4, 10), share(Activity::telemetry, 40, 300)});
  // 2 inferences of 100 ms and 500 uJ; 1 of 112 ms and 550 uJ.
  const Result<Comparison> compared = compare({2, &restart}, {1, &tile});
  ASSERT_TRUE(compared) << compared.error().text;
  EXPECT_NEAR(compared->work.time_ratio(), 1.12, 1e-12);
  EXPECT_NEAR(compared->work.energy_ratio(), 1.10, 1e-12);
  // 1.5 of 500 and 4 of 550, squared and added: 1.1 * hypot(0.003, 0.00727).
  EXPECT_NEAR(compared->work.energy_ratio_uncertainty(), 0.00865, 1e-5);
  EXPECT_NEAR(compared->active.run.time.si, 0.160, 1e-12);
  EXPECT_NEAR(compared->re_executed, 4.0 / 160.0, 1e-12);
  EXPECT_EQ(compared->re_executed_baseline, 0.0);
  ASSERT_EQ(compared->activities.size(), 6U) << "off is no cost of the board";
  EXPECT_EQ(compared->activities.front().activity, Activity::boot);
}

TEST(Comparison, RefusesRunsThatFinishedNothing) {
  const Attribution some = attribution_of({share(Activity::compute, 1, 1)});
  const Attribution none;
  EXPECT_EQ(
      compare({0, &some}, {1, &some}).error().text,
      "the baseline finished no inference to compare by");
  EXPECT_EQ(
      compare({1, &some}, {1, &none}).error().text, "the run has no attributed energy to compare");
}

}  // namespace
}  // namespace sunfleck
