#include "profiles/generators.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>

#include "core/power/harvest_statistics.h"
#include "profiles/builtin.h"

namespace sunfleck {
namespace {

using namespace literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

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
      EXPECT_NEAR(statistics_of(*profile, Watts{}).mean.si, 2e-3 * duty, 1e-9)
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
          .clear_time = 1e9_s,
          .cloud_time = 1.0_s,
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
            .clear_time = 2.0_s,
            .cloud_time = 1.0_s,
            .thickest = 0.2,
            .thinnest = 0.6,
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
      .power_at_metre = 4.0_mW,
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

TEST(Generators, SayWhichParameterIsOutOfRange) {
  const auto duty =
      generate(OnOffSource{.power = 1.0_mW, .cycle = seconds(1), .duty = 1.5, .sampling = {}});
  ASSERT_FALSE(duty);
  EXPECT_EQ(duty.error().text, "duty: must be between 0 and 1, got 1.5");
  const auto power = generate(ConstantSource{.power = {std::nan("")}, .sampling = {}});
  ASSERT_FALSE(power);
  EXPECT_EQ(power.error().text, "power: must be between 0 and 1e+09, got nan");
  const auto length = generate(ConstantSource{
      .power = 1.0_mW,
      .sampling = {.duration = std::chrono::hours(24'000), .period = milliseconds(1)}});
  ASSERT_FALSE(length);
  EXPECT_EQ(
      length.error().text,
      "duration: 1 to 16777216 samples are possible, got 86400000000 for 86400000 s at 0.001 s");
  const auto walk = generate(RandomWalkSource{.radius = 0.1, .nearest = 0.5, .sampling = {}}, 1);
  ASSERT_FALSE(walk);
  EXPECT_EQ(walk.error().text, "radius: must be between 0.5 and 1e+09, got 0.1");
}

TEST(BuiltinProfiles, AreSoundAndTheSameForTheSameSeed) {
  std::set<std::string_view> names;
  for (const BuiltinProfile& builtin : builtin_profiles()) {
    SCOPED_TRACE(builtin.name);
    EXPECT_TRUE(names.insert(builtin.name).second);
    const HarvestProfile profile = builtin.make(3);
    EXPECT_EQ(profile.name, builtin.name);
    EXPECT_FALSE(profile.origin.empty());
    EXPECT_EQ(profile.samples, builtin.make(3).samples);
    for (const float value : profile.samples)
      ASSERT_TRUE(std::isfinite(value) && value >= 0.0F);
  }
  EXPECT_NE(builtin_profiles()[0].make(1).samples, builtin_profiles()[0].make(2).samples);
}

TEST(BuiltinProfiles, TheFirstGivesAMilliwattOrTwoWithOutages) {
  const HarvestProfile first = builtin_profiles().front().make(1);
  const HarvestStatistics usual = statistics_of(first, Watts{});
  EXPECT_GE(usual.mean, 1.0_mW);
  EXPECT_LE(usual.mean, 2.0_mW);
  EXPECT_EQ(usual.duration, seconds(40));
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const HarvestStatistics statistics =
        statistics_of(builtin_profiles().front().make(seed), Watts{});
    EXPECT_GE(statistics.mean, 0.5_mW) << seed;
    EXPECT_LE(statistics.mean, 3.0_mW) << seed;
    EXPECT_GE(statistics.outages, 3U) << seed;
    EXPECT_GE(statistics.peak.si, 2.0 * statistics.mean.si) << seed;
  }
}

TEST(BuiltinProfiles, AnUnknownNameIsAnsweredWithTheKnown) {
  const auto profile = builtin_profile("moon", 1);
  ASSERT_FALSE(profile);
  EXPECT_EQ(
      profile.error().text,
      "no built-in profile is called 'moon'; there are rf-walk, rf-far, solar-clouds, on-off, "
      "steady");
  EXPECT_TRUE(builtin_profile("rf-far", 1));
}

}  // namespace
}  // namespace sunfleck
