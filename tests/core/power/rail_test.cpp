#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <tuple>

#include "core/power/presets.h"
#include "tests/core/power/made_path.h"
#include "tests/core/power/random_path.h"
#include "tests/support/pieces.h"

namespace sunfleck {
namespace {

using namespace std::chrono_literals;

TEST(PowerPath, TheRailFollowsItsThresholdsWithHysteresis) {
  PowerPathConfig config = ideal();
  config.regulator = {.on = 3.0_V, .off = 2.0_V, .good_on = 2.8_V, .good_off = 2.4_V, .output = {}};
  PowerPath path(config, power_format);
  const Pieces charge({{.value = 1e-3F, .duration = 1.0_ms}});
  const Pieces dark({{.value = 0.0F, .duration = 1.0_ms}});
  for (int cycle = 0; cycle < 3; ++cycle) {
    while (!path.rail_on()) {
      ASSERT_FALSE(path.power_good());
      ASSERT_EQ(path.rail_voltage(), Volts{});
      ASSERT_EQ(path.charge_to_brownout(), Coulombs{});
      ASSERT_LT(path.storage_voltage(), 3.0_V);
      path.advance(charge, {});
    }
    ASSERT_GE(path.storage_voltage(), 3.0_V);
    ASSERT_TRUE(path.power_good());
    while (path.rail_on()) {
      EXPECT_EQ(path.power_good(), path.storage_voltage() >= 2.4_V);
      ASSERT_GT(path.storage_voltage(), 2.0_V);
      path.advance(dark, 1.0_uA * 1.0_s);
    }
    ASSERT_LE(path.storage_voltage(), 2.0_V);
    // Below the good-on threshold the rail alone does not make power good.
    ASSERT_FALSE(path.power_good());
  }
}

TEST(PowerPath, TheRailMayChangeWithinAStepAndTakesNoChargeAfterwards) {
  PowerPathConfig config = ideal_on(2.0_V);
  const Pieces dark(
      {{.value = 0.0F, .duration = 1.0_ms},
       {.value = 0.0F, .duration = 1.0_ms},
       {.value = 0.0F, .duration = 1.0_ms},
       {.value = 0.0F, .duration = 1.0_ms}});
  PowerPath path(config, power_format);
  // 0.2 mC evenly over four pieces are 0.5 V each: off at 1 V, after two.
  path.advance(dark, {0.2e-3});
  EXPECT_FALSE(path.rail_on());
  EXPECT_NEAR(path.storage_voltage().si, 1.0, 1e-12);
}

TEST(PowerPath, ChargingTheRailsOwnCapacitanceCostsWhatItsCircuitSays) {
  struct Case {
    OutputStage output;
    double voltage;  // after switching on at 4 V
  };
  const Case cases[] = {
      // Charge is shared between 100 uF and 25 uF.
      {{.kind = OutputKind::direct, .capacitance = 25.0_uF}, 3.2},
      // 25 uF at 2 V take 50 uC from 100 uF.
      {{.kind = OutputKind::ldo, .voltage = 2.0_V, .capacitance = 25.0_uF}, 3.5},
      // 25 uF at 2 V take 50 uJ of 800 uJ.
      {{.kind = OutputKind::buck, .voltage = 2.0_V, .capacitance = 25.0_uF}, std::sqrt(15.0)},
  };
  for (const Case& c : cases) {
    PowerPathConfig config = ideal_on(4.0_V);
    config.regulator.output = c.output;
    const PowerPath path(config, power_format);
    EXPECT_TRUE(path.rail_on());
    EXPECT_NEAR(path.storage_voltage().si, c.voltage, 1e-12);
    EXPECT_NEAR(path.ledger().output_loss.si, 0.5 * 100e-6 * (16.0 - c.voltage * c.voltage), 1e-15);
  }
}

struct BrownoutCase {
  const char* name;
  OutputStage output;
  Ohms series;
  double tolerance;  // of the voltage at the end, in volts
};

std::vector<BrownoutCase> brownout_cases() {
  const EfficiencyTable curve = power_path_preset("bq25570")->regulator.output.efficiency;
  const OutputStage ldo{.kind = OutputKind::ldo, .voltage = 2.0_V, .drop = 0.1_V};
  const OutputStage buck{
      .kind = OutputKind::buck, .voltage = 2.0_V, .drop = 0.2_V, .efficiency = curve};
  // With a series resistance a buck converter's current grows within a step, which is taken by its
  // mean.
  return {
      {"direct", {}, {}, 1e-12}, {"direct with resistance", {}, 2.0_Ohm, 1e-12},
      {"ldo", ldo, {}, 1e-12},   {"ldo with resistance", ldo, 2.0_Ohm, 1e-12},
      {"buck", buck, {}, 1e-12}, {"buck with resistance", buck, 2.0_Ohm, 1e-7},
  };
}

TEST(PowerPath, DrawingTheChargeToBrownoutEndsAtTheThreshold) {
  for (const BrownoutCase& c : brownout_cases()) {
    for (const double off : {2.4, 1.2}) {  // above and within the buck converter's drop-out
      SCOPED_TRACE(join(c.name, " off at ", off, " V"));
      PowerPathConfig config = ideal_on(5.0_V);
      config.regulator.off = {off};
      config.regulator.output = c.output;
      config.capacitor.series = c.series;
      PowerPath path(config, power_format);
      const Coulombs step = 5.0_mA * 100.0_us;
      run(path, 0.0F, 100.0_us, 1, 5.0_mA);  // from now on the current is known
      const Coulombs predicted = path.charge_to_brownout();
      Coulombs drawn;
      while (path.charge_to_brownout() > step) {
        run(path, 0.0F, 100.0_us, 1, 5.0_mA);
        drawn += step;
      }
      const Coulombs last = path.charge_to_brownout();
      const Seconds rest = last / 5.0_mA;
      if (rest > 1.0_ns) path.advance(Pieces({{.value = 0.0F, .duration = rest}}), last);
      drawn += last;
      EXPECT_NEAR(path.storage_voltage().si, off, c.tolerance);
      // What was foreseen at the beginning of the discharge was all there was to the end.
      EXPECT_NEAR(drawn.si / predicted.si, 1.0, 1e-5);
    }
  }
}

TEST(PowerPath, ABrownoutByOrderKeepsTheRailOffUntilItsThreshold) {
  PowerPathConfig config = ideal_on(3.0_V);
  PowerPath path(config, power_format);
  run(path, 0.0F, 1.0_ms, 1, 1.0_mA);
  path.brown_out();
  EXPECT_FALSE(path.rail_on());
  EXPECT_FALSE(path.power_good());
  run(path, 0.0F, 1.0_ms, 10);
  EXPECT_FALSE(path.rail_on());
  run(path, 1.0F, 1.0_ms, 1);
  EXPECT_TRUE(path.rail_on());
}

// One piece.
void wait(PowerPath& path, float watts, RunTime time, Amperes rail_current = {}) {
  const HarvestPiece piece{.samples = &watts, .count = 1, .duration = time};
  path.advance({&piece, 1}, rail_current * to_seconds(time));
}

TEST(PowerPath, ThresholdsAreComparedAtTheCheckAndNotBefore) {
  PowerPathConfig config = ideal_on(3.0_V);
  config.regulator.off = 2.5_V;
  config.regulator.good_on = 2.9_V;
  config.regulator.good_off = 2.8_V;
  config.regulator.check_interval = std::chrono::milliseconds(64);
  config.regulator.lockout = 1.0_V;
  PowerPath path(config, power_format);
  ASSERT_TRUE(path.rail_on());
  ASSERT_TRUE(path.power_good());
  // 2 mA out of 100 uF are 20 V/s: below 2.5 V after 25 ms, at 1.74 V after 63 ms.
  wait(path, 0.0F, 63ms, 2.0_mA);
  EXPECT_NEAR(path.storage_voltage().si, 1.74, 1e-12);
  EXPECT_TRUE(path.rail_on());
  EXPECT_TRUE(path.power_good());
  // Down to the lockout there were (1.74 V - 1 V) 100 uF.
  EXPECT_NEAR(path.charge_to_brownout().si, 0.74e-4, 1e-15);
  // The check lies within the piece, and what comes after it is not drawn.
  wait(path, 0.0F, 10ms, 2.0_mA);
  EXPECT_FALSE(path.rail_on());
  EXPECT_FALSE(path.power_good());
  EXPECT_NEAR(path.storage_voltage().si, 1.72, 1e-12);
  // 1 W brings it over 3 V within a millisecond; the rail comes on at 128 ms.
  wait(path, 1.0F, 1ms);
  EXPECT_GT(path.storage_voltage(), 3.0_V);
  wait(path, 0.0F, 53'999'999ns);
  EXPECT_FALSE(path.rail_on());
  wait(path, 0.0F, 1ns);
  EXPECT_TRUE(path.rail_on());
}

TEST(PowerPath, ARunOfSamplesIsCutAtTheCheckToo) {
  PowerPathConfig config = ideal_on(3.0_V);
  config.regulator.off = 2.5_V;
  config.regulator.check_interval = std::chrono::milliseconds(64);
  PowerPath path(config, power_format);
  const std::vector<float> dark(10'000, 0.0F);
  const HarvestPiece piece{.samples = dark.data(), .count = 10'000, .duration = 10us};
  path.advance({&piece, 1}, {1.5e-4});
  // 1.5 mA for 64 of the 100 ms: 3 V - 0.96 V.
  EXPECT_FALSE(path.rail_on());
  EXPECT_NEAR(path.storage_voltage().si, 2.04, 1e-7);
}

TEST(PowerPath, TheLockoutActsAtOnce) {
  PowerPathConfig config = ideal_on(3.0_V);
  config.regulator.check_interval = std::chrono::seconds(1);
  config.regulator.off = 2.5_V;
  config.regulator.lockout = 2.0_V;
  PowerPath path(config, power_format);
  wait(path, 0.0F, 49ms, 2.0_mA);
  EXPECT_TRUE(path.rail_on());
  wait(path, 0.0F, 2ms, 2.0_mA);
  EXPECT_FALSE(path.rail_on());
}

// C(V) falls from 100 uF at 0 V to 40 uF at 4 V and stays there.
TEST(PowerPath, AConverterThatAlwaysRunsChargesItsRailOnce) {
  PowerPathConfig config = ideal();
  config.initial_voltage = 1.0_V;
  config.regulator = {.on = 4.0_V, .off = 3.0_V, .good_on = 4.0_V, .good_off = 3.0_V};
  config.regulator.output = {
      .kind = OutputKind::buck, .voltage = 2.0_V, .drop = 0.2_V, .capacitance = 20.0_uF};
  // Charging 20 uF to 2 V takes 40 uJ.
  for (const bool always_on : {false, true}) {
    config.regulator.output.always_on = always_on;
    config.regulator.lockout = 1.5_V;
    PowerPath path(config, power_format);
    for (int cycle = 0; cycle < 5; ++cycle) {
      while (!path.rail_on())
        wait(path, 10e-3F, 1ms);
      while (path.rail_on())
        wait(path, 0.0F, 1ms, 2.0_mA);
    }
    EXPECT_NEAR(path.ledger().output_loss.si, always_on ? 40e-6 : 200e-6, 1e-12);
  }
}

TEST(PowerPath, AConverterThatAlwaysRunsTakesItsQuiescentCurrentWithoutALoad) {
  PowerPathConfig config = ideal();
  config.initial_voltage = 3.0_V;
  config.regulator = {.on = 4.0_V, .off = 2.5_V, .good_on = 4.0_V, .good_off = 3.0_V};
  config.regulator.lockout = 2.4_V;
  config.regulator.output = {
      .kind = OutputKind::buck,
      .voltage = 2.0_V,
      .drop = 0.2_V,
      .quiescent = 1.0_uA,
      .always_on = true};
  PowerPath path(config, power_format);
  run(path, 0.0F, 100.0_ms, 100);
  // 1 uA for 10 s out of 100 uF: 0.1 V.
  EXPECT_NEAR(path.storage_voltage().si, 2.9, 1e-9);
  run(path, 0.0F, 1.0_s, 100);
  // Off at the lockout of 2.4 V, after 50 s of these; nothing drawn below it.
  EXPECT_NEAR(path.storage_voltage().si, 2.4, 0.0101);
}

TEST(PowerPath, TheInputStagesQuiescentCurrentIsDrawnWhetherTheRailIsOnOrNot) {
  PowerPathConfig config = ideal();
  config.initial_voltage = 3.0_V;
  config.input.quiescent = 1.0_uA;
  PowerPath path(config, power_format);
  run(path, 0.0F, 100.0_ms, 100);
  EXPECT_NEAR(path.storage_voltage().si, 2.9, 1e-9);
  // C / 2 (3^2 - 2.9^2) = 29.5 uJ.
  EXPECT_NEAR(path.ledger().input_loss.si, 29.5e-6, 1e-12);
}

}  // namespace
}  // namespace sunfleck
