#include "core/power/power_path.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <tuple>

#include "core/power/presets.h"
#include "tests/core/power/random_path.h"
#include "tests/support/pieces.h"

namespace sunfleck {
namespace {

using namespace literals;
using namespace std::chrono_literals;

constexpr HarvestFormat power_format{
    .kind = HarvestKind::power, .resistance = {}, .period = std::chrono::milliseconds(10)};

HarvestFormat voltage_format(HarvestKind kind, Ohms resistance) {
  return {.kind = kind, .resistance = resistance, .period = std::chrono::milliseconds(10)};
}

// An ideal capacitor of 100 uF whose rail never comes on by itself.
PowerPathConfig ideal() {
  return {
      .input = {},
      .capacitor = {.capacitance = 100.0_uF, .rated = 10.0_V},
      .initial_voltage = 0.0_V,
      .regulator = {.on = 9.5_V, .off = 1.0_V, .good_on = 9.5_V, .good_off = 9.0_V}};
}

// The same, on from the beginning.
PowerPathConfig ideal_on(Volts initial) {
  PowerPathConfig config = ideal();
  config.initial_voltage = initial;
  config.regulator.on = initial;
  return config;
}

// `count` steps of one piece each.
void run(PowerPath& path, float value, Seconds step, int count, Amperes rail_current = {}) {
  const Pieces piece({{.value = value, .duration = step}});
  for (int i = 0; i < count; ++i)
    path.advance(piece, rail_current * step);
}

TEST(PowerPath, StoresAllThatAnIdealInputGives) {
  PowerPath path(ideal(), power_format);
  run(path, 1e-3F, 100.0_us, 10'000);
  // 1 mW (as a float has it) for 1 s in 100 uF: V = sqrt(2 * 1 mJ / 100 uF).
  EXPECT_NEAR(path.storage_voltage().si, std::sqrt(20e3 * double{1e-3F}), 1e-12);
  EXPECT_NEAR(path.ledger().harvested.si, double{1e-3F}, 1e-15);
  EXPECT_EQ(path.ledger().input_loss, Joules{});
}

TEST(PowerPath, APieceOfAnyLengthStoresThePowersWholeEnergy) {
  for (const double duration : {1e-6, 1e-3, 1.0}) {
    PowerPath path(ideal(), power_format);
    run(path, 1e-3F, {duration}, 1);
    EXPECT_NEAR(path.storage_voltage().si, std::sqrt(20e3 * double{1e-3F} * duration), 1e-12);
  }
}

TEST(PowerPath, AnEmptyingCapacitorFollowsTheClosedFormOfADirectRail) {
  PowerPath path(ideal_on(5.0_V), power_format);
  run(path, 0.0F, 100.0_us, 1000, 2.0_mA);
  // V = V0 - I t / C = 5 - 2 mA * 0.1 s / 100 uF = 3 V; delivered C / 2 (25 - 9) V^2 = 0.8 mJ.
  EXPECT_NEAR(path.storage_voltage().si, 3.0, 1e-12);
  EXPECT_NEAR(path.ledger().delivered.si, 0.8e-3, 1e-15);
  EXPECT_NEAR(path.rail_voltage().si, 3.0, 1e-12);
}

TEST(PowerPath, ALinearRegulatorLosesItsDropAndItsQuiescentCurrent) {
  PowerPathConfig config = ideal_on(5.0_V);
  config.regulator.output = {
      .kind = OutputKind::ldo, .voltage = 2.5_V, .drop = 0.1_V, .quiescent = 10.0_uA};
  PowerPath path(config, power_format);
  EXPECT_EQ(path.rail_voltage(), 2.5_V);
  run(path, 0.0F, 100.0_us, 1000, 1.0_mA);
  // 1.01 mA for 0.1 s: V = 5 - 1.01 = 3.99 V, taken C / 2 (25 - 3.99^2) = 453.995 uJ, of which
  // 2.5 V * 0.1 mC = 250 uJ arrive.
  EXPECT_NEAR(path.storage_voltage().si, 3.99, 1e-12);
  EXPECT_NEAR(path.ledger().delivered.si, 250e-6, 1e-15);
  EXPECT_NEAR(path.ledger().output_loss.si, 203.995e-6, 1e-15);
}

TEST(PowerPath, ABuckConverterDrawsPowerNotCurrent) {
  PowerPathConfig config = ideal_on(5.0_V);
  config.regulator.output = {
      .kind = OutputKind::buck,
      .voltage = 2.0_V,
      .drop = 0.2_V,
      .efficiency = {.voltage = {0.0_V}, .current = {1.0_mA}, .efficiency = {0.8}}};
  PowerPath path(config, power_format);
  run(path, 0.0F, 100.0_us, 1000, 2.0_mA);
  // 4 mW / 0.8 for 0.1 s are 0.5 mJ of 1.25 mJ: V = sqrt(2 * 0.75 mJ / 100 uF) = sqrt(15).
  EXPECT_NEAR(path.storage_voltage().si, std::sqrt(15.0), 1e-12);
  EXPECT_NEAR(path.ledger().delivered.si, 0.4e-3, 1e-15);
  EXPECT_NEAR(path.ledger().output_loss.si, 0.1e-3, 1e-15);
}

TEST(PowerPath, ABuckConverterHoldsItsPowerWhileTheSourceRaisesTheCapacitor) {
  PowerPathConfig config = ideal_on(4.0_V);
  config.regulator.output = {.kind = OutputKind::buck, .voltage = 2.0_V};
  PowerPath path(config, power_format);
  run(path, 20e-3F, 100.0_us, 300, 1.0_mA);
  // 20 mW in, 2 mW out for 30 ms: 0.8 mJ + 0.54 mJ; V = sqrt(26.8).
  EXPECT_NEAR(path.storage_voltage().si, std::sqrt(26.8), 1e-6);
}

TEST(PowerPath, ADiodeLosesItsForwardVoltageOfEveryCharge) {
  PowerPathConfig config = ideal();
  config.input = {.kind = InputKind::diode, .drop = 0.3_V};
  config.initial_voltage = 1.0_V;
  PowerPath path(config, power_format);
  run(path, 1e-3F, 100.0_us, 5000);
  // C (V + d) dV = P dt: V = -d + sqrt((V0 + d)^2 + 2 P t / C) = -0.3 + sqrt(1.69 + 10).
  const double voltage = -0.3 + std::sqrt(11.69);
  EXPECT_NEAR(path.storage_voltage().si, voltage, 1e-6);
  EXPECT_NEAR(path.ledger().input_loss.si, 0.3 * 100e-6 * (voltage - 1.0), 1e-9);
}

TEST(PowerPath, AResistiveSourceChargesThroughADiodeByItsExponential) {
  PowerPathConfig config = ideal();
  config.input = {.kind = InputKind::diode, .drop = 0.3_V};
  for (const int steps : {1, 10, 10'000}) {
    PowerPath path(config, voltage_format(HarvestKind::voltage_behind_resistance, 2.0_kOhm));
    run(path, 3.3F, {0.2 / steps}, steps);
    // R C = 0.2 s: after one of it, 3 V * (1 - 1 / e), however the time is cut.
    EXPECT_NEAR(path.storage_voltage().si, 3.0 * (1.0 - std::exp(-1.0)), 1e-6) << steps;
  }
}

TEST(PowerPath, NothingFlowsBackIntoASourceThatIsLower) {
  for (const HarvestKind kind :
       {HarvestKind::voltage_into_load, HarvestKind::voltage_behind_resistance}) {
    PowerPathConfig config = ideal();
    config.input = {.kind = InputKind::diode, .drop = 0.3_V};
    config.initial_voltage = 2.0_V;
    PowerPath path(config, voltage_format(kind, 1.0_kOhm));
    run(path, 2.2F, 1.0_ms, 1000);
    EXPECT_EQ(path.storage_voltage(), 2.0_V);
    EXPECT_EQ(path.ledger().harvested, Joules{});
  }
}

TEST(PowerPath, ARecordedLoadChargesWithItsCurrentUpToItsVoltage) {
  PowerPathConfig config = ideal();
  config.input = {.kind = InputKind::diode, .drop = 0.25_V};
  PowerPath path(config, voltage_format(HarvestKind::voltage_into_load, 30.0_kOhm));
  run(path, 3.0F, 1.0_ms, 1000);
  // 3 V / 30 kOhm = 0.1 mA: 1 V in 1 s.
  EXPECT_NEAR(path.storage_voltage().si, 1.0, 1e-12);
  run(path, 3.0F, 1.0_ms, 10'000);
  EXPECT_NEAR(path.storage_voltage().si, 2.75, 1e-12);
}

TEST(PowerPath, ADutyCycledSourceThroughADiodeIsNotItsMean) {
  // 5 V behind 1 kOhm for a fifth of the time, into a capacitor so large that it stays at 3 V.
  PowerPathConfig config = ideal();
  config.input = {.kind = InputKind::diode, .drop = 0.3_V};
  config.capacitor.capacitance = {1.0};
  config.initial_voltage = 3.0_V;
  const HarvestFormat format = voltage_format(HarvestKind::voltage_behind_resistance, 1.0_kOhm);
  PowerPath path(config, format);
  const Pieces pieces({{.value = 5.0F, .duration = 20.0_us}, {.value = 0.0F, .duration = 80.0_us}});
  for (int i = 0; i < 10'000; ++i)
    path.advance(pieces, {});
  // (5 - 0.3 - 3) V / 1 kOhm for 0.2 s: 0.34 mC, so 0.34 mV in 1 F.
  EXPECT_NEAR(path.storage_voltage().si - 3.0, 0.34e-3, 1e-7);

  PowerPath mean(config, format);
  run(mean, 1.0F, 100.0_us, 10'000);
  EXPECT_EQ(mean.storage_voltage(), 3.0_V);
}

TEST(PowerPath, ARectifierSeesEachSampleAndNotTheMean) {
  PowerPathConfig config = *power_path_preset("p2110b");
  config.regulator.on = 5.5_V;
  HarvestFormat received = power_format;
  received.kind = HarvestKind::received_power;
  PowerPath path(config, received);
  const Pieces pieces(
      {{.value = 0.316e-3F, .duration = 50.0_us}, {.value = 0.05e-3F, .duration = 50.0_us}});
  for (int i = 0; i < 10'000; ++i)
    path.advance(pieces, {});
  // By the curve's own nodes: 38 % of 0.316 mW for 0.5 s, and nothing of 0.05 mW.
  EXPECT_NEAR(path.ledger().stored.si, 0.38 * 0.316e-3 * 0.5, 1e-9);
  EXPECT_NEAR(path.ledger().harvested.si, 0.366e-3 * 0.5, 1e-9);
}

TEST(PowerPath, LeakageIsAnExponential) {
  PowerPathConfig config = ideal();
  config.capacitor.leakage = 100.0_kOhm;
  config.initial_voltage = 4.0_V;
  PowerPath path(config, power_format);
  run(path, 0.0F, 1.0_ms, 5000);
  // R C = 10 s; after 5 s, 4 V * exp(-0.5).
  const double voltage = 4.0 * std::exp(-0.5);
  EXPECT_NEAR(path.storage_voltage().si, voltage, 1e-12);
  EXPECT_NEAR(path.ledger().leaked.si, 50e-6 * (16.0 - voltage * voltage), 1e-15);
}

TEST(PowerPath, TheSeriesResistanceTakesTheSquareOfTheNetCurrent) {
  PowerPathConfig config = ideal_on(5.0_V);
  config.capacitor.series = 10.0_Ohm;
  PowerPath path(config, power_format);
  run(path, 0.0F, 100.0_us, 100, 20.0_mA);
  // 20 mA for 10 ms: 2 V less; 10 Ohm * (20 mA)^2 * 10 ms = 40 uJ; the rail is 0.2 V below.
  EXPECT_NEAR(path.storage_voltage().si, 3.0, 1e-12);
  EXPECT_NEAR(path.ledger().esr_loss.si, 40e-6, 1e-15);
  EXPECT_NEAR(path.rail_voltage().si, 2.8, 1e-12);
  EXPECT_NEAR(path.ledger().delivered.si, 0.8e-3 - 40e-6, 1e-15);
}

TEST(PowerPath, WhatAFullCapacitorCannotTakeIsClampedAndCounted) {
  PowerPathConfig config = ideal();
  config.input.charge_limit = 3.0_V;
  config.regulator = {.on = 3.0_V, .off = 1.0_V, .good_on = 3.0_V, .good_off = 2.0_V, .output = {}};
  PowerPath path(config, power_format);
  run(path, 1e-3F, 100.0_us, 10'000);
  // 1 mJ came, 100 uF at 3 V hold 0.45 mJ.
  EXPECT_EQ(path.storage_voltage(), 3.0_V);
  EXPECT_NEAR(path.ledger().clamped.si, 0.55e-3, 1e-10);
}

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
Capacitor biased() {
  return {
      .capacitance = 100.0_uF,
      .rated = 10.0_V,
      .bias_voltage = {0.0_V, 4.0_V},
      .bias_share = {1.0, 0.4}};
}

TEST(PowerPath, ABiasedCapacitorStoresTheIntegralOfItsCapacitance) {
  PowerPathConfig config = ideal();
  config.capacitor = biased();
  PowerPath path(config, power_format);
  // C(V) = 100 uF (1 - 0.15 V), E(V) = 100 uF (V^2 / 2 - 0.05 V^3): at 3 V, 450 uJ - 135 uJ.
  const double power = double{1e-3F};
  run(path, 1e-3F, {0.315e-3 / power}, 1);
  EXPECT_NEAR(path.storage_voltage().si, 3.0, 1e-6);
  // At 4 V 800 uJ - 320 uJ = 480 uJ, from there on 40 uF: 5 V are 180 uJ more.
  run(path, 1e-3F, {0.345e-3 / power}, 1);
  EXPECT_NEAR(path.storage_voltage().si, 5.0, 1e-6);
}

TEST(PowerPath, ABiasedCapacitorGivesTheIntegralOfItsCharge) {
  PowerPathConfig config = ideal_on(5.0_V);
  config.capacitor = biased();
  config.regulator.off = 2.0_V;
  PowerPath path(config, power_format);
  // Q(V) = 100 uF (V - 0.075 V^2): 4 V hold 280 uC and 5 V 320 uC; 2 V hold 170 uC.
  EXPECT_NEAR(path.charge_to_brownout().si, 150e-6, 1e-15);
  run(path, 0.0F, 100.0_us, 1000, 1.4_mA);  // 140 uC
  // Q = 180 uC: 0.075 V^2 - V + 1.8 = 0.
  EXPECT_NEAR(path.storage_voltage().si, (1.0 - std::sqrt(1.0 - 0.54)) / 0.15, 1e-6);
  EXPECT_NEAR(path.charge_to_brownout().si, 10e-6, 1e-9);
}

TEST(PowerPath, ABiasedCapacitorLeaksLikeAResistance) {
  PowerPathConfig config = ideal();
  config.capacitor = biased();
  config.capacitor.leakage = 100.0_kOhm;
  config.initial_voltage = 4.0_V;
  for (const int steps : {10, 1000}) {
    PowerPath path(config, power_format);
    run(path, 0.0F, {5.0 / steps}, steps);
    // C dV/dt = -V / R with C = C0 (1 - 0.15 V): ln(V / 4) - 0.15 (V - 4) = -t / R C0 = -0.5.
    const double v = path.storage_voltage().si;
    EXPECT_NEAR(std::log(v / 4.0) - 0.15 * (v - 4.0), -0.5, steps == 10 ? 1e-3 : 1e-7);
  }
}

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

TEST(PowerPath, APausingHarvesterLosesItsPauses) {
  PowerPathConfig config = ideal();
  config.capacitor.capacitance = 1.0_mF;
  config.capacitor.rated = 100.0_V;
  const HarvestFormat format = voltage_format(HarvestKind::voltage_behind_resistance, 1.0_kOhm);
  PowerPath always(config, format);
  config.harvester.interval = 16s;
  config.harvester.pause = 256ms;
  PowerPath pausing(config, format);
  const float volts = 4.0F;
  // Neither the sample nor the run of samples ends where a pause does.
  const std::vector<float> samples(100, volts);
  for (int i = 0; i < 32; ++i) {
    const HarvestPiece piece{.samples = samples.data(), .count = 100, .duration = 10ms};
    always.advance({&piece, 1}, {});
    pausing.advance({&piece, 1}, {});
  }
  // 2 V at 2 mA for 32 s, of which 2 x 256 ms are lost.
  EXPECT_NEAR(always.ledger().harvested.si, 0.128, 1e-12);
  EXPECT_NEAR(pausing.ledger().harvested.si, 0.128 * (1.0 - 256.0 / 16000.0), 1e-12);
}

TEST(PowerPath, ADiodeWithAResistanceChargesByItsExponential) {
  PowerPathConfig config = ideal();
  config.input = {.kind = InputKind::diode, .drop = 0.3_V, .resistance = 1.0_kOhm};
  for (const int steps : {1, 10, 1000}) {
    PowerPath path(config, voltage_format(HarvestKind::voltage_behind_resistance, 1.0_kOhm));
    run(path, 3.3F, {0.2 / steps}, steps);
    // (1 kOhm + 1 kOhm) 100 uF = 0.2 s: 3 V (1 - 1 / e).
    EXPECT_NEAR(path.storage_voltage().si, 3.0 * (1.0 - std::exp(-1.0)), 1e-6) << steps;
  }
}

TEST(PowerPath, ACellChargesThroughADiodeAsFarAsItsCurveGoes) {
  PowerPathConfig config = ideal();
  config.input = {.kind = InputKind::diode, .drop = 0.25_V};
  HarvestFormat format = power_format;
  format.kind = HarvestKind::diode;
  // I = 1 mA - 1 uA (e^{4 v} - 1): with C dV/dt = I(V + 0.25) and u = e^{-4 (V + 0.25)}, u follows
  // du/dt = (4 / C) (b - (a + b) u), an exponential towards b / (a + b).
  const std::array<float, 3> cell{1e-3F, 1e-6F, 4.0F};
  const double a = double{cell[0]};
  const double b = double{cell[1]};
  const double end = b / (a + b);
  const double start = std::exp(-4.0 * 0.25);
  for (const double time : {0.05, 0.15, 0.5}) {
    for (const int steps : {1, 100}) {
      PowerPath path(config, format);
      const HarvestPiece piece{
          .samples = cell.data(), .count = 1, .duration = to_run_time({time / steps})};
      for (int i = 0; i < steps; ++i)
        path.advance({&piece, 1}, {});
      const double u = end + (start - end) * std::exp(-4.0 / 100e-6 * (a + b) * time);
      EXPECT_NEAR(path.storage_voltage().si, -std::log(u) / 4.0 - 0.25, 2e-4) << time;
    }
  }
}

TEST(PowerPath, ALowSourceGivesNothingThroughADiodeWithAResistance) {
  // 1.15 V behind a diode of 0.3 V and 10 Ohm, a capacitor at 2 V: a published model raises the
  // source to the capacitor's voltage there, and energy comes from nowhere.
  PowerPathConfig config = ideal();
  config.input = {.kind = InputKind::diode, .drop = 0.3_V, .resistance = 10.0_Ohm};
  config.initial_voltage = 2.0_V;
  HarvestFormat format = power_format;
  format.kind = HarvestKind::operating_point;
  PowerPath path(config, format);
  const std::array<float, 2> sample{1.15F, 1e-3F};
  const HarvestPiece piece{.samples = sample.data(), .count = 1, .duration = 10us};
  for (int i = 0; i < 1000; ++i)
    path.advance({&piece, 1}, {});
  EXPECT_EQ(path.storage_voltage(), 2.0_V);
  EXPECT_EQ(path.ledger().harvested, Joules{});
  // From below it charges to 0.85 V and never further, and the source never gives more than
  // 1.15 V times 1 mA.
  config.initial_voltage = 0.5_V;
  PowerPath low(config, format);
  for (int i = 0; i < 10'000; ++i)
    low.advance({&piece, 1}, {});
  EXPECT_NEAR(low.storage_voltage().si, 0.85, 1e-6);
  EXPECT_LE(low.ledger().harvested.si, 1.15e-3 * 0.1);
}

TEST(PowerPath, TheLedgerClosesAfterALongRun) {
  PowerPathConfig config = *power_path_preset("bq25570");
  config.capacitor.series = 0.5_Ohm;
  PowerPath path(config, power_format);
  Random random(21);
  for (int step = 0; step < 300'000; ++step) {
    const Pieces piece(
        {{.value = static_cast<float>(random_between(random, 1e-5, 1e-2)), .duration = 100.0_us}});
    const Coulombs wanted = random_between(random, 1e-6, 1e-2) * Coulombs{1e-4};
    path.advance(piece, std::min(wanted, path.charge_to_brownout()));
  }
  const PowerLedger& ledger = path.ledger();
  EXPECT_GT(ledger.delivered.si, 1e-3);
  EXPECT_LE(std::abs(ledger.unbalanced().si), 1e-13 * ledger.harvested.si);
}

}  // namespace
}  // namespace sunfleck
