#include "profiles/builtin.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "core/power/harvest_statistics.h"
#include "profiles/formats.h"
#include "profiles/generator_table.h"
#include "profiles/importers.h"

namespace sunfleck {
namespace {

using namespace literals;
using std::chrono::seconds;

TEST(BuiltinProfiles, AreSoundAndTheSameForTheSameSeed) {
  std::set<std::string_view> names;
  for (const BuiltinProfile& builtin : builtin_profiles()) {
    SCOPED_TRACE(builtin.name);
    EXPECT_TRUE(names.insert(builtin.name).second);
    const auto profile = builtin_profile(builtin.name, 3);
    ASSERT_TRUE(profile) << profile.error().text;
    EXPECT_EQ(profile->name, builtin.name);
    EXPECT_FALSE(profile->origin.empty());
    EXPECT_EQ(profile->samples, builtin_profile(builtin.name, 3)->samples);
    for (const float value : profile->samples)
      ASSERT_TRUE(std::isfinite(value) && value >= 0.0F);
  }
}

TEST(BuiltinProfiles, OneThatIsCalledAsAGeneratorIsThatWithoutParameters) {
  for (const BuiltinProfile& builtin : builtin_profiles()) {
    for (const Generator& generator : generators()) {
      if (generator.name != builtin.name) continue;
      EXPECT_EQ(builtin.specification, builtin.name);
    }
  }
}

TEST(BuiltinProfiles, TheFirstGivesAMilliwattOrTwoWithOutages) {
  const std::string_view first = builtin_profiles().front().name;
  const HarvestStatistics usual = statistics_of(*builtin_profile(first, 1), Watts{});
  EXPECT_GE(usual.mean, 1.0_mW);
  EXPECT_LE(usual.mean, 2.0_mW);
  EXPECT_EQ(usual.duration, seconds(40));
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const HarvestStatistics statistics = statistics_of(*builtin_profile(first, seed), Watts{});
    EXPECT_GE(statistics.mean, 0.5_mW) << seed;
    EXPECT_LE(statistics.mean, 3.0_mW) << seed;
    EXPECT_GE(statistics.outages, 3U) << seed;
    EXPECT_GE(statistics.peak.si, 2.0 * statistics.mean.si) << seed;
  }
}

TEST(BuiltinProfiles, AnUnknownNameIsAnsweredWithTheKnown) {
  const auto profile = builtin_profile("moon", 1);
  ASSERT_FALSE(profile);
  EXPECT_EQ(profile.error().code, Errc::not_found);
  EXPECT_EQ(
      profile.error().text,
      "no built-in profile is called 'moon'; there are rf-walk, rf-far, solar-clouds, on-off, "
      "steady, office-light, solar-day, gait-piezo, hvac-teg, reader-walk, telegraph");
}

// The tests run in the root of the source tree.
const std::filesystem::path library = "profiles/library";

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(ProfileLibrary, EachFileIsWhatTheGeneratorGivesToTheByte) {
  for (const BuiltinProfile& builtin : builtin_profiles()) {
    if (!builtin.in_library) continue;
    const auto path = library / (std::string(builtin.name) + ".csv");
    ASSERT_TRUE(std::filesystem::exists(path)) << path;
    // Not EXPECT_EQ, which would print both.
    EXPECT_TRUE(text_of(path) == to_csv(*builtin_profile(builtin.name, 1))) << path;
  }
}

TEST(ProfileLibrary, HasNoOtherFilesAndIsSmall) {
  std::uintmax_t bytes = 0;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(library)) {
    if (entry.path().extension() != ".csv") continue;
    bytes += entry.file_size();
    ++files;
    const auto open = open_profile(entry.path());
    ASSERT_TRUE(open) << open.error().text;
    EXPECT_EQ(open->name, entry.path().stem().string());
  }
  EXPECT_EQ(files, 6U);
  EXPECT_LT(bytes, 400'000U);
}

TEST(ProfileLibrary, ItsSourcesSayHowEachFileIsMade) {
  const std::string sources = text_of(library / "SOURCES.md");
  for (const BuiltinProfile& builtin : builtin_profiles()) {
    if (!builtin.in_library) continue;
    EXPECT_NE(sources.find(std::string(builtin.name) + ".csv"), std::string::npos) << builtin.name;
    EXPECT_NE(sources.find(builtin.specification), std::string::npos) << builtin.specification;
  }
}

TEST(GeneratorTable, EveryExampleCanBePlayed) {
  for (const Generator& generator : generators()) {
    const auto example = generated(generator.example, 1);
    ASSERT_TRUE(example) << example.error().text;
    EXPECT_EQ(example->name, generator.example);
    const auto bare = generated(generator.name, 1);
    ASSERT_TRUE(bare) << bare.error().text;
    EXPECT_GT(statistics_of(*bare, Watts{}).peak, Watts{}) << generator.name;
  }
}

TEST(GeneratorTable, ParametersAreReadWithTheirUnits) {
  const auto profile =
      generated("on-off:power=5mW,cycle=2min,duty=1,duration=1h,sample-period=30s", 1);
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->samples, std::vector<float>(120, 5e-3F));
  EXPECT_EQ(profile->format.period, seconds(30));
}

TEST(GeneratorTable, WrongWordsAreNamed) {
  struct Case {
    std::string_view specification;
    Errc code;
    std::string_view words;
  };
  const Case cases[]{
      {"moonlight", Errc::not_found,
       "no generator is called 'moonlight'; there are constant, on-off, telegraph, solar-day, "
       "solar-light, solar-panel, office-light, random-walk, gait, hvac"},
      {"constant:watts=3", Errc::usage,
       "constant: 'watts=3' sets no parameter; there are power (W), duration (s), sample-period "
       "(s)"},
      {"constant:power", Errc::usage,
       "constant: 'power' sets no parameter; there are power (W), duration (s), sample-period (s)"},
      {"constant:power=3V", Errc::usage, "constant: 'power=3V': a number in W was wanted"},
      {"constant:power=", Errc::usage, "constant: 'power=': a number in W was wanted"},
      {"on-off:duty=half", Errc::usage, "on-off: 'duty=half': a number was wanted"},
      {"on-off:duty=2", Errc::usage, "on-off: duty: must be between 0 and 1, got 2"},
      {"constant:duration=1e300s", Errc::usage,
       "constant: duration: 1 to 16777216 samples are possible, got 900000000000 for 9e+09 s at "
       "0.01 s"},
      {"constant:duration=-5", Errc::usage,
       "constant: duration: 1 to 16777216 samples are possible, got -100 for -1 s at 0.01 s"},
      {"gait:peak=-1V", Errc::usage, "gait: peak: must be between 0 and 1e+09, got -1"},
      {"hvac:,", Errc::usage,
       "hvac: '' sets no parameter; there are difference (K), run (s), rest (s), spread, lag (s), "
       "seebeck (V/K), resistance (Ohm), duration (s), sample-period (s)"},
  };
  for (const Case& each : cases) {
    const auto made = generated(each.specification, 1);
    ASSERT_FALSE(made) << each.specification;
    EXPECT_EQ(made.error().code, each.code) << each.specification;
    EXPECT_EQ(made.error().text, each.words);
  }
}

}  // namespace
}  // namespace sunfleck
