#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "core/power/shepherd_presets.h"
#include "core/power/shepherd_storage.h"
#include "core/power/shepherd_tables.h"
#include "core/power/shepherd_target.h"

namespace sunfleck {
namespace {

using namespace literals;

ShepherdConfig preset(std::string_view name) { return *shepherd_preset(name); }

// Rows begin at whole multiples of 131.072 mV and columns at 8.192 uA times 1, 2, 4 ...; the
// entries are 0.01, 0.20, 0.73 and 0.90 in 256ths: 2.56, 51.2, 186.9 and 230.4.
TEST(ShepherdEfficiency, LooksUpTheClassOfVoltageAndCurrent) {
  const ShepherdConfig config = preset("bq25570");
  const ShepherdEfficiency efficiency(config.boost_table, config.buck_table);
  EXPECT_EQ(efficiency.boost(131'071.0, 8191.0), 3.0 / 256.0);
  EXPECT_EQ(efficiency.boost(131'072.0, 8192.0), 51.0 / 256.0);
  EXPECT_EQ(efficiency.boost(400'000.0, 100'000.0), 187.0 / 256.0);
  EXPECT_EQ(efficiency.boost(5e6, 100e6), 230.0 / 256.0);
  EXPECT_EQ(efficiency.boost(0.0, 0.0), 3.0 / 256.0);
}

TEST(ShepherdEfficiency, IsNeverQuiteOne) {
  ShepherdConfig config;
  config.boost_table.efficiency[0][0] = 1.0;
  const ShepherdEfficiency efficiency(config.boost_table, config.buck_table);
  EXPECT_EQ(efficiency.boost(0.0, 0.0), 255.0 / 256.0);
}

// 16 / 0.93 = 17.2 and 16 / 0.86 = 18.6; columns begin at 1.024 uA times 1, 2, 4 ...
TEST(ShepherdEfficiency, HoldsTheBuckConvertersInverseInSixteenths) {
  const ShepherdConfig config = preset("bq25570");
  const ShepherdEfficiency efficiency(config.boost_table, config.buck_table);
  EXPECT_EQ(efficiency.inverse_buck(600'000.0), 17.0 / 16.0);
  EXPECT_EQ(efficiency.inverse_buck(20'000.0), 19.0 / 16.0);
  EXPECT_EQ(efficiency.inverse_buck(500.0), 40.0 / 16.0);
  EXPECT_EQ(efficiency.inverse_buck(50e6), 17.0 / 16.0);
  ShepherdBuckTable useless = config.buck_table;
  useless.efficiency.fill(0.0);
  EXPECT_EQ(ShepherdEfficiency(config.boost_table, useless).inverse_buck(1.0), 1024.0);
}

// A full charge is 630 uC, a step of the staircase 6.3 V / 128 = 49218.75 uV. A charge of 0.66 lies
// in step 84, 0.00375 above its lower end: 236.25 samples of 1 mA.
TEST(ShepherdStorage, DescendsAStaircaseOf128Steps) {
  ShepherdStorage storage({.capacitance = 100.0_uF, .rated = 6.3_V, .initial = 0.66});
  EXPECT_EQ(storage.open_microvolts(), 4'158'984);
  for (int i = 0; i < 236; ++i)
    ASSERT_EQ(storage.move(-16e6), 4'158'984) << i;
  EXPECT_EQ(storage.move(-16e6), 4'109'765);
  // Another 630 uC / 128 = 492.19 samples further.
  for (int i = 0; i < 491; ++i)
    ASSERT_EQ(storage.move(-16e6), 4'109'765) << i;
  EXPECT_EQ(storage.move(-16e6), 4'060'546);
}

TEST(ShepherdStorage, IsFullAtTheLastStepAndDeadWithoutCharge) {
  ShepherdStorage storage({.capacitance = 100.0_uF, .rated = 6.3_V, .initial = 0.99});
  for (int i = 0; i < 1000; ++i)
    storage.move(16e6);
  EXPECT_EQ(storage.move(16e6), 6'275'390);  // 127.5 steps
  for (int i = 0; i < 63'000; ++i)
    storage.move(-16e6);
  EXPECT_EQ(storage.move(-16e6), 0);
}

TEST(ShepherdStorage, ShowsItsSeriesResistanceInBothDirections) {
  ShepherdStorage storage(
      {.capacitance = 100.0_uF, .rated = 6.3_V, .initial = 0.66, .series = 10.0_Ohm});
  EXPECT_EQ(storage.move(-16e6), 4'158'984 - 10'000);
  EXPECT_EQ(storage.move(16e6), 4'158'984 + 10'000);
}

// 296.1 uC when full. A charge of 0.8 is 0.003125 of it above the end of its step; 5.0449 V across
// 1 kOhm need 18.3 samples to drain that.
TEST(ShepherdStorage, LeaksByItsOpenVoltage) {
  ShepherdStorage storage(
      {.capacitance = 47.0_uF, .rated = 6.3_V, .initial = 0.8, .leakage = 1.0_kOhm});
  for (int i = 0; i < 18; ++i)
    ASSERT_EQ(storage.move(0.0), 5'044'921) << i;
  EXPECT_EQ(storage.move(0.0), 4'995'703);
}

// The published values of the presets, and V_on (1 - sqrt(1 - C_out / C)) of the last two cases.
TEST(ShepherdThresholds, TakeTheOutputsChargeFromTheCapacitor) {
  EXPECT_NEAR(shepherd_thresholds(preset("diode_capacitor")).dip.si, 30.877e-3, 0.5e-6);
  EXPECT_NEAR(shepherd_thresholds(preset("bq25504")).dip.si, 29.227e-3, 0.5e-6);
  EXPECT_NEAR(shepherd_thresholds(preset("bq25570")).dip.si, 8.078e-3, 0.5e-6);
  EXPECT_EQ(shepherd_thresholds(preset("direct")).dip, 0.0_V);

  ShepherdConfig low = preset("bq25570");
  low.on = 2.3_V;
  low.off = 1.0_V;
  const ShepherdThresholds raised = shepherd_thresholds(low);
  EXPECT_NEAR(raised.dip.si, 11.0276e-3, 0.5e-6);
  EXPECT_NEAR(raised.on.si, 2.4 + 11.0276e-3, 0.5e-6);
  EXPECT_NEAR(raised.off.si, 2.4, 1e-9);

  ShepherdConfig greedy = preset("bq25504");
  greedy.output_capacitance = 100.0_uF;
  EXPECT_EQ(shepherd_thresholds(greedy).dip, 0.0_V);
}

TEST(ShepherdPresets, AllPassTheirOwnCheck) {
  EXPECT_EQ(shepherd_presets().size(), 8U);
  for (const ShepherdPreset& preset : shepherd_presets()) {
    const Status status = check(preset.config());
    EXPECT_TRUE(status) << preset.name << ": " << (status ? "" : status.error().text);
    EXPECT_FALSE(preset.summary.empty());
  }
}

TEST(ShepherdPresets, AreKnownInUpperAndLowerCase) {
  EXPECT_TRUE(shepherd_preset("BQ25570s"));
  const auto unknown = shepherd_preset("bq25505");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::not_found);
  EXPECT_EQ(
      unknown.error().text,
      "no Shepherd virtual source is called 'bq25505'; there are direct, neutral, "
      "diode_capacitor, diode_resistor_capacitor, bq25504, bq25504s, bq25570, bq25570s");
}

TEST(ShepherdConfig, IsRefusedByFieldWhenThePublishedNumbersCannotHoldIt) {
  struct Case {
    std::function<void(ShepherdConfig&)> spoil;
    std::string_view text;
  };
  const double not_a_number = std::numeric_limits<double>::quiet_NaN();
  const Case cases[]{
      {[](ShepherdConfig& c) { c.on = 11.0_V; }, "on: must be from 0 V to 10 V, got 11 V"},
      {[&](ShepherdConfig& c) { c.good_off.si = not_a_number; },
       "good_off: must be from 0 V to 10 V, got nan V"},
      {[](ShepherdConfig& c) { c.harvester.highest = 6.0_V; },
       "harvester.highest: must be from 0 V to 5 V, got 6 V"},
      {[](ShepherdConfig& c) { c.input_most = 5.0_A; },
       "input_most: must be from 0 A to 4.29 A, got 5 A"},
      {[](ShepherdConfig& c) { c.check_interval = std::chrono::hours(1); },
       "check_interval: must be from 0 s to 1000 s, got 3600 s"},
      {[](ShepherdConfig& c) { c.capacitor->initial = 1.5; },
       "capacitor.initial: must be from 0 to 1, got 1.5"},
      {[](ShepherdConfig& c) { c.capacitor->capacitance = 0.25_uF; },
       "capacitor.capacitance: the published model holds 2.69e-06 C or more, got 1.575e-06 C"},
      {[](ShepherdConfig& c) { c.capacitor->leakage = 2.0_Ohm; },
       "capacitor.leakage: too low for the published model's numbers, got 2 Ohm"},
      {[](ShepherdConfig& c) { c.boost_table.efficiency[3][4] = 1.01; },
       "boost_table.efficiency: must be from 0 to 1, got 1.01"},
      {[](ShepherdConfig& c) { c.buck_table.current_log2 = 0; },
       "buck_table.current_log2: must be from 1 to 20, got 0"},
  };
  for (const Case& one : cases) {
    ShepherdConfig config = preset("bq25570");
    one.spoil(config);
    const Status status = check(config);
    ASSERT_FALSE(status) << one.text;
    EXPECT_EQ(status.error().text, one.text);
  }
}

TEST(ShepherdTarget, DrawsByPowerGood) {
  const ShepherdConstantCurrent current{.active = 2.0_mA, .asleep = 350.0_nA};
  EXPECT_EQ(current_of(current, 0.0_V, true), 2.0_mA);
  EXPECT_EQ(current_of(current, 3.0_V, false), 350.0_nA);
  const ShepherdConstantPower power{.active = 9.0_mW, .asleep = 3.0_uW};
  EXPECT_NEAR(current_of(power, 3.0_V, true).si, 3e-3, 1e-15);
  EXPECT_NEAR(current_of(power, 3.0_V, false).si, 1e-6, 1e-18);
  EXPECT_EQ(current_of(power, 0.0_V, true), 0.0_A);
  const ShepherdResistor resistor{.resistance = 1.0_kOhm};
  EXPECT_NEAR(current_of(resistor, 2.2_V, false).si, 2.2e-3, 1e-15);
  const ShepherdResistor switched{.resistance = 1.0_kOhm, .switched = true};
  EXPECT_EQ(current_of(switched, 2.2_V, false), 0.0_A);
}

// Expected: the crossing of Shockley's curve with (V - V_d) / 100 Ohm, by bisection. The ten steps
// of the published solver come within 0.03 % of it.
TEST(ShepherdTarget, SolvesADiodeBehindAResistor) {
  const ShepherdDiode diode{
      .forward_voltage = 2.0_V, .forward_current = 20.0_mA, .resistance = 100.0_Ohm};
  EXPECT_NEAR(current_of(diode, 3.0_V, false).si, 0.010419352, 3e-4 * 0.010419352);
  EXPECT_NEAR(current_of(diode, 2.0_V, false).si, 0.001617378, 3e-4 * 0.001617378);
  EXPECT_NEAR(current_of(diode, 0.0_V, false).si, 0.0, 1e-12);
  const ShepherdDiode switched{
      .forward_voltage = 2.0_V,
      .forward_current = 20.0_mA,
      .resistance = 100.0_Ohm,
      .switched = true};
  EXPECT_EQ(current_of(switched, 3.0_V, false), 0.0_A);
}

TEST(ShepherdTarget, RefusesWhatDrawsBackwards) {
  const Status status = check(ShepherdTarget(ShepherdConstantCurrent{.active = {-1e-3}}));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().text, "target.active: must be from 0 A to 1000 A, got -0.001 A");
}

}  // namespace
}  // namespace sunfleck
