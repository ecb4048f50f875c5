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
