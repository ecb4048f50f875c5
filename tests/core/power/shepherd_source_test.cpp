#include "core/power/shepherd_source.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "core/power/shepherd_presets.h"

namespace sunfleck {
namespace {

using namespace literals;

constexpr ShepherdConstantCurrent microcontroller{.active = 2.0_mA, .asleep = 350.0_nA};
constexpr ShepherdInput samples{};

ShepherdConfig preset(std::string_view name) { return *shepherd_preset(name); }

// What a constant source makes of a configuration in `count` samples.
ShepherdSummary supplied(const ShepherdConfig& config, Volts voltage, Amperes current, int count) {
  ShepherdSource source(config, samples, microcontroller);
  ShepherdSummary summary;
  for (int i = 0; i < count; ++i)
    summary.add(source.step(voltage, current));
  return summary;
}

// 2 mA are 9830.4 steps of 1 / 4915200 A, 3 V are 39321 steps of 1 / 13107 V.
TEST(ShepherdSource, PassesADirectSourceThroughItsConverters) {
  ShepherdSource source(preset("direct"), samples, microcontroller);
  const ShepherdSample first = source.step(3.0_V, 1.0_mA);
  EXPECT_NEAR(first.storage_voltage.si, 3.0, 1e-12);
  EXPECT_NEAR(first.output_voltage.si, 3.0, 1e-12);
  EXPECT_EQ(first.load, 2.0_mA);
  EXPECT_EQ(first.power_good_bits, 3);
  EXPECT_TRUE(first.power_good);
  EXPECT_EQ(first.out_of_storage, 0.0_W);
  const ShepherdSample second = source.step(3.0_V, 1.0_mA);
  EXPECT_NEAR(second.out_of_storage.si, 3.0 * 9830.0 / 4915200.0, 1e-15);
  EXPECT_EQ(second.into_storage, 0.0_W);
}

TEST(ShepherdSource, CutsItsInputToWholeMicrovoltsAndNanoamperes) {
  ShepherdSource source(preset("direct"), samples, microcontroller);
  const ShepherdSample sample = source.step({1.2345678}, {1.2345678e-3});
  EXPECT_NEAR(sample.input_voltage.si, 1.234567, 1e-12);
  EXPECT_NEAR(sample.input_current.si, 1.234567e-3, 1e-15);
}

// A source of 1.15 V behind a diode cannot charge a capacitor of 2 V. With 10 Ohm in series, the
// published model books 2 V times its current, more than the source has.
TEST(ShepherdSource, LetsEnergyAppearFromNothingBehindADiodeAndAResistor) {
  ShepherdConfig with_resistor = preset("diode_resistor_capacitor");
  with_resistor.capacitor->initial = 2.0 / 6.3;
  ShepherdConfig without_resistor = with_resistor;
  without_resistor.input_resistance = 0.0_Ohm;
  constexpr int second = 100'000;
  const Joules offered = 1.15_V * 0.5_mA * 1.0_s;
  EXPECT_EQ(supplied(without_resistor, 1.15_V, 0.5_mA, second).into_storage(), 0.0_J);
  EXPECT_GT(supplied(with_resistor, 1.15_V, 0.5_mA, second).into_storage(), 1.5 * offered);
}

// 3.3 V behind 0.3 V of diode against 2 V, 1 mA through 10 Ohm: 2.99 V times 1 mA go in.
TEST(ShepherdSource, ChargesThroughDiodeAndResistorFromAHigherSource) {
  ShepherdConfig config = preset("diode_resistor_capacitor");
  config.capacitor->initial = 2.0 / 6.3;
  ShepherdSource source(config, samples, microcontroller);
  EXPECT_NEAR(
      source.step(3.3_V, 1.0_mA).into_storage.si, 2.99e-3, 1e-10);  // 10 Ohm has 22 binary places
}

// 1 V and 1 mA are row 7 (0.917 to 1.049 V) and column 7 (0.524 to 1.049 mA): 0.84, 215 / 256.
TEST(ShepherdSource, BoostsByTheClassOfItsInputAndNotBelowItsThreshold) {
  ShepherdSource source(preset("bq25504"), samples, microcontroller);
  EXPECT_NEAR(source.step(1.0_V, 1.0_mA).into_storage.si, 1e-3 * 215.0 / 256.0, 1e-12);
  EXPECT_EQ(source.step(129.0_mV, 1.0_mA).into_storage, 0.0_W);
}

// The thresholds are looked at with the first sample and then every 6400. 3.17 V lose 1 V in that
// time to 2 mA at 2.2 V, so that a capacitor below V_off = 2.4 V goes on supplying.
TEST(ShepherdSource, ComparesItsThresholdsAtTheCheckIntervalOnly) {
  ShepherdConfig config = preset("bq25570");
  config.capacitor->initial = 0.5;
  ShepherdSource source(config, samples, microcontroller);
  int last_on = 0;
  Volts lowest = 10.0_V;
  for (int i = 0; i < 20'000; ++i) {
    const ShepherdSample sample = source.step(0.0_V, 0.0_A);
    if (sample.output_voltage <= 0.0_V) break;
    lowest = sample.storage_voltage;
    last_on = i;
  }
  EXPECT_EQ(last_on + 1, 6400);
  EXPECT_LT(lowest, 2.3_V);
}

TEST(ShepherdSource, SwitchesPowerGoodWithHysteresisWhileTheOutputIsOn) {
  ShepherdSource source(preset("direct"), samples, microcontroller);
  struct Step {
    Volts voltage;
    int bits;
    bool good;
  };
  const std::array steps{Step{2.5_V, 1, true},  // the model begins with power-good
                         Step{2.2_V, 0, false}, Step{2.5_V, 1, false}, Step{2.8_V, 3, true},
                         Step{2.3_V, 1, true},  Step{0.0_V, 0, false}};
  for (const Step& step : steps) {
    SCOPED_TRACE(step.voltage.si);
    const ShepherdSample sample = source.step(step.voltage, 1.0_mA);
    EXPECT_EQ(sample.power_good_bits, step.bits);
    EXPECT_EQ(sample.power_good, step.good);
  }
}

TEST(ShepherdSource, SparesTheCapacitorDuringTheStartupDelay) {
  ShepherdConfig config = preset("bq25570s");
  config.startup_delay = std::chrono::microseconds(50);
  ShepherdSource source(config, samples, microcontroller);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(source.step(0.0_V, 0.0_A).out_of_storage, 0.0_W) << i;
  EXPECT_GT(source.step(0.0_V, 0.0_A).out_of_storage, 4.0_mW);
}

TEST(ShepherdSource, TakesNumbersBeyondItsRange) {
  for (const ShepherdPreset& preset : shepherd_presets()) {
    ShepherdSource source(
        preset.config(), {.points = 100, .step = 50.0_mV}, ShepherdConstantPower{.active = 1e3_W});
    for (int i = 0; i < 1000; ++i) {
      const double sign = i % 3 == 0 ? -1.0 : 1.0;
      const ShepherdSample sample = source.step({sign * 1e30}, {1e30});
      ASSERT_GE(sample.storage_voltage, 0.0_V) << preset.name;
      ASSERT_LE(sample.storage_voltage, 10.0_V) << preset.name;
    }
  }
}

TEST(ShepherdSummary, AddsUpPowersAndPowerGood) {
  ShepherdSummary summary;
  EXPECT_EQ(summary.power_good_share(), 0.0);
  ShepherdSample sample;
  sample.output_voltage = 2.0_V;
  sample.load = 1.0_mA;
  sample.into_storage = 3.0_mW;
  sample.out_of_storage = 4.0_mW;
  sample.power_good = true;
  summary.add(sample);
  sample.power_good = false;
  summary.add(sample);
  EXPECT_EQ(summary.samples(), 2U);
  EXPECT_NEAR(summary.duration().si, 20e-6, 1e-18);
  EXPECT_NEAR(summary.delivered().si, 40e-9, 1e-18);
  EXPECT_NEAR(summary.into_storage().si, 60e-9, 1e-18);
  EXPECT_NEAR(summary.out_of_storage().si, 80e-9, 1e-18);
  EXPECT_EQ(summary.power_good_share(), 0.5);
}

constexpr HarvestFormat curves{
    .kind = HarvestKind::iv_curve,
    .resistance = {},
    .period = 100 * shepherd_period,
    .points = 100,
    .lead_in = 4};

// A falling ramp from 5 V in steps of 50 mV that sticks at V_oc = 1 V until it comes by, after four
// points at full scale.
TEST(ShepherdInput, FindsTheStepOfARecordedRamp) {
  std::vector<float> points;
  for (int curve = 0; curve < 20; ++curve)
    for (int i = 0; i < 100; ++i) {
      const float falling = 5.0F - 0.05F * static_cast<float>(i);
      points.push_back(i < 4 ? 5.12F : std::min(1.0F, falling));
      points.push_back(0.0F);
    }
  const auto input = shepherd_input(curves, points);
  ASSERT_TRUE(input) << input.error().text;
  EXPECT_EQ(input->points, 100U);
  EXPECT_NEAR(input->step.si, 0.05, 1e-6);
}

TEST(ShepherdInput, TakesSamplesAsTheyAreAndRefusesWhatThePublishedSourceDoes) {
  HarvestFormat format{
      .kind = HarvestKind::operating_point, .resistance = {}, .period = shepherd_period};
  const auto input = shepherd_input(format, {});
  ASSERT_TRUE(input);
  EXPECT_EQ(input->points, 0U);
  format.kind = HarvestKind::isc_voc;
  const auto pairs = shepherd_input(format, {});
  ASSERT_FALSE(pairs);
  EXPECT_EQ(
      pairs.error().text,
      "profile: Shepherd's virtual source takes V-I samples and I-V curves only");
  format.kind = HarvestKind::operating_point;
  format.period = std::chrono::milliseconds(1);
  const auto slow = shepherd_input(format, {});
  ASSERT_FALSE(slow);
  EXPECT_EQ(
      slow.error().text,
      "profile: Shepherd's virtual source takes a point every 10 us, not 1 in 0.001 s");
  HarvestFormat sparse = curves;
  sparse.period = std::chrono::milliseconds(20);
  const auto few = shepherd_input(sparse, {});
  ASSERT_FALSE(few);
  EXPECT_EQ(
      few.error().text,
      "profile: Shepherd's virtual source takes a point every 10 us, not 100 in 0.02 s");
  const auto still = shepherd_input(curves, std::vector<float>(400, 1.0F));
  ASSERT_FALSE(still);
  EXPECT_EQ(still.error().text, "step: a ramp's is above 0 V and at most 10 V, not 0 V");
}

}  // namespace
}  // namespace sunfleck
