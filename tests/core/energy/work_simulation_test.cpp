#include "core/energy/work_simulation.h"

#include <gtest/gtest.h>

namespace sunfleck {
namespace {

HarvestProfile constant(float watts) {
  return {
      .name = "constant",
      .format = {.kind = HarvestKind::power, .resistance = {}, .period = std::chrono::hours(1)},
      .samples = {watts},
      .origin = "made for tests"};
}

// No losses: a capacitor straight at a linear regulator of 2 V.
PowerPathConfig lossless(Farads capacitance, Volts initial) {
  PowerPathConfig path;
  path.input.charge_limit = {5.0};
  path.capacitor = {.capacitance = capacitance, .rated = {5.0}};
  path.initial_voltage = initial;
  path.regulator = {
      .on = {4.0},
      .off = {3.0},
      .output = {.kind = OutputKind::ldo, .voltage = {2.0}, .drop = {0.1}}};
  return path;
}

constexpr RunTime step = std::chrono::microseconds(100);

// By hand: 10 units of 10 ms, a boot of 5 ms: 105 ms without an outage.
TEST(WorkSimulation, TakesTheTimeOfItsWorkOnAStrongSupply) {
  const HarvestProfile strong = constant(1.0F);
  ProfileSource source(strong);
  const WorkPlan plan{.inference = {{{10e-6, 10e-3}, 10}}, .boot = {1e-6, 5e-3}, .rail = {2.0}};
  const auto result = simulate_work(source, lossless({1e-3}, {5.0}), 1, {}, step, plan);
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ(result->inferences, 1U);
  EXPECT_EQ(result->outages, 0U);
  EXPECT_NEAR(to_seconds(result->end).si, 0.105, 1e-4);
  EXPECT_NEAR(result->drawn.energy, 101e-6, 1e-6);
}

// By hand: nothing is harvested; from 5 V to 3 V 100 uF give 200 uC; a unit of 20 ms at 1 mA takes
// 20 uC: ten units are done, and there is charge for no more.
TEST(WorkSimulation, StopsWhereTheChargeEnds) {
  const HarvestProfile dark = constant(0.0F);
  ProfileSource source(dark);
  const WorkPlan plan{.inference = {{{40e-6, 20e-3}, 1}}, .inferences = 100, .rail = {2.0}};
  const auto result =
      simulate_work(source, lossless({100e-6}, {5.0}), 1, std::chrono::seconds(2), step, plan);
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_NEAR(result->inferences, 10.0, 1.0);
  EXPECT_EQ(result->outages, 1U);
}

TEST(WorkSimulation, RepeatsTheUnitThatAnOutageCutAndGivesUpWhenNoneEverFits) {
  const HarvestProfile weak = constant(1e-3F);
  ProfileSource source(weak);
  // 1 mA for 500 ms: 500 uC, and a power cycle from 4 V to 3 V gives 100 uC and little more.
  const WorkPlan plan{.inference = {{{1e-3, 500e-3}, 1}}, .rail = {2.0}, .attempts = 4};
  const auto result =
      simulate_work(source, lossless({100e-6}, {3.0}), 1, std::chrono::seconds(60), step, plan);
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_TRUE(result->stuck);
  EXPECT_EQ(result->inferences, 0U);
  EXPECT_EQ(result->outages, 4U);
  EXPECT_GT(result->repeated.time, 0.0);
}

}  // namespace
}  // namespace sunfleck
