#include "core/compare/comparison.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/random.h"

namespace sunfleck {
namespace {

Share share(
    Activity activity, double milliseconds, double microjoules, double uncertainty = 0.0,
    std::uint16_t layer = no_layer) {
  return {
      .activity = activity,
      .layer = layer,
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

// A run whose inferences compute layer 0 and 1, at 100 uJ and 50 uJ times `scale`, with a noise of
// 1 % of each; both run for 10 ms.
Attribution inferences(std::uint32_t count, double scale, std::uint64_t seed) {
  Random random(seed, "inferences");
  Attribution attribution;
  for (std::uint16_t layer = 0; layer < 2; ++layer) {
    Share sum = share(Activity::compute, 0, 0, 0.1, layer);
    for (std::uint32_t index = 0; index < count; ++index) {
      const Joules energy{scale * (layer == 0 ? 100e-6 : 50e-6) * (1.0 + 0.01 * random.normal())};
      attribution.by_inference.push_back(
          {.index = index,
           .activity = Activity::compute,
           .layer = layer,
           .time = {0.01},
           .energy = energy,
           .uncertainty = {}});
      sum.energy += energy;
      sum.time += {0.01};
    }
    attribution.shares.push_back(sum);
  }
  return attribution;
}

const std::vector<std::string> two_layers{"CONV_2D", "FULLY_CONNECTED"};

const ComparisonRow* layer_row(const Comparison& comparison, std::uint16_t layer, const char* op) {
  for (const ComparisonRow& row : comparison.rows)
    if (row.key.kind == RowKind::layer && row.key.layer == layer && row.key.op == op) return &row;
  return nullptr;
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
  const Result<Comparison> compared =
      compare({{"restart", {{2, &restart, {}}}}, {"tile", {{1, &tile, {}}}}});
  ASSERT_TRUE(compared) << compared.error().text;
  const GroupCost& work = *compared->row(RowKind::work)->groups[1];
  EXPECT_NEAR(*work.time.change->ratio, 1.12, 1e-12);
  EXPECT_NEAR(*work.energy.change->ratio, 1.10, 1e-12);
  EXPECT_NEAR(work.energy.change->difference, 50e-6, 1e-15);
  // 1.5 of 500 and 4 of 550, squared and added: 1.1 * hypot(0.003, 0.00727) = 0.00865.
  EXPECT_NEAR(work.energy.change->ratio_range->high - 1.1, 1.959964 * 0.00865, 2e-5);
  EXPECT_FALSE(work.energy.change->significance) << "one sample each";
  EXPECT_FALSE(work.time.change->ratio_range) << "nothing is known of its error";
  EXPECT_NEAR(compared->row(RowKind::active)->groups[1]->time.mean, 0.160, 1e-12);
  EXPECT_NEAR(compared->groups[1].re_executed, 4.0 / 160.0, 1e-12);
  EXPECT_EQ(compared->groups[0].re_executed, 0.0);
  std::size_t activities = 0;
  for (const ComparisonRow& row : compared->rows)
    if (row.key.kind == RowKind::activity) ++activities;
  EXPECT_EQ(activities, 6U) << "off is no cost of the board";
}

TEST(Comparison, TakesTheInferencesOfSingleRunsAsSamples) {
  const Attribution before = inferences(20, 1.0, 1);
  const Attribution after = inferences(20, 1.1, 2);
  const Result<Comparison> compared =
      compare({{"before", {{20, &before, two_layers}}}, {"after", {{20, &after, two_layers}}}});
  ASSERT_TRUE(compared);
  EXPECT_EQ(compared->unit, SampleUnit::inference);
  EXPECT_EQ(compared->groups[0].samples, 20U);
  const Change& change = *layer_row(*compared, 0, "CONV_2D")->groups[1]->energy.change;
  // 20 of 1 % each: the ratio has a deviation of 1.1 * 0.01 * sqrt(2 / 20) = 0.0035.
  EXPECT_NEAR(*change.ratio, 1.1, 4 * 0.0035);
  EXPECT_NEAR(change.ratio_range->high - change.ratio_range->low, 4 * 0.0035, 0.4 * 4 * 0.0035);
  EXPECT_EQ(change.significance->rank.delta, 1.0) << "10 deviations apart";
  EXPECT_LT(change.significance->p_adjusted, 1e-6);
  EXPECT_GT(change.significance->p_adjusted, change.significance->rank.p);
  EXPECT_LT(std::abs(*compared->groups[0].autocorrelation), 0.5);
}

TEST(Comparison, TakesRunsAsSamplesWhenEachGroupHasTwo) {
  const Attribution a = inferences(8, 1.0, 1), b = inferences(4, 1.02, 2),
                    c = inferences(2, 1.1, 3), d = inferences(8, 1.2, 4);
  const Result<Comparison> compared = compare(
      {{"one", {{8, &a, two_layers}, {4, &b, two_layers}}},
       {"two", {{2, &c, two_layers}, {8, &d, two_layers}}}});
  ASSERT_TRUE(compared);
  EXPECT_EQ(compared->unit, SampleUnit::run);
  EXPECT_EQ(compared->groups[1].samples, 2U);
  EXPECT_EQ(compared->groups[1].inferences, 10U);
  // The mean of the runs' means, whatever number of inferences each has.
  double mean = 0.0;
  for (const auto& [run, count] : {std::pair{&c, 2.0}, {&d, 8.0}})
    mean += 0.5 * run->shares[0].energy.si / count;
  const GroupCost& cost = *layer_row(*compared, 0, "CONV_2D")->groups[1];
  EXPECT_NEAR(cost.energy.mean, mean, 1e-12);
  EXPECT_NEAR(cost.energy.change->significance->rank.p, 1.0 / 3.0, 1e-12) << "2 of the 6 ways";
}

TEST(Comparison, ALayerOfAnotherOperatorHasNoCounterpart) {
  const Attribution before = inferences(4, 1.0, 1);
  const Attribution after = inferences(4, 1.0, 2);
  const Result<Comparison> compared = compare(
      {{"before", {{4, &before, two_layers}}}, {"after", {{4, &after, {"CONV_2D", "SOFTMAX"}}}}});
  ASSERT_TRUE(compared);
  const ComparisonRow* gone = layer_row(*compared, 1, "FULLY_CONNECTED");
  const ComparisonRow* added = layer_row(*compared, 1, "SOFTMAX");
  ASSERT_TRUE(gone != nullptr && added != nullptr);
  EXPECT_TRUE(gone->groups[0] && !gone->groups[1]);
  EXPECT_TRUE(!added->groups[0] && added->groups[1]);
  EXPECT_FALSE(added->groups[1]->energy.change);
}

TEST(Comparison, ManyInferencesAreTakenTogetherAndAnUnfinishedOneIsNone) {
  const Attribution before = inferences(1001, 1.0, 1);
  const Attribution after = inferences(5, 1.0, 2);
  const Result<Comparison> compared =
      compare({{"before", {{1000, &before, two_layers}}}, {"after", {{4, &after, two_layers}}}});
  ASSERT_TRUE(compared);
  EXPECT_EQ(compared->groups[0].samples, 100U);
  EXPECT_EQ(compared->groups[0].inferences_per_sample, 10.0);
  EXPECT_EQ(compared->groups[1].samples, 4U);
}

TEST(Comparison, RefusesRunsThatFinishedNothing) {
  const Attribution some = attribution_of({share(Activity::compute, 1, 1)});
  const Attribution none;
  const Attribution broken =
      attribution_of({share(Activity::compute, 1, std::numeric_limits<double>::infinity())});
  const ComparedGroup good{"good", {{1, &some, {}}}};
  EXPECT_EQ(
      compare({{"run 1", {{0, &some, {}}}}, good}).error().text,
      "run 1 has a run that finished no inference to compare by");
  EXPECT_EQ(
      compare({good, {"run 2", {{1, &none, {}}}}}).error().text,
      "run 2 has a run without attributed energy to compare");
  EXPECT_FALSE(compare({good, {"run 3", {{1, &broken, {}}}}}));
  EXPECT_FALSE(compare({good}));
}

}  // namespace
}  // namespace sunfleck
