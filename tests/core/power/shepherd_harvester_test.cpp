#include "core/power/shepherd_harvester.h"

#include <gtest/gtest.h>

#include <vector>

namespace sunfleck {
namespace {

using namespace literals;
using namespace std::chrono_literals;

constexpr ShepherdInput tenths{.points = 10, .step = 100.0_mV};

// A ramp of ten points from 0 to 0.9 V, again and again, as a source of 1 mA gives it that is open
// from `open_circuit` on.
ShepherdPoint ramp(int sample, std::int64_t open_circuit) {
  const std::int64_t microvolts = 100'000 * (sample % 10);
  return {.microvolts = microvolts, .nanoamperes = microvolts < open_circuit ? 1'000'000 : 0};
}

std::vector<ShepherdPoint> harvested(
    const ShepherdHarvesterConfig& config, int samples, std::int64_t open_circuit) {
  ShepherdHarvester harvester(config, tenths);
  std::vector<ShepherdPoint> points;
  for (int i = 0; i < samples; ++i)
    points.push_back(harvester.harvest(ramp(i, open_circuit)));
  return points;
}

constexpr std::int64_t never = 10'000'000;

TEST(ShepherdHarvester, PassesSamplesWithoutRampsThrough) {
  const ShepherdHarvesterConfig config{.kind = ShepherdHarvesting::optimum};
  for (const std::uint32_t points : {0U, 1U}) {
    ShepherdHarvester harvester(config, {.points = points, .step = {}});
    const ShepherdPoint point = harvester.harvest({.microvolts = 1234, .nanoamperes = 56});
    EXPECT_EQ(point.microvolts, 1234);
    EXPECT_EQ(point.nanoamperes, 56);
  }
}

// The set point is 450001 uV: the model adds 1 uV. The ramp crosses it between 0.4 and 0.5 V, and
// 0.5 V is 2 uV nearer. The jump from 0.9 V back to 0 is longer than four steps and no crossing.
TEST(ShepherdHarvester, HoldsThePointNextToItsSetPointUntilTheRampCrossesItAgain) {
  const auto points = harvested(
      {.kind = ShepherdHarvesting::constant_voltage, .voltage = 0.45_V, .extrapolates = false}, 16,
      500'000);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(points[i].microvolts, 0) << i;
  for (int i = 5; i < 16; ++i) {
    EXPECT_EQ(points[i].microvolts, 500'000) << i;
    EXPECT_EQ(points[i].nanoamperes, 0) << i;
  }
}

// At the crossing the ramp rose by 0.1 V and fell by 1 mA; the held point goes that way, back and
// forth around the set point.
TEST(ShepherdHarvester, WalksAlongTheRampsSlopeBetweenTwoCrossings) {
  const auto points =
      harvested({.kind = ShepherdHarvesting::constant_voltage, .voltage = 0.45_V}, 15, 500'000);
  const std::vector<std::int64_t> wanted_microvolts{500'000, 400'000, 500'000, 400'000};
  const std::vector<std::int64_t> wanted_nanoamperes{0, 1'000'000, 0, 1'000'000};
  for (std::size_t i = 0; i < wanted_microvolts.size(); ++i) {
    EXPECT_EQ(points[5 + i].microvolts, wanted_microvolts[i]) << i;
    EXPECT_EQ(points[5 + i].nanoamperes, wanted_nanoamperes[i]) << i;
  }
}

TEST(ShepherdHarvester, GoesWhereTheConverterAims) {
  ShepherdHarvester harvester(
      {.kind = ShepherdHarvesting::constant_voltage, .voltage = 0.45_V, .extrapolates = false},
      tenths);
  for (int i = 0; i < 10; ++i)
    harvester.harvest(ramp(i, never));
  harvester.aim_at(220'000.0);
  ShepherdPoint point;
  for (int i = 10; i < 20; ++i)
    point = harvester.harvest(ramp(i, never));
  EXPECT_EQ(point.microvolts, 200'000);
}

// Interval 100 samples, pause 20. The first interval ends after two ramps, with the 20th sample:
// samples 19 to 38 are the pause, at 39 the set point becomes half of V_oc = 0.6 V, and the ramp
// crosses 0.3 V with sample 43. The next pause is one interval later; after it the point of before
// is still held.
TEST(ShepherdHarvester, MeasuresTheOpenCircuitVoltageInPausesOfItsInterval) {
  const auto points = harvested(
      {.kind = ShepherdHarvesting::open_circuit_share,
       .open_current = 5.0_uA,
       .share = 0.5,
       .interval = 1ms,
       .pause = 200us,
       .extrapolates = false},
      160, 600'000);
  for (int i = 0; i < 160; ++i) {
    const bool harvests = (i >= 43 && i < 119) || i >= 140;
    EXPECT_EQ(points[i].nanoamperes, harvests ? 1'000'000 : 0) << i;
    if (harvests) {
      EXPECT_EQ(points[i].microvolts, 300'000) << i;
    }
  }
}

// A constant current: the more volts, the more power. From its first look, without a point held, it
// goes to one step of the ramp, then up by 1, 2 and 4 steps.
TEST(ShepherdHarvester, DoublesItsStepWhileThePowerGrows) {
  const auto points = harvested(
      {.kind = ShepherdHarvesting::perturb_and_observe,
       .voltage = 0.2_V,
       .interval = 200us,
       .extrapolates = false},
      70, never);
  EXPECT_EQ(points[5].microvolts, 100'000);
  EXPECT_EQ(points[25].microvolts, 200'000);
  EXPECT_EQ(points[45].microvolts, 400'000);
  EXPECT_EQ(points[69].microvolts, 800'000);
}

TEST(ShepherdHarvester, TurnsRoundWhenThePowerShrinks) {
  // Open from 0.5 V on: 0.8 V gives nothing, and the search falls back by four steps of the ramp
  // to 0.4 V, where it goes on upwards by one.
  const auto points = harvested(
      {.kind = ShepherdHarvesting::perturb_and_observe,
       .voltage = 0.2_V,
       .interval = 200us,
       .extrapolates = false},
      130, 500'000);
  EXPECT_EQ(points[69].microvolts, 800'000);
  EXPECT_EQ(points[69].nanoamperes, 0);
  EXPECT_EQ(points[89].microvolts, 400'000);
  EXPECT_EQ(points[89].nanoamperes, 1'000'000);
  EXPECT_EQ(points[109].microvolts, 500'000);
}

TEST(ShepherdHarvester, TakesTheBestPointAndForgetsItAfterTwoRamps) {
  ShepherdHarvester harvester({.kind = ShepherdHarvesting::optimum}, tenths);
  ShepherdPoint point;
  for (int i = 0; i < 10; ++i)
    point = harvester.harvest(ramp(i, 600'000));
  EXPECT_EQ(point.microvolts, 500'000);
  EXPECT_EQ(point.nanoamperes, 1'000'000);
  // The source darkens: a hundredth of the current. The point of before was seen at sample 5 and is
  // too old with sample 26; what was best since then follows it.
  for (int i = 10; i < 30; ++i) {
    ShepherdPoint dark = ramp(i, 600'000);
    dark.nanoamperes /= 100;
    point = harvester.harvest(dark);
    EXPECT_EQ(point.nanoamperes, i < 26 ? 1'000'000 : 10'000) << i;
    EXPECT_EQ(point.microvolts, 500'000) << i;
  }
}

TEST(ShepherdHarvester, RefusesARampWithoutAStep) {
  const Status status = check(ShepherdInput{.points = 1000, .step = {}});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().text, "step: a ramp's is above 0 V and at most 10 V, not 0 V");
}

}  // namespace
}  // namespace sunfleck
