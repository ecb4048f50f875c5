#include "profiles/generators.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>

#include "core/power/harvest_statistics.h"

namespace sunfleck {
namespace {

using namespace literals;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

double mean_of(const std::vector<float>& samples) {
  double sum = 0.0;
  for (const float sample : samples)
    sum += static_cast<double>(sample);
  return sum / static_cast<double>(samples.size());
}

double mean_square_of(const std::vector<float>& samples) {
  double sum = 0.0;
  for (const float sample : samples)
    sum += static_cast<double>(sample) * static_cast<double>(sample);
  return sum / static_cast<double>(samples.size());
}

// The correlation of samples with those `lag` later.
double autocorrelation(const std::vector<float>& samples, std::size_t lag) {
  const double mean = mean_of(samples);
  double together = 0.0;
  double alone = 0.0;
  for (std::size_t i = 0; i + lag < samples.size(); ++i) {
    const double here = static_cast<double>(samples[i]) - mean;
    together += here * (static_cast<double>(samples[i + lag]) - mean);
    alone += here * here;
  }
  return together / alone;
}

// How long, in samples, each run of samples lasts for which `belongs` holds; the first and the last
// run, which the profile's ends may cut, are left out.
template <class Belongs>
std::vector<double> run_lengths(const std::vector<float>& samples, Belongs belongs) {
  std::vector<double> lengths;
  double length = 0.0;
  bool is_first = true;
  for (const float sample : samples) {
    if (belongs(sample)) {
      length += 1.0;
    } else {
      if (length > 0.0 && !is_first) lengths.push_back(length);
      is_first = false;
      length = 0.0;
    }
  }
  return lengths;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values)
    sum += value;
  return sum / static_cast<double>(values.size());
}

TEST(Generators, ASwitchedSourceHasItsDutyForAnyPeriod) {
  for (const double duty : {0.0, 0.1, 1.0 / 3.0, 0.5, 1.0}) {
    for (const RunTime period :
         {RunTime(milliseconds(7)), RunTime(milliseconds(50)), RunTime(milliseconds(500))}) {
      const auto profile = generate(OnOffSource{
          .power = 2.0_mW,
          .cycle = milliseconds(100),
          .duty = duty,
          .sampling = {.duration = seconds(70), .period = period}});
      ASSERT_TRUE(profile);
      // 70 s are whole cycles and whole samples.
      EXPECT_NEAR(statistics_of(*profile, Watts{}).mean.si, 2e-3 * duty, 1e-8)
          << duty << " " << period.count();
    }
  }
}

TEST(Generators, ASwitchedSourceIsOnFirst) {
  const auto profile = generate(OnOffSource{
      .power = 1.0_W,
      .cycle = milliseconds(40),
      .duty = 0.375,
      .sampling = {.duration = milliseconds(80), .period = milliseconds(10)}});
  ASSERT_TRUE(profile);
  // 15 ms on, 25 ms off: one whole sample and half of the next.
  EXPECT_EQ(profile->samples, (std::vector<float>{1.0F, 0.5F, 0.0F, 0.0F, 1.0F, 0.5F, 0.0F, 0.0F}));
}

TEST(Generators, AClearDayHasTheMeanOfASineAndANight) {
  const auto profile = generate(
      SolarDaySource{
          .peak = 3.0_mW,
          .daylight = seconds(100),
          .clouds = {.clear = 1e9_s, .cloud = 1.0_s},
          .sampling = {.duration = seconds(150), .period = milliseconds(10)}},
      4);
  ASSERT_TRUE(profile);
  // The mean of sin over half a turn is 2 / pi; a third of the time is night.
  const HarvestStatistics statistics = statistics_of(*profile, Watts{});
  EXPECT_NEAR(statistics.mean.si, 3e-3 * 2.0 / std::numbers::pi * 100.0 / 150.0, 1e-8);
  EXPECT_NEAR(statistics.peak.si, 3e-3, 1e-9);
  EXPECT_EQ(statistics.longest_outage, seconds(50));
}

TEST(Generators, CloudsTakeTheirShareOfTheLight) {
  double light = 0.0;
  constexpr int days = 200;
  for (int seed = 0; seed < days; ++seed) {
    const auto profile = generate(
        SolarDaySource{
            .peak = 1.0_W,
            .daylight = seconds(100),
            .clouds = {.clear = 2.0_s, .cloud = 1.0_s, .thickest = 0.2, .thinnest = 0.6},
            .sampling = {.duration = seconds(100), .period = milliseconds(50)}},
        static_cast<std::uint64_t>(seed));
    ASSERT_TRUE(profile);
    light += statistics_of(*profile, Watts{}).mean.si / (2.0 / std::numbers::pi);
  }
  // A third of the time under clouds that let through 0.4 on average: 1 - 0.6 / 3. One day's
  // deviation is about 0.6 * sqrt(2/9 * 2 * (2/3 s) / 100 s) = 0.033; five standard errors of 200
  // days are 0.012.
  EXPECT_NEAR(light / days, 0.8, 0.012);
}

TEST(Generators, AWalkStaysBetweenWallAndReaderAndForgetsWeakPower) {
  const RandomWalkSource source{
      .power = 4.0_mW,
      .radius = 4.0,
      .nearest = 0.5,
      .shadowing = 0.0,
      .body = 20.0,
      .sensitivity = 0.1_mW,
      .sampling = {.duration = seconds(600), .period = milliseconds(20)}};
  const auto profile = generate(source, 9);
  ASSERT_TRUE(profile);
  // Without shadowing: at most 4 mW / 0.25, at least 4 mW / 16 facing the reader; averted from it,
  // a hundredth of that, which is heard only within 0.63 m.
  std::size_t dark = 0;
  for (const float value : profile->samples) {
    ASSERT_LE(value, 16.001e-3F);
    if (value == 0.0F)
      ++dark;
    else
      ASSERT_GE(value, 0.1e-3F);
  }
  // Averted for 1 s in 4; five deviations of that share over 150 cycles are about 0.12.
  EXPECT_NEAR(static_cast<double>(dark) / static_cast<double>(profile->samples.size()), 0.25, 0.12);
}

TEST(Generators, ATelegraphHasItsMeanTimesDutyMeanAndCorrelation) {
  const TelegraphSource source{
      .high = 5.0_mW,
      .low = 1.0_mW,
      .high_time = 1.0_s,
      .low_time = 3.0_s,
      .sampling = {.duration = seconds(40'000), .period = milliseconds(20)}};
  const auto profile = generate(source, 11);
  ASSERT_TRUE(profile);
  // 10 000 cycles: the duty deviates by sqrt(2 d (1 - d) 0.75 s / 40 000 s) = 0.0027, the means of
  // the times by 1 % and 3 % / 100; five deviations each. Runs of pure samples lose one sample.
  EXPECT_NEAR(mean_of(profile->samples), 2e-3, 4e-3 * 0.0135);
  const auto high = run_lengths(profile->samples, [](float x) { return x == 5e-3F; });
  const auto low = run_lengths(profile->samples, [](float x) { return x == 1e-3F; });
  EXPECT_NEAR(0.02 * mean_of(high) + 0.02, 1.0, 0.05);
  EXPECT_NEAR(0.02 * mean_of(low) + 0.02, 3.0, 0.15);
  // e^{-1} after 0.75 s: sample 37.5; a sample's mean over 20 ms adds 0.4 %.
  EXPECT_NEAR(autocorrelation(profile->samples, 37), std::exp(-0.74 / 0.75), 0.03);
  EXPECT_NEAR(autocorrelation(profile->samples, 150), 0.0, 0.05) << "e^{-4} = 0.018";
}

TEST(Generators, ATelegraphBeginsInEitherStateAsOftenAsItIsInIt) {
  int high = 0;
  constexpr int seeds = 1000;
  for (int seed = 0; seed < seeds; ++seed) {
    const auto profile = generate(
        TelegraphSource{
            .high = 1.0_W,
            .high_time = 100.0_s,
            .low_time = 300.0_s,
            .sampling = {.duration = milliseconds(1), .period = milliseconds(1)}},
        static_cast<std::uint64_t>(seed));
    ASSERT_TRUE(profile);
    if (profile->samples[0] > 0.5F) ++high;
  }
  EXPECT_NEAR(high / static_cast<double>(seeds), 0.25, 5.0 * std::sqrt(0.25 * 0.75 / seeds));
}

TEST(Generators, ASolarDayAsLightOrPanelIsTheSameDay) {
  SolarDaySource source{
      .peak = 1.0_W,
      .irradiance = 800.0,
      .daylight = seconds(100),
      .clouds = {.clear = 3.0_s, .cloud = 2.0_s, .edge = 0.1_s},
      .sampling = {.duration = seconds(120), .period = milliseconds(100)}};
  const auto power = generate(source, 5);
  source.kind = HarvestKind::irradiance;
  const auto light = generate(source, 5);
  source.kind = HarvestKind::diode;
  const auto panel = generate(source, 5);
  ASSERT_TRUE(power && light && panel);
  EXPECT_EQ(light->format.kind, HarvestKind::irradiance);
  EXPECT_EQ(panel->format.kind, HarvestKind::diode);
  ASSERT_EQ(panel->samples.size(), 3 * power->samples.size());
  for (std::size_t i = 0; i < power->samples.size(); ++i) {
    const double share = static_cast<double>(power->samples[i]);
    ASSERT_NEAR(static_cast<double>(light->samples[i]), 800.0 * share, 800.0 * 1e-5);
    // 0.8 suns of the panel's 15 mA.
    ASSERT_NEAR(static_cast<double>(panel->samples[3 * i]), 12e-3 * share, 12e-3 * 1e-5);
  }
  // At 1000 W/m2 the law goes through what the sheet says: 1.89 V open, 1.5 V at the maximum power.
  const DiodeLaw law{
      15e-3, static_cast<double>(panel->samples[1]), static_cast<double>(panel->samples[2])};
  EXPECT_NEAR(law.open_voltage().si, 1.89, 1e-4);
  EXPECT_NEAR(law.optimum().voltage.si, 1.5, 1e-4);
}

TEST(Generators, OfficeLampsHaveTheShareOfThoseWhoAreThereAndTheHold) {
  OfficeLightSource source{
      .lamps = 400.0,
      .window = 0.0,
      .per_lux = {1.0},
      .begin = 8.0,
      .work_from = 8.0,
      .work_until = 18.0,
      .present = 600.0_s,
      .absent = 900.0_s,
      .hold = 450.0_s,
      .sampling = {.duration = hours(24 * 400), .period = seconds(20)}};
  const auto profile = generate(source, 3);
  ASSERT_TRUE(profile);
  double lit = 0.0;
  constexpr std::size_t day = 24 * 180;
  for (std::size_t i = 0; i < profile->samples.size(); ++i) {
    if (profile->samples[i] == 0.0F) continue;
    ASSERT_EQ(profile->samples[i], 400.0F);
    ASSERT_LT(i % day, 1800U) << "lamps after 18 h";
    lit += 1.0;
  }
  // 1 - 900 e^{-1/2} / 1500, over 4000 h of work with 1.4 cycles of 1500 s each an hour and a
  // deviation of a cycle's share of about 0.4: five of their mean are 0.02.
  EXPECT_NEAR(lit / (400.0 * 1800.0), 1.0 - 0.6 * std::exp(-0.5), 0.02);
}

TEST(Generators, AnOfficeWindowFollowsTheSun) {
  const OfficeLightSource source{
      .lamps = 0.0,
      .window = 200.0,
      .per_lux = {1.0},
      .begin = 0.0,
      .sunrise = 6.0,
      .sunset = 20.0,
      .clouds = {.clear = 1e9_s, .cloud = 1.0_s},
      .sampling = {.duration = hours(24), .period = seconds(10)}};
  const auto profile = generate(source, 3);
  ASSERT_TRUE(profile);
  for (std::size_t i = 0; i < profile->samples.size(); ++i) {
    const bool is_day = i > 6 * 360 && i < 20 * 360;
    ASSERT_EQ(profile->samples[i] > 0.0F, is_day) << i;
  }
  EXPECT_NEAR(mean_of(profile->samples), 200.0 * 2.0 / std::numbers::pi * 14.0 / 24.0, 1e-3);
  EXPECT_NEAR(static_cast<double>(profile->samples[13 * 360]), 200.0, 1e-3) << "noon at 13 h";
}

TEST(Generators, AnOfficeAsItIsUsuallyHasTensToHundredsOfMicrowatts) {
  const auto profile = generate(OfficeLightSource{}, 1);
  ASSERT_TRUE(profile);
  // 500 lx and at most 300 lx more at 0.4 uW/lx.
  for (const float sample : profile->samples)
    ASSERT_LE(sample, 320.001e-6F);
  EXPECT_GT(mean_of(profile->samples), 50e-6);
}

// Times of heel strikes: where a burst rises from near silence.
std::vector<double> strikes_of(const HarvestProfile& profile, float level) {
  std::vector<double> times;
  const double period = to_seconds(profile.format.period).si;
  for (std::size_t i = 0; i < profile.samples.size(); ++i) {
    const double time = period * static_cast<double>(i);
    if (profile.samples[i] > level && (times.empty() || time > times.back() + 0.4))
      times.push_back(time);
  }
  return times;
}

TEST(Generators, AGaitHasItsStrideAndJitter) {
  const GaitSource source{
      .stride = 0.95_Hz,
      .jitter = 0.04,
      .peak = 10.0_V,
      .strength = 0.1,
      .resonance = 20.0_Hz,
      .decay = 50.0_ms,
      .sampling = {.duration = seconds(2000), .period = milliseconds(1)}};
  const auto profile = generate(source, 8);
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->format.kind, HarvestKind::voltage_behind_resistance);
  const std::vector<double> strikes = strikes_of(*profile, 2.0F);
  std::vector<double> strides;
  std::vector<double> squares;
  for (std::size_t i = 1; i < strikes.size(); ++i) {
    strides.push_back(strikes[i] - strikes[i - 1]);
    squares.push_back(strides.back() * strides.back());
  }
  // 1900 strides: five standard errors of their mean are 0.04 * 5 / sqrt(1900) = 0.46 %, of their
  // deviation 0.5 / sqrt(1900) * 5 = 8 %; the sampling adds 0.3 ms to 42 ms.
  const double mean = mean_of(strides);
  EXPECT_NEAR(mean, 1.0 / 0.95, 0.005);
  EXPECT_NEAR(std::sqrt(mean_of(squares) - mean * mean) / mean, 0.04, 0.0035);
}

TEST(Generators, AGaitGivesAMatchedLoadThePowerOfItsDampedBursts) {
  const GaitSource source{
      .stride = 1.0_Hz,
      .jitter = 0.03,
      .peak = 10.0_V,
      .strength = 0.2,
      .resonance = 20.0_Hz,
      .decay = 50.0_ms,
      .resistance = 5.0_kOhm,
      .sampling = {.duration = seconds(4000), .period = milliseconds(1)}};
  const auto profile = generate(source, 8);
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->format.resistance, 5.0_kOhm);
  // By the integral of A^2 e^{-2t/T} sin^2: the amplitudes' squares deviate by 2 * 0.2 = 40 %, five
  // standard errors of 4000 of them are 3.2 %.
  const double w = 2.0 * std::numbers::pi * 20.0 * 0.05;
  const double expected = 1.0 * 100.0 * (1.0 + 0.04) * 0.05 / 4.0 * w * w / (1.0 + w * w);
  EXPECT_NEAR(mean_square_of(profile->samples) / expected, 1.0, 0.032);
}

TEST(Generators, AGaitRingsAtItsResonanceAndDecays) {
  const GaitSource source{
      .stride = 0.1_Hz,
      .jitter = 0.0,
      .peak = 10.0_V,
      .strength = 0.0,
      .resonance = 25.0_Hz,
      .decay = 100.0_ms,
      .sampling = {.duration = seconds(12), .period = std::chrono::microseconds(100)}};
  const auto profile = generate(source, 2);
  ASSERT_TRUE(profile);
  std::vector<double> times;
  std::vector<double> heights;
  const std::vector<float>& v = profile->samples;
  for (std::size_t i = 1; i + 1 < v.size(); ++i) {
    if (!(v[i] > 0.1F && v[i] > v[i - 1] && v[i] >= v[i + 1])) continue;
    if (!times.empty() && 1e-4 * static_cast<double>(i) > times.back() + 1.0) break;
    times.push_back(1e-4 * static_cast<double>(i));
    heights.push_back(static_cast<double>(v[i]));
  }
  // A rectified sine has a top every half period, 20 ms, each lower by e^{-0.2}.
  ASSERT_GE(times.size(), 10U);
  for (std::size_t i = 1; i < 10; ++i) {
    EXPECT_NEAR(times[i] - times[i - 1], 0.02, 1.5e-4);
    EXPECT_NEAR(heights[i] / heights[i - 1], std::exp(-0.2), 1e-3);
  }
  // The first where the sine's rise and the decay cancel: tan(2 pi f t) = 2 pi f decay.
  const double turn = std::atan(2.0 * std::numbers::pi * 2.5);
  const double first = turn / (2.0 * std::numbers::pi * 25.0);
  EXPECT_NEAR(heights[0], 10.0 * std::exp(-first / 0.1) * std::sin(turn), 0.01);
}

TEST(Generators, ADuctHasItsDutyMeanAndLag) {
  const HvacSource source{
      .difference = 8.0,
      .run = 300.0_s,
      .rest = 600.0_s,
      .spread = 0.4,
      .lag = 60.0_s,
      .seebeck = 0.05,
      .resistance = 3.0_Ohm,
      .sampling = {.duration = hours(500), .period = seconds(1)}};
  const auto profile = generate(source, 6);
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->format.resistance, 3.0_Ohm);
  EXPECT_EQ(profile->samples[0], 0.0F);
  // 2000 cycles; a run deviates by 0.4 / sqrt(3) = 23 % of its mean: five standard errors are 2.6
  // %.
  EXPECT_NEAR(mean_of(profile->samples), 0.4 / 3.0, 0.4 / 3.0 * 0.03);
  const std::vector<float>& v = profile->samples;
  std::vector<float> rising(v.size() - 1);
  for (std::size_t i = 0; i + 1 < v.size(); ++i) {
    ASSERT_LE(v[i + 1], 0.4F);
    rising[i] = v[i + 1] > v[i] ? 1.0F : 0.0F;
  }
  const auto runs = run_lengths(rising, [](float up) { return up == 1.0F; });
  const auto rests = run_lengths(rising, [](float up) { return up == 0.0F; });
  EXPECT_NEAR(mean_of(runs), 300.0, 8.0);
  EXPECT_NEAR(mean_of(rests), 600.0, 16.0);
  for (const double run : runs)
    ASSERT_TRUE(run >= 178.0 && run <= 422.0) << run;
  // Falling, by e in 60 s.
  std::size_t seen = 0;
  for (std::size_t i = 0; i + 61 < v.size() && seen < 100; ++i) {
    bool falls = v[i] > 0.3F;
    for (std::size_t k = i; falls && k <= i + 60; ++k)
      falls = v[k + 1] < v[k];
    if (!falls || (i > 0 && v[i - 1] > v[i])) continue;
    ++seen;  // a sample that was partly run is the first
    EXPECT_NEAR(static_cast<double>(v[i + 61] / v[i + 1]), std::exp(-1.0), 1e-4);
  }
  EXPECT_GE(seen, 50U);
}

TEST(Generators, SamplesAreRoundedToSixDigits) {
  const auto profile = generate(RandomWalkSource{.power = 3.3_mW, .sampling = {}}, 1);
  ASSERT_TRUE(profile);
  for (const float sample : profile->samples) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.5e", static_cast<double>(sample));
    ASSERT_EQ(std::strtof(digits, nullptr), sample);
  }
}

TEST(Generators, TheSameSeedGivesTheSameAndAnotherAnother) {
  const auto both_ways = [](auto source) {
    const auto first = generate(source, 1);
    const auto again = generate(source, 1);
    const auto other = generate(source, 2);
    ASSERT_TRUE(first && again && other);
    EXPECT_EQ(first->samples, again->samples);
    EXPECT_NE(first->samples, other->samples);
  };
  both_ways(TelegraphSource{.high = 1.0_mW, .high_time = 1.0_s, .low_time = 1.0_s, .sampling = {}});
  both_ways(SolarDaySource{
      .peak = 1.0_mW,
      .daylight = seconds(40),
      .clouds = {.clear = 1.0_s, .cloud = 1.0_s},
      .sampling = {}});
  both_ways(OfficeLightSource{});
  both_ways(RandomWalkSource{.power = 1.0_mW, .sampling = {}});
  both_ways(GaitSource{});
  both_ways(HvacSource{});
}

struct Refused {
  std::string_view words;
  Result<HarvestProfile> made;
};

TEST(Generators, SayWhichParameterIsOutOfRange) {
  const double nan = std::nan("");
  const Refused cases[]{
      {"duty: must be between 0 and 1, got 1.5",
       generate(OnOffSource{.power = 1.0_mW, .cycle = seconds(1), .duty = 1.5, .sampling = {}})},
      {"power: must be between 0 and 1e+09, got nan",
       generate(ConstantSource{.power = {nan}, .sampling = {}})},
      {"duration: 1 to 16777216 samples are possible, got 86400000000 for 86400000 s at 0.001 s",
       generate(ConstantSource{
           .power = 1.0_mW, .sampling = {.duration = hours(24'000), .period = milliseconds(1)}})},
      {"duration: 1 to 16777216 samples are possible, got 0 for 0 s at 0.01 s",
       generate(ConstantSource{.power = 1.0_mW, .sampling = {.duration = RunTime{}}})},
      {"sample-period: must be above 0 s, got 0 s",
       generate(ConstantSource{.power = 1.0_mW, .sampling = {.period = RunTime{}}})},
      {"radius: must be between 0.5 and 1e+09, got 0.1",
       generate(RandomWalkSource{.radius = 0.1, .nearest = 0.5, .sampling = {}}, 1)},
      {"high: must be between 0.002 and 1e+09, got 0.001",
       generate(TelegraphSource{.high = 1.0_mW, .low = 2.0_mW, .sampling = {}}, 1)},
      {"kind: must be power, irradiance or diode",
       generate(SolarDaySource{.kind = HarvestKind::isc_voc, .sampling = {}}, 1)},
      {"vmpp: must be between 1.1 and 1.8, got 1.9",
       generate(
           SolarDaySource{
               .kind = HarvestKind::diode,
               .panel = {.short_circuit = 15.0_mA, .open_circuit = 2.0_V, .best_voltage = 1.9_V},
               .daylight = seconds(1),
               .clouds = {.clear = 1.0_s, .cloud = 1.0_s},
               .sampling = {}},
           1)},
      {"clear: must be between 1e-12 and 1e+09, got 0",
       generate(OfficeLightSource{.clouds = {}}, 1)},
      {"sunset: must be between 18.01 and 24, got 6",
       generate(OfficeLightSource{.sunrise = 18.0, .sunset = 6.0}, 1)},
      {"stride: must be between 0.1 and 5, got 9", generate(GaitSource{.stride = {9.0}}, 1)},
      {"resistance: must be between 1e-12 and 1e+09, got nan",
       generate(GaitSource{.resistance = {nan}}, 1)},
      {"spread: must be between 0 and 1, got 2", generate(HvacSource{.spread = 2.0}, 1)},
  };
  for (const Refused& each : cases) {
    ASSERT_FALSE(each.made) << each.words;
    EXPECT_EQ(each.made.error().code, Errc::invalid_argument);
    EXPECT_EQ(each.made.error().text, each.words);
  }
}

}  // namespace
}  // namespace sunfleck
