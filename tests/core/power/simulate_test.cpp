#include "core/power/simulate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace sunfleck {
namespace {

using namespace literals;
using namespace std::chrono_literals;

// A constant power for a time, in samples of 1 ms.
HarvestProfile steady(Watts power, RunTime duration) {
  HarvestProfile profile;
  profile.name = "steady";
  profile.format = {.kind = HarvestKind::power, .resistance = {}, .period = 1ms};
  profile.samples.assign(static_cast<std::size_t>(duration / 1ms), static_cast<float>(power.si));
  return profile;
}

// An ideal converter and capacitor of 100 uF; the rail is the capacitor, from 3.0 V down to 1.8 V.
SimulationPlan ideal(RailLoad load) {
  SimulationPlan plan;
  plan.path = {
      .input = {},
      .capacitor = {.capacitance = 100.0_uF, .rated = 5.5_V},
      .initial_voltage = 0.0_V,
      .regulator = {.on = 3.0_V, .off = 1.8_V, .good_on = 2.8_V, .good_off = 2.2_V}};
  plan.load = load;
  return plan;
}

SimulationResult simulated(
    const HarvestProfile& profile, const SimulationPlan& plan,
    const OnSimulationSample& on_sample = {}) {
  ProfileSource source(profile);
  EXPECT_TRUE(check(plan, profile.format));
  Result<SimulationResult> result = simulate(source, plan, on_sample);
  EXPECT_TRUE(result) << result.error().text;
  return *std::move(result);
}

double seconds(RunTime time) { return to_seconds(time).si; }

TEST(Simulate, TheRailComesOnWhenTheSourceHasFilledTheCapacitor) {
  // C V^2 / 2 = 450 uJ at 5 mW: 90 ms.
  const SimulationResult result = simulated(steady(5.0_mW, 1s), ideal({0.0_A}));
  ASSERT_TRUE(result.first_on);
  EXPECT_NEAR(seconds(*result.first_on), 90e-3, 1.1e-3) << "to a sample of the source";
  EXPECT_EQ(result.power_cycles, 1U);
  EXPECT_NEAR(seconds(result.rail_on), 910e-3, 1.1e-3);
}

TEST(Simulate, ALoadEmptiesTheCapacitorInTheTimeOfItsClosedForm) {
  struct Case {
    const char* name;
    RailLoad load;
    double on_time;
  };
  const std::vector<Case> cases{
      {"C dV / I = 100 uF 1.2 V / 2 mA", {2.0_mA}, 60e-3},
      {"R C ln(3 / 1.8) = 0.1 s 0.510826", {1.0_kOhm}, 51.0826e-3},
      {"C (3^2 - 1.8^2) / 2 P = 288 uJ / 5 mW", {5.0_mW}, 57.6e-3}};
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    SimulationPlan plan = ideal(one.load);
    plan.path.initial_voltage = 3.0_V;
    const SimulationResult result = simulated(steady(0.0_W, 200ms), plan);
    EXPECT_EQ(result.power_cycles, 1U);
    EXPECT_EQ(result.first_on, RunTime{});
    ASSERT_EQ(result.on_times.count(), 1U);
    EXPECT_NEAR(seconds(result.on_times.longest()), one.on_time, 0.1e-3) << "to a step";
    EXPECT_NEAR(result.last_storage.si, 1.8, 1e-3);
    EXPECT_EQ(result.outages.count(), 0U) << "the one at the end has no end";
  }
}

TEST(Simulate, ASteadySourceAndLoadGiveTheDutyOfTheirPowers) {
  // From 1.8 V to 3 V are 288 uJ: 288 ms at 1 mW; back at 4 mW net: 72 ms. Duty 72 / 360.
  SimulationPlan plan = ideal({5.0_mW});
  plan.until = 450ms + 100 * 360ms;
  const SimulationResult result = simulated(steady(1.0_mW, 60s), plan);
  EXPECT_EQ(result.duration, plan.until);
  EXPECT_NEAR(static_cast<double>(result.power_cycles), 100.0, 1.0);
  EXPECT_NEAR(seconds(result.rail_on) / 36.0, 0.2, 0.004);
  EXPECT_NEAR(seconds(result.on_times.quantile(0.5)), 72e-3, 1.5e-3);
  EXPECT_NEAR(seconds(result.outages.quantile(0.5)), 288e-3, 6e-3);
  EXPECT_NEAR(result.lowest_storage.si, 0.0, 1e-12);
  EXPECT_NEAR(result.highest_storage.si, 3.0, 0.01);
  EXPECT_NEAR(result.ledger.unbalanced().si, 0.0, 1e-12);
  // All that was harvested: 1 mW for 36.45 s.
  EXPECT_NEAR(result.ledger.harvested.si, 36.45e-3, 1e-8);
}

TEST(Simulate, ALoadOnPowerGoodLeavesTheRailOn) {
  SimulationPlan plan = ideal({.draws = 2.0_mA, .connected = LoadSwitch::power_good});
  plan.path.initial_voltage = 3.0_V;
  const SimulationResult result = simulated(steady(0.0_W, 200ms), plan);
  // 100 uF 0.8 V / 2 mA = 40 ms down to 2.2 V, and no further.
  EXPECT_NEAR(seconds(result.power_good), 40e-3, 1.1e-3);
  EXPECT_NEAR(result.last_storage.si, 2.2, 0.03);
  EXPECT_EQ(result.rail_on, result.duration);
}

TEST(Simulate, SamplesFollowOnEachOtherAndAddUpToTheLedger) {
  SimulationPlan plan = ideal({5.0_mW});
  plan.sample_every = 7ms;
  RunTime end{};
  Joules harvested;
  Joules delivered;
  double rail_on = 0.0;
  const SimulationResult result =
      simulated(steady(1.0_mW, 2s), plan, [&](const SimulationSample& sample) {
        EXPECT_EQ(sample.from, end);
        EXPECT_LE(sample.lowest_storage, sample.storage);
        EXPECT_GE(sample.highest_storage, sample.storage);
        const Seconds lasted = to_seconds(sample.time - sample.from);
        harvested += sample.harvested * lasted;
        delivered += sample.delivered * lasted;
        rail_on += sample.rail_share * lasted.si;
        end = sample.time;
      });
  EXPECT_EQ(end, result.duration);
  EXPECT_EQ(end, 2s);
  EXPECT_NEAR(harvested.si, result.ledger.harvested.si, 1e-12);
  EXPECT_NEAR(delivered.si, result.ledger.delivered.si, 1e-12);
  EXPECT_NEAR(rail_on, seconds(result.rail_on), 1e-9);
}

TEST(Simulate, AProfileIsPlayedAsOftenAsWanted) {
  SimulationPlan plan = ideal({0.0_A});
  plan.passes = 3;
  const SimulationResult thrice = simulated(steady(1.0_mW, 100ms), plan);
  EXPECT_EQ(thrice.duration, 300ms);
  EXPECT_EQ(thrice.passes, 3U);
  plan.passes = 0;
  plan.until = 1234ms;
  EXPECT_EQ(simulated(steady(1.0_mW, 100ms), plan).duration, 1234ms);
}

TEST(Simulate, AStopEndsItAtASampleWithWhatThereIs) {
  const HarvestProfile profile = steady(1.0_mW, 10s);
  ProfileSource source(profile);
  std::stop_source stop;
  const SimulationPlan plan = ideal({0.0_A});
  const auto result = simulate(
      source, plan,
      [&stop](const SimulationSample& sample) {
        if (sample.time >= 50ms) stop.request_stop();
      },
      stop.get_token());
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->stopped);
  EXPECT_EQ(result->duration, 50ms);
  EXPECT_NEAR(result->ledger.harvested.si, 50e-6, 1e-11);
}

TEST(Simulate, RefusesWhatHasNoEndAndLoadsThatAreNone) {
  const HarvestFormat format = steady(1.0_mW, 1s).format;
  SimulationPlan endless = ideal({1.0_mA});
  endless.passes = 0;
  EXPECT_FALSE(check(endless, format));
  for (const RailLoad& load :
       {RailLoad{-1.0_mA}, RailLoad{0.0_Ohm}, RailLoad{Watts{std::nan("")}},
        RailLoad{Ohms{INFINITY}}}) {
    const Status refused = check(ideal(load), format);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().text.substr(0, 5), "load:");
  }
  SimulationPlan no_step = ideal({1.0_mA});
  no_step.step = RunTime{};
  EXPECT_FALSE(check(no_step, format));
}

}  // namespace
}  // namespace sunfleck
