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
