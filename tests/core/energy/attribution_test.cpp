#include "core/energy/attribution.h"

#include <gtest/gtest.h>

#include <cmath>
#include <span>

#include "core/base/random.h"
#include "core/energy/layer_table.h"
#include "core/telemetry/telemetry_decoder.h"
#include "tests/core/timeline/toy_board.h"

namespace sunfleck {
namespace {

using namespace std::chrono_literals;

Span span_of(
    RunTime from, RunTime to, Activity activity, std::uint16_t layer = no_layer,
    std::uint32_t cycle = 0) {
  return {
      .from = from,
      .to = to,
      .activity = activity,
      .layer = layer,
      .inference = 0,
      .power_cycle = cycle};
}

// At 1 V: 1 mA for 10 ms, 3 mA for 10 ms, 2 mA for 10 ms, nothing for 10 ms, in samples of 100 us.
EnergyCurve stairs() {
  EnergyCurve curve;
  std::vector<float> current;
  for (const float amperes : {1e-3F, 3e-3F, 2e-3F, 0.0F})
    current.insert(current.end(), 100, amperes);
  const std::vector<float> voltage(current.size(), 1.0F);
  curve.append(
      {.first = 0,
       .period = 100us,
       .voltage = voltage,
       .current = current,
       .storage = {},
       .harvest = {}});
  return curve;
}

Timeline three_spans(RunTime clock_uncertainty) {
  Timeline timeline;
  timeline.end = 40ms;
  timeline.power_cycles = {
      {.on = 0ms, .off = 30ms, .outage = true, .clock_uncertainty = clock_uncertainty}};
  timeline.spans = {
      span_of(0ms, 10ms, Activity::compute, 0), span_of(10ms, 15ms, Activity::checkpoint, 0),
      span_of(15ms, 20ms, Activity::checkpoint, 0), span_of(20ms, 30ms, Activity::compute, 1),
      span_of(30ms, 40ms, Activity::off)};
  timeline.checkpoints = {2, 0};
  timeline.executions = {1, 1};
  return timeline;
}

// float's 1 mA, 3 mA and 2 mA are right to seven digits.
constexpr double digits = 1e-6;

constexpr double and_samples = 1.00124922;  // StatesWhatTheClockAndTheSamplesLeaveOpen

TEST(Attribution, PutsEveryJouleInOneShare) {
  const Attribution attribution = attribute(three_spans(0ns), stairs(), {});
  struct Case {
    Activity activity;
    std::uint16_t layer;
    std::uint64_t spans;
    double time;
    double energy;
  };
  const Case cases[] = {
      {Activity::off, no_layer, 1, 10e-3, 0.0},
      {Activity::compute, 0, 1, 10e-3, 10e-6},
      {Activity::compute, 1, 1, 10e-3, 20e-6},
      {Activity::checkpoint, 0, 2, 10e-3, 30e-6},
  };
  ASSERT_EQ(attribution.shares.size(), std::size(cases));
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    const Share& share = attribution.shares[i];
    EXPECT_EQ(share.activity, cases[i].activity);
    EXPECT_EQ(share.layer, cases[i].layer);
    EXPECT_EQ(share.spans, cases[i].spans);
    EXPECT_NEAR(share.time.si, cases[i].time, 1e-15);
    EXPECT_NEAR(share.energy.si, cases[i].energy, digits * cases[i].energy);
    EXPECT_EQ(share.uncertainty, Joules{});
  }
  EXPECT_NEAR(attribution.total.si, 60e-6, digits * 60e-6);
  EXPECT_NEAR(attribution.of(Activity::compute).energy.si, 30e-6, digits * 30e-6);
  EXPECT_EQ(attribution.of(Activity::compute).spans, 2U);
  EXPECT_EQ(attribution.of(Activity::restore).spans, 0U);
}

TEST(Attribution, StatesWhatTheClockAndTheSamplesLeaveOpen) {
  {
    SCOPED_TRACE("the clock");
    // The clock is known to 100 us, and samples of 100 us tell edges to 5 us: together to
    // sqrt(100^2 + 5^2) us, 1.00124922 times the first. Around 10 ms the mean power is (1 + 3) / 2
    // = 2 mW, around 20 ms 2.5 mW; the rail's edges do not move, and the edge between the
    // checkpoints has no effect. compute 0: 100 us * 2 mW = 0.2 uJ; compute 1: 0.25 uJ; checkpoint:
    // 100 us * (2.5 - 2) mW = 0.05 uJ.
    const Attribution attribution = attribute(three_spans(100us), stairs(), {});
    EXPECT_NEAR(attribution.shares[0].uncertainty.si, 0.0, 1e-18);
    EXPECT_NEAR(attribution.shares[1].uncertainty.si, and_samples * 0.2e-6, digits * 0.2e-6);
    EXPECT_NEAR(attribution.shares[2].uncertainty.si, and_samples * 0.25e-6, digits * 0.25e-6);
    EXPECT_NEAR(attribution.shares[3].uncertainty.si, and_samples * 0.05e-6, digits * 1e-6);
    EXPECT_NEAR(
        attribution.of(Activity::compute).uncertainty.si, and_samples * 0.45e-6, digits * 1e-6);
  }
  {
    SCOPED_TRACE("the samples");
    // 256 samples make a chunk of the curve: the first holds 100 of 1 mA, 100 of 3 mA, 56 of 2 mA,
    // whose mean square is (100 * 1 + 100 * 9 + 56 * 4) / 256 = 4.78125 mA^2. With 10 mV and 20 uA
    // a sample has 100 us * sqrt((1 V * 20 uA)^2 + 4.78125 mA^2 * (10 mV)^2) = 2.9633 nJ; 100 of
    // them have 29.633 nJ.
    const Attribution attribution =
        attribute(three_spans(0ns), stairs(), {.voltage = {10e-3}, .current = {20e-6}});
    EXPECT_NEAR(attribution.shares[1].uncertainty.si, 29.633e-9, 0.001e-9);
    EXPECT_NEAR(attribution.shares[3].uncertainty.si, 29.633e-9, 0.001e-9);
  }
}

TEST(Attribution, TellsTheTimeForWhichThereAreNoSamples) {
  // Of 40 ms of 2 mW, the samples from 4 to 6 ms and that from 12.0 to 12.1 ms are missing.
  EnergyCurve curve;
  std::vector<float> current(400, 2e-3F);
  current[120] = std::nanf("");
  const std::vector<float> voltage(400, 1.0F);
  const auto append = [&](std::size_t from, std::size_t to) {
    curve.append(
        {.first = from,
         .period = 100us,
         .voltage = std::span(voltage).subspan(from, to - from),
         .current = std::span(current).subspan(from, to - from),
         .storage = {},
         .harvest = {}});
  };
  append(0, 40);
  append(60, 400);
  EXPECT_EQ(curve.gaps(0ns, 40ms), RunTime(2'100us));
  EXPECT_EQ(curve.gaps(5ms, 12'050us), RunTime(1'050us));
  EXPECT_EQ(curve.gaps(6ms, 12ms), RunTime{});

  Timeline timeline = three_spans(0ns);
  timeline.spans[0].to = timeline.spans[1].from = 5'050us;  // within a sample that is missing
  const Attribution attribution = attribute(timeline, curve, {});
  const Share& compute = attribution.shares[1];
  EXPECT_EQ(compute.layer, 0U);
  EXPECT_NEAR(compute.unmeasured.si, 1.05e-3, 1e-15);
  EXPECT_NEAR(compute.energy.si, 4e-3 * 2e-3, digits * 8e-6);  // of the 4 ms that were measured
  const Share checkpoint = attribution.of(Activity::checkpoint);
  EXPECT_NEAR(checkpoint.unmeasured.si, 0.95e-3 + 0.1e-3, 1e-15);
  EXPECT_NEAR(checkpoint.energy.si, (9e-3 + 4.9e-3) * 2e-3, digits * 28e-6);
  double sum = 0.0;
  for (const Share& share : attribution.shares)
    sum += share.energy.si;
  EXPECT_NEAR(sum, attribution.total.si, 1e-9 * attribution.total.si);
}

TEST(Attribution, TellsWhatEachLayerCost) {
  const Timeline timeline = three_spans(100us);
  const auto rows = layer_table(attribute(timeline, stairs(), {}), timeline);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_NEAR(rows[0].compute.energy.si, 10e-6, digits * 10e-6);
  EXPECT_NEAR(rows[0].checkpoint.energy.si, 30e-6, digits * 30e-6);
  EXPECT_NEAR(rows[0].energy().si, 40e-6, digits * 40e-6);
  EXPECT_NEAR(rows[0].compute.uncertainty.si, and_samples * 0.2e-6, digits * 0.2e-6);
  EXPECT_NEAR(rows[0].checkpoint.time.si, 10e-3, 1e-15);
  EXPECT_EQ(rows[0].checkpoints, 2U);
  EXPECT_EQ(rows[0].executions, 1U);
  EXPECT_EQ(rows[1].layer, 1);
  EXPECT_EQ(rows[1].re_execution.energy, Joules{});
  EXPECT_EQ(rows[1].checkpoints, 0U);
}

// Draws a current for each activity, so that the truth knows its energy.
double amperes_of(const Span& span) {
  switch (span.activity) {
    case Activity::off:
      return 0.0;
    case Activity::compute:
    case Activity::re_execution:
      return 2e-3 + 0.5e-3 * span.layer;
    case Activity::checkpoint:
      return 6e-3;
    case Activity::sleep:
      return 1e-6;
    default:
      return 1e-3;
  }
}

TEST(Attribution, FindsTheEnergiesOfABoardAndSumsThemToTheTotal) {
  ToyPlan plan{
      .strategy = FW_STRATEGY_TILE,
      .level = FW_RECORDS_CHECKPOINTS,
      .layers = {{6, 400}, {1, 900}, {3, 700}},
      .inferences = 3,
      .rail = {}};
  Random random(3, "rail");
  std::int64_t now = 500;
  for (int i = 0; i < 20; ++i) {
    plan.rail.push_back(now);
    now += 4000 + static_cast<std::int64_t>(random.below(16'000));
    plan.rail.push_back(now);
    now += 2000;
  }
  const ToyRun run = ToyBoard(plan).run();
  TelemetryDecoder decoder;
  std::vector<TimedRecord> records;
  for (const ToyFrame& frame : run.frames)
    for (const TimedRecord& record :
         decoder.feed({.first = frame.first, .per_byte = {1e-5}, .bytes = frame.bytes}))
      records.push_back(record);

  // Samples of 10 us; all times of the toy are multiples of that.
  EnergyCurve curve;
  std::map<std::pair<Activity, std::uint16_t>, double> truth;
  std::uint64_t first = 0;
  for (const Span& span : run.truth) {
    const auto count = static_cast<std::size_t>((span.to - span.from) / 10us);
    const std::vector<float> voltage(count, 3.0F);
    const std::vector<float> current(count, static_cast<float>(amperes_of(span)));
    curve.append(
        {.first = first,
         .period = 10us,
         .voltage = voltage,
         .current = current,
         .storage = {},
         .harvest = {}});
    first += count;
    truth[{span.activity, span.layer}] +=
        3.0 * amperes_of(span) * to_seconds(span.to - span.from).si;
  }

  const Timeline timeline = build_timeline(records, run.edges, 3, run.end);
  const Attribution attribution = attribute(timeline, curve, {});
  double sum = 0.0;
  for (const Share& share : attribution.shares)
    sum += share.energy.si;
  EXPECT_NEAR(sum, attribution.total.si, 1e-9 * attribution.total.si);
  EXPECT_NEAR(attribution.total.si, curve.total().si, 1e-12 * curve.total().si);

  // A power failure that does not meet the board asleep leaves at most one checkpoint in the dark,
  // 70 us of 18 mW, and a record that was being sent, 310 us of 3 mW.
  int failures = 0;
  for (std::size_t i = 1; i < run.truth.size(); ++i)
    if (run.truth[i].activity == Activity::off && run.truth[i - 1].activity != Activity::sleep)
      ++failures;
  EXPECT_GE(failures, 2);
  const double dark = failures * (70e-6 * 18e-3 + 310e-6 * 3e-3);
  for (const auto& [key, energy] : truth) {
    SCOPED_TRACE(join(name_of(key.first), " ", key.second));
    double found = 0.0;
    for (const Share& share : attribution.shares)
      if (share.activity == key.first && share.layer == key.second) found = share.energy.si;
    EXPECT_NEAR(found, energy, dark);
  }
  EXPECT_GT(attribution.of(Activity::re_execution).energy.si, 0.0);
}

}  // namespace
}  // namespace sunfleck
