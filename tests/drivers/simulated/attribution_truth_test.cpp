#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/power/presets.h"
#include "tests/support/judged_run.h"
#include "tests/support/shared_data.h"

// Attribution judged by what the virtual board really drew, which no analysis sees: a meter of 10
// kS/s with the noise of a bench instrument, records with the delays of a serial line, and a board
// clock that runs 50 ppm fast.

namespace sunfleck {
namespace {

using namespace literals;

constexpr MeterNoise meter{.voltage = {0.5e-3}, .current = {1e-6}};
constexpr Seconds late{20e-6};  // mean delay of a record

struct Case {
  const char* name;
  const char* network;
  std::uint32_t inferences;
  const char* path;
  Watts harvested;
  Farads capacitance;
  std::uint64_t seeds;  // of the noise
};
JudgedRun run_of(const Case& judged) {
  JudgedPlan plan{.network = judged.network, .inferences = judged.inferences};
  PowerPathChanges changes;
  if (judged.capacitance > Farads{}) changes.capacitance = judged.capacitance;
  plan.power = *changed(*power_path_preset(judged.path), changes);
  plan.harvested = judged.harvested;
  plan.drift = 50e-6;
  return judged_run(plan);
}

struct Judgement {
  int cases = 0;
  int within = 0;  // their 95 % interval

  void add(const Share& share, Joules truth) {
    ++cases;
    if (std::abs((share.energy - truth).si) <= 1.96 * share.uncertainty.si) ++within;
  }
  double coverage() const { return static_cast<double>(within) / cases; }
};

void expect_classes(const Attribution& attribution, const std::map<ShareKey, Joules>& truth) {
  std::map<Activity, Joules> classes;
  Joules total;
  for (const auto& [key, energy] : truth) {
    classes[key.first] += energy;
    total += energy;
  }
  for (const auto& [activity, energy] : classes) {
    // Of what hardly occurred, a ten-thousandth of the total is enough.
    const double allowed = std::max(0.02 * energy.si, 1e-4 * total.si);
    EXPECT_NEAR(attribution.of(activity).energy.si, energy.si, allowed) << name_of(activity);
  }
  EXPECT_LT(attribution.of(Activity::unattributed).energy.si, 0.01 * total.si);
}

void expect_long_layers(
    const Attribution& attribution, const std::map<ShareKey, Joules>& truth,
    std::uint32_t inferences) {
  double worst = 0.0;
  for (const Share& share : attribution.shares) {
    if (share.activity != Activity::compute || share.time.si < 0.02 * inferences) continue;
    const double error = share.energy / truth.at({share.activity, share.layer}) - 1.0;
    EXPECT_LT(std::abs(error), 0.01) << "layer " << share.layer;
    worst = std::max(worst, std::abs(error));
  }
  EXPECT_GT(worst, 0.0) << "there is no layer of 200 samples";
  testing::Test::RecordProperty("worst_long_layer_percent", std::to_string(100.0 * worst));
}

void expect_exact_sums(const Attribution& attribution) {
  double shares = 0.0;
  double off = 0.0;
  for (const Share& share : attribution.shares) {
    shares += share.energy.si;
    if (share.activity == Activity::off) off += share.energy.si;
  }
  EXPECT_NEAR(shares, attribution.total.si, 1e-9 * attribution.total.si);
  for (const auto* parts : {&attribution.by_inference, &attribution.by_power_cycle}) {
    double sum = 0.0;
    for (const Part& part : *parts)
      sum += part.energy.si;
    EXPECT_NEAR(sum, shares - off, 1e-9 * attribution.total.si);
  }
}

// Judges one run under the noise of several seeds.
void judge(const Case& judged, Judgement& of_layers) {
  const JudgedRun run = run_of(judged);
  ASSERT_EQ(run.inferences, judged.inferences);
  EXPECT_NEAR(run.truth.total().si, run.ledger.delivered.si, 1e-12 * run.ledger.delivered.si);
  for (std::uint64_t seed = 0; seed < judged.seeds; ++seed) {
    SCOPED_TRACE(seed);
    const SeenRun data = seen(run, {.seed = seed, .meter = meter, .late = late});
    const Timeline timeline = build_timeline(data.records, run.edges, run.layers, run.end);
    ASSERT_TRUE(timeline.clock);
    EXPECT_NEAR(timeline.clock->drift, run.drift, 3.0 * timeline.clock->uncertainty + 1e-8);
    const Attribution attribution = attribute(timeline, data.energy, meter);
    const auto truth = true_shares(run, timeline);
    expect_exact_sums(attribution);
    expect_classes(attribution, truth);
    expect_long_layers(attribution, truth, run.inferences);
    for (const Share& share : attribution.shares) {
      const bool is_long =
          share.activity == Activity::compute && share.time.si >= 0.02 * run.inferences;
      if (share.layer != no_layer && !is_long)
        of_layers.add(share, truth.at({share.activity, share.layer}));
    }
  }
}

TEST(AttributionTruth, EnergiesAreThoseOfTheDeviceWithinTheirUncertainty) {
  constexpr std::array cases{
      Case{"keyword spotting", "kws_ref_model", 20, "direct", 50.0_mW, {}, 10},
      Case{"keyword spotting with outages", "kws_ref_model", 20, "bq25570", 2.0_mW, 220.0_uF, 10},
      Case{"ResNet", "pretrainedResnet_quant", 20, "direct", 50.0_mW, {}, 10}};
  Judgement of_layers;  // shorter than 200 samples, and of what is no compute
  for (const Case& judged : cases) {
    SKIP_WITHOUT_SHARED_DATA("models/golden/" + std::string(judged.network) + ".out");
    SCOPED_TRACE(judged.name);
    judge(judged, of_layers);
  }
  RecordProperty("coverage_percent", std::to_string(100.0 * of_layers.coverage()));
  EXPECT_GE(of_layers.coverage(), 0.90);
  EXPECT_LE(of_layers.coverage(), 0.98);
}

}  // namespace
}  // namespace sunfleck
