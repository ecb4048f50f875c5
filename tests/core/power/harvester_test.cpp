#include "core/power/harvester.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/random.h"

namespace sunfleck {
namespace {

using namespace literals;
using std::chrono::milliseconds;

// 100 Ohm behind an open voltage that is set: at v it gives (V_oc - v) / 100 Ohm.
class Source {
 public:
  explicit Source(float open)
      : curve_(
            {.kind = HarvestKind::voltage_behind_resistance,
             .resistance = 100.0_Ohm,
             .period = milliseconds(1)},
            {}) {
    set(open);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  void set(float open) {
    open_ = open;
    curve_.set(&open_);
  }
  const SourceCurve& curve() const { return curve_; }

 private:
  float open_ = 0.0F;
  SourceCurve curve_;
};

// Lets time pass from event to event.
void run(Harvester& harvester, const Source& source, RunTime time) {
  while (time > RunTime{}) {
    const RunTime step = std::min(time, harvester.until_event());
    harvester.pass(source.curve(), step);
    time -= step;
  }
}

TEST(Harvester, HoldsAFixedVoltageAsLongAsTheSourceReachesIt) {
  Source source(3.0F);
  Harvester harvester(
      {.kind = HarvesterKind::fixed, .voltage = 2.0_V, .interval = milliseconds(1)});
  EXPECT_EQ(harvester.hold(source.curve()).voltage, 2.0_V);
  EXPECT_NEAR(harvester.hold(source.curve()).current.si, 10e-3, 1e-15);
  EXPECT_EQ(harvester.until_event(), RunTime::max());
  source.set(1.5F);
  EXPECT_EQ(harvester.hold(source.curve()).voltage, 1.5_V);
  EXPECT_EQ(harvester.hold(source.curve()).current, Amperes{});
}

TEST(Harvester, AtTheOptimumTakesTheMostOfEverySample) {
  Source source(3.0F);
  const Harvester harvester({.kind = HarvesterKind::optimum});
  EXPECT_EQ(harvester.hold(source.curve()).voltage, 1.5_V);
  source.set(1.0F);
  EXPECT_EQ(harvester.hold(source.curve()).voltage, 0.5_V);
}

TEST(Harvester, OfAFractionMeasuresAtTheEndOfAPauseAndKeepsIt) {
  Source source(2.0F);
  Harvester harvester(
      {.kind = HarvesterKind::fraction,
       .share = 0.75,
       .interval = milliseconds(100),
       .pause = milliseconds(10)});
  EXPECT_EQ(harvester.until_event(), milliseconds(10));
  EXPECT_EQ(harvester.hold(source.curve()).current, Amperes{});
  EXPECT_EQ(harvester.hold(source.curve()).voltage, 2.0_V);  // open
  harvester.pass(source.curve(), milliseconds(4));
  source.set(4.0F);
  EXPECT_EQ(harvester.until_event(), milliseconds(6));
  harvester.pass(source.curve(), milliseconds(6));  // measures 4 V
  EXPECT_EQ(harvester.until_event(), milliseconds(90));
  EXPECT_EQ(harvester.hold(source.curve()).voltage, 3.0_V);
  EXPECT_NEAR(harvester.hold(source.curve()).current.si, 10e-3, 1e-15);
  source.set(3.5F);
  harvester.pass(source.curve(), milliseconds(50));
  EXPECT_EQ(harvester.hold(source.curve()).voltage, 3.0_V);
  EXPECT_NEAR(harvester.hold(source.curve()).current.si, 5e-3, 1e-15);
  source.set(2.0F);  // the held set point is out of reach
  EXPECT_EQ(harvester.hold(source.curve()).voltage, 2.0_V);
  EXPECT_EQ(harvester.hold(source.curve()).current, Amperes{});
  harvester.pass(source.curve(), milliseconds(40));
  EXPECT_EQ(harvester.until_event(), milliseconds(10));
  harvester.pass(source.curve(), milliseconds(10));
  EXPECT_EQ(harvester.hold(source.curve()).voltage, 1.5_V);
}

TEST(Harvester, OfAFractionWithoutIntervalAlwaysKnowsTheOpenVoltage) {
  Source source(2.0F);
  Harvester harvester({.kind = HarvesterKind::fraction, .share = 0.8});
  EXPECT_EQ(harvester.until_event(), RunTime::max());
  EXPECT_NEAR(harvester.hold(source.curve()).voltage.si, 1.6, 1e-12);
  harvester.pass(source.curve(), milliseconds(5));
  source.set(3.0F);
  EXPECT_NEAR(harvester.hold(source.curve()).voltage.si, 2.4, 1e-12);
}

TEST(Harvester, OfAFractionWithoutPauseKnowsTheOpenVoltageFromItsBeginning) {
  Source source(2.0F);
  Harvester harvester(
      {.kind = HarvesterKind::fraction, .share = 0.5, .interval = milliseconds(10)});
  EXPECT_EQ(harvester.hold(source.curve()).voltage, 1.0_V);
  harvester.pass(source.curve(), milliseconds(3));
  source.set(4.0F);
  EXPECT_EQ(harvester.hold(source.curve()).voltage, 1.0_V);
  EXPECT_EQ(harvester.until_event(), milliseconds(7));
  harvester.pass(source.curve(), milliseconds(7));
  EXPECT_EQ(harvester.hold(source.curve()).voltage, 2.0_V);
}

TEST(Harvester, ThatOnlyPausesHarvestsNothing) {
  const Source source(2.0F);
  Harvester harvester(
      {.kind = HarvesterKind::fraction, .interval = milliseconds(10), .pause = milliseconds(10)});
  for (int i = 0; i < 25; ++i) {
    EXPECT_EQ(harvester.hold(source.curve()).current, Amperes{});
    EXPECT_GT(harvester.until_event(), RunTime{});
    run(harvester, source, milliseconds(1));
  }
}

TEST(Harvester, PerturbsAndObservesToWithinAStepOfTheOptimum) {
  Random random(5, "perturb");
  for (int trial = 0; trial < 200; ++trial) {
    const Source source(static_cast<float>(1.0 + 4.0 * random.uniform()));
    const Volts step{0.01 + 0.04 * random.uniform()};
    Harvester harvester(
        {.kind = HarvesterKind::perturb_and_observe,
         .voltage = {0.05 + 6.0 * random.uniform()},
         .interval = milliseconds(18),
         .step = step});
    run(harvester, source, 700 * milliseconds(18));
    const Volts best = source.curve().optimum().voltage;
    // Its nearest point is within half a step, and it looks one step to either side of that.
    for (int i = 0; i < 10; ++i) {
      EXPECT_LE(std::abs((harvester.hold(source.curve()).voltage - best).si), 1.500001 * step.si);
      run(harvester, source, milliseconds(18));
    }
    double power = 0.0;
    for (int i = 0; i < 40; ++i) {
      const OperatingPoint held = harvester.hold(source.curve());
      power += (held.voltage * held.current).si / 40.0;
      run(harvester, source, milliseconds(18));
    }
    const double most = (best * source.curve().optimum().current).si;
    // A step d from the optimum of (V - v) v / R costs d^2 / R.
    EXPECT_GE(power, most - step.si * step.si / 100.0);
  }
}

TEST(Harvester, PerturbsAndObservesInTheDirectionInWhichThePowerGrows) {
  // V_oc 2 V, optimum at 1 V. From 0.8 V in steps of 0.1 V: up while the power grows, and past the
  // optimum it turns at the first step that shows less.
  const Source source(2.0F);
  Harvester harvester(
      {.kind = HarvesterKind::perturb_and_observe,
       .voltage = 0.7_V,
       .interval = milliseconds(1),
       .step = 0.1_V});
  // The power is v (2 V - v) / R: 0.91, 0.96, 0.99, 1 and, one step too far, 0.99 of the most.
  for (const double volts : {0.7, 0.8, 0.9, 1.0, 1.1, 1.0, 0.9, 1.0, 1.1, 1.0}) {
    EXPECT_NEAR(harvester.hold(source.curve()).voltage.si, volts, 1e-12);
    harvester.pass(source.curve(), milliseconds(1));
  }
}

TEST(Harvester, PerturbsBetweenAStepAndTheOpenVoltage) {
  Source source(2.0F);
  Harvester harvester(
      {.kind = HarvesterKind::perturb_and_observe,
       .voltage = 1.0_V,
       .interval = milliseconds(1),
       .step = 0.25_V});
  Random random(9, "light");
  for (int i = 0; i < 2000; ++i) {
    if (i % 7 == 0) source.set(static_cast<float>(3.0 * random.uniform()));
    if (i % 50 == 0) source.set(0.0F);
    harvester.pass(source.curve(), milliseconds(1));
    const Volts point = harvester.hold(source.curve()).voltage;
    EXPECT_LE(point, source.curve().open_voltage());
    if (source.curve().open_voltage() > 0.25_V) {
      EXPECT_GE(point, 0.25_V);
    }
  }
  // From the dark it finds the light again.
  source.set(0.0F);
  run(harvester, source, milliseconds(100));
  source.set(2.0F);
  run(harvester, source, milliseconds(20));
  EXPECT_NEAR(harvester.hold(source.curve()).voltage.si, 1.0, 0.5);
}

TEST(Harvester, TakesARecordedPointWhereItWasHeld) {
  SourceCurve curve(
      {.kind = HarvestKind::operating_point, .resistance = {}, .period = milliseconds(1)}, {});
  const float sample[] = {1.25F, 0.5F};
  curve.set(sample);
  for (const HarvesterConfig& config :
       {HarvesterConfig{.kind = HarvesterKind::fixed, .voltage = 3.0_V},
        HarvesterConfig{.interval = milliseconds(10), .pause = milliseconds(5)},
        HarvesterConfig{.kind = HarvesterKind::optimum}}) {
    const Harvester harvester(config);
    EXPECT_EQ(harvester.hold(curve).voltage, 1.25_V);
    EXPECT_EQ(harvester.hold(curve).current, 0.5_A);
  }
}

TEST(Harvester, DoesTheSameHoweverTimeIsCut) {
  const HarvesterConfig configs[] = {
      {.kind = HarvesterKind::fraction, .interval = milliseconds(16), .pause = milliseconds(3)},
      {.kind = HarvesterKind::fraction, .interval = milliseconds(16)},
      {.kind = HarvesterKind::perturb_and_observe,
       .voltage = 1.0_V,
       .interval = milliseconds(5),
       .step = 0.05_V}};
  Random random(3, "cuts");
  for (const HarvesterConfig& config : configs) {
    Harvester whole(config);
    Harvester cut(config);
    Source source(2.0F);
    for (int i = 0; i < 500; ++i) {
      source.set(static_cast<float>(3.0 * random.uniform()));
      run(whole, source, milliseconds(2));
      RunTime left = milliseconds(2);
      while (left > RunTime{}) {
        const RunTime piece = std::min(
            {left, cut.until_event(), RunTime(1 + static_cast<long>(random.below(900'000)))});
        cut.pass(source.curve(), piece);
        left -= piece;
      }
      EXPECT_EQ(whole.until_event(), cut.until_event());
      EXPECT_EQ(whole.hold(source.curve()).voltage, cut.hold(source.curve()).voltage);
      EXPECT_EQ(whole.hold(source.curve()).current, cut.hold(source.curve()).current);
    }
  }
}

TEST(Harvester, RefusesWhatIsOutOfRangeByName) {
  struct Case {
    HarvesterConfig config;
    const char* field;
  };
  const Case cases[] = {
      {{.kind = HarvesterKind::fixed}, "harvester.voltage"},
      {{.kind = HarvesterKind::fixed, .voltage = {INFINITY}}, "harvester.voltage"},
      {{.share = 0.0}, "harvester.share"},
      {{.share = 1.0}, "harvester.share"},
      {{.share = NAN}, "harvester.share"},
      {{.interval = milliseconds(-1)}, "harvester.interval"},
      {{.pause = milliseconds(1)}, "harvester.pause"},
      {{.interval = milliseconds(1), .pause = milliseconds(2)}, "harvester.pause"},
      {{.interval = milliseconds(1), .pause = milliseconds(-1)}, "harvester.pause"},
      {{.kind = HarvesterKind::perturb_and_observe, .step = 0.1_V}, "harvester.voltage"},
      {{.kind = HarvesterKind::perturb_and_observe, .voltage = 1.0_V, .step = 0.1_V},
       "harvester.interval"},
      {{.kind = HarvesterKind::perturb_and_observe, .voltage = 1.0_V, .interval = milliseconds(1)},
       "harvester.step"},
  };
  for (const Case& c : cases) {
    const Status status = check(c.config);
    ASSERT_FALSE(status) << c.field;
    EXPECT_NE(status.error().text.find(c.field), std::string::npos) << status.error().text;
  }
  EXPECT_TRUE(check(HarvesterConfig{}));
  EXPECT_TRUE(check({.kind = HarvesterKind::optimum, .share = 7.0}));
  EXPECT_TRUE(check({.interval = milliseconds(1), .pause = milliseconds(1)}));
}

}  // namespace
}  // namespace sunfleck
