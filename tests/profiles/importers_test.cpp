#include "profiles/importers.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/power/harvest_statistics.h"
#include "profiles/text_lines.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

Result<HarvestProfile> whole(Result<OpenProfile> profile) {
  if (!profile) return profile.error();
  return in_memory(*profile, most_samples);
}

Result<HarvestProfile> read_profile(const std::filesystem::path& path) {
  return whole(open_profile(path));
}

Result<HarvestProfile> read_text(std::string text, std::string_view where) {
  return whole(open_profile(ProfileFile::holding(std::move(text), where)));
}

TEST(PowercastImporter, ReadsTheRealTracesWithTheirMeanPower) {
  struct Case {
    const char* file;
    std::size_t samples;
    double mean;  // milliwatts
    double peak;
  };
  // Lines, mean and maximum of the second column by awk.
  const Case cases[] = {
      {"traces/rf_powercast/rf-cart.trace", 15656, 2.12004, 10.00},
      {"traces/rf_powercast/rf-mobile.trace", 15909, 0.497146, 4.95},
  };
  for (const Case& c : cases) {
    SKIP_WITHOUT_SHARED_DATA(c.file);
    SCOPED_TRACE(c.file);
    const auto profile = read_profile(shared_data(c.file));
    ASSERT_TRUE(profile) << profile.error().text;
    EXPECT_EQ(profile->format.kind, HarvestKind::received_power);
    EXPECT_EQ(profile->format.period, std::chrono::milliseconds(20));
    EXPECT_EQ(profile->samples.size(), c.samples);
    const HarvestStatistics statistics = statistics_of(*profile, Watts{});
    EXPECT_NEAR(statistics.mean.si * 1e3, c.mean, 5e-6);
    EXPECT_NEAR(statistics.peak.si * 1e3, c.peak, 1e-6);
    EXPECT_NE(profile->origin.find("before rectification"), std::string::npos) << profile->origin;
  }
}

// What a file says, read in another way: stamps and values by the stream's own reader.
struct Lines {
  std::vector<std::int64_t> stamps;
  std::vector<double> volts;
};

Lines read_lines(const std::filesystem::path& path) {
  Lines lines;
  std::ifstream file(path);
  std::int64_t stamp = 0;
  double volts = 0.0;
  while (file >> stamp >> volts) {
    lines.stamps.push_back(stamp);
    lines.volts.push_back(volts);
  }
  return lines;
}

TEST(WispImporter, GivesGapsInTheRealTracesAsOutagesAndNothingElse) {
  struct Case {
    const char* file;
    std::size_t late_stamps;  // by awk: stamps that are 1000 ms after their place
  };
  const Case cases[] = {
      {"traces/rf_wisp/1.txt", 0}, {"traces/rf_wisp/2.txt", 1}, {"traces/rf_wisp/3.txt", 2}};
  for (const Case& c : cases) {
    SKIP_WITHOUT_SHARED_DATA(c.file);
    SCOPED_TRACE(c.file);
    const Lines lines = read_lines(shared_data(c.file));
    const auto profile = read_profile(shared_data(c.file));
    ASSERT_TRUE(profile) << profile.error().text;
    EXPECT_EQ(profile->format.kind, HarvestKind::voltage_into_load);
    EXPECT_EQ(profile->format.resistance.si, 30e3);
    EXPECT_EQ(profile->format.period, std::chrono::milliseconds(1));

    const std::int64_t length = lines.stamps.back() - lines.stamps.front() + 1;
    ASSERT_EQ(profile->samples.size(), static_cast<std::size_t>(length));
    std::vector<float> wanted(static_cast<std::size_t>(length), 0.0F);
    std::size_t late = 0;
    for (std::size_t i = 0; i < lines.stamps.size(); ++i) {
      std::int64_t stamp = lines.stamps[i];
      if (i + 1 < lines.stamps.size() && lines.stamps[i + 1] < stamp) {
        stamp -= 1000;
        ++late;
      }
      wanted[static_cast<std::size_t>(stamp - lines.stamps.front())] =
          static_cast<float>(lines.volts[i]);
    }
    EXPECT_EQ(late, c.late_stamps);
    EXPECT_EQ(profile->samples, wanted);
    const std::string note = join(late, " stamps that were 1 s late");
    EXPECT_EQ(profile->origin.find(note) != std::string::npos, late > 0) << profile->origin;
  }
}

TEST(WispImporter, TheLongOutageOfTheSecondTraceLasts40Seconds) {
  SKIP_WITHOUT_SHARED_DATA("traces/rf_wisp/2.txt");
  const auto profile = read_profile(shared_data("traces/rf_wisp/2.txt"));
  ASSERT_TRUE(profile);
  // By awk: line 38735 has the stamp 35000000, after 34959999.
  const HarvestStatistics statistics = statistics_of(*profile, Watts{});
  EXPECT_EQ(statistics.longest_outage, std::chrono::milliseconds(40'000));
  EXPECT_EQ(profile->samples[34959999 - 34921266], 1.69629F);
  EXPECT_EQ(profile->samples[34960000 - 34921266], 0.0F);
  EXPECT_EQ(profile->samples[34999999 - 34921266], 0.0F);
  EXPECT_EQ(profile->samples[35000000 - 34921266], 1.68663F);
  // By awk: the mean of V^2 / 30 kOhm over the span of the stamps.
  EXPECT_NEAR(statistics.mean.si, 9.37085e-05, 1e-9);
}

TEST(WispImporter, TakesSmallNegativeVoltagesAsZeroAndSaysSo) {
  const auto profile = read_text("5\t0.1\n6\t-0.002\n7\t0.3\n", "w.txt");
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->samples, (std::vector<float>{0.1F, 0.0F, 0.3F}));
  EXPECT_NE(profile->origin.find("1 voltages below 0 V"), std::string::npos);
}

TEST(Importers, TolerateAByteOrderMarkCarriageReturnsAndEmptyLines) {
  const auto powercast =
      read_text("\xEF\xBB\xBFsec RSSI,mW\r\n0.00\t1.5\r\n0.02\t0.25\r\n\r\n", "p.trace");
  ASSERT_TRUE(powercast) << powercast.error().text;
  EXPECT_EQ(powercast->samples, (std::vector<float>{1.5e-3F, 0.25e-3F}));
  const auto wisp = read_text(
      "\xEF\xBB\xBF"
      "100 0.5\r\n104 0.25\r\n108 1\r\n116 2\r\n",
      "w.txt");
  ASSERT_TRUE(wisp) << wisp.error().text;
  EXPECT_EQ(wisp->format.period, std::chrono::milliseconds(4));
  EXPECT_EQ(wisp->samples, (std::vector<float>{0.5F, 0.25F, 1.0F, 0.0F, 2.0F}));
}

std::string none_recognised() {
  std::string text;
  for (const Importer& importer : importers())
    text +=
        join(text.empty() ? "f: no profile format is recognised; there are " : ", ", importer.name);
  return text;
}

TEST(Importers, RefuseWhatIsWrongInOneSentenceThatNamesTheLine) {
  struct Case {
    std::string text;
    std::string error;
  };
  const std::string powercast = "sec RSSI,mW\n";
  const Case cases[] = {
      {"", none_recognised()},
      {"<html>", none_recognised()},
      {powercast, "f: two samples or more were wanted, got 0"},
      {powercast + "0.00\t0.1\n0.02 0.2\n",
       "f:3: seconds, a tab and milliwatts were wanted, got '0.02 0.2'"},
      {powercast + "0.00\t0,21\n", "f:2: '0,21' has a decimal comma; write '0.21'"},
      {powercast + "0.00\t0.1\n0.02\t-1\n",
       "f:3: a received power of 0 to 1e9 mW was wanted, got -1 mW"},
      {powercast + "0.00\tinf\n", "f:2: a number was wanted, got 'inf'"},
      {powercast + "1e300\t1\n", "f:2: a time of at most 3e9 s was wanted, got '1e300'"},
      {powercast + "0.00\t1\n0.02\t1\n0.04\t1\n0.05\t1\n",
       "f:5: the time goes on by 0.01 s, which is no multiple of the sample period of 0.02 s"},
      {powercast + "0.00\t1\n0.02\t1\n0.02\t1\n",
       "f:4: the time 0.02 s does not come after 0.02 s of the sample before"},
      {"5\t0.1\n6\t0.1\n7\t0.1\n6\t0.1\n",
       "f:4: the time 0.006 s does not come after 0.007 s of the sample before"},
      {"5\t0.1\n5\t0.1\n",
       "f:2: the time 0.005 s does not come after 0.005 s of the sample before"},
      {"5\t0.1\n6\t0.1\t7\n", "f:2: milliseconds and volts were wanted, got '6?0.1?7'"},
      {"5\t0.1\n6\t-3\n", "f:2: a voltage of -0.1 V to 1000 V was wanted, got -3 V"},
      {"5\t0.1\n6.5\t0.1\n", "f:2: a whole number of milliseconds was wanted, got '6.5'"},
      {"5\t0.1\n6\t0.1\n7\t0.1\n400000000006\t1\n",
       "f:4: up to here it lasts 400000000.001 s at a sample period of 0.001 s; a profile holds at "
       "most 16777216 samples"},
  };
  for (const Case& c : cases) {
    const auto profile = read_text(c.text, "f");
    ASSERT_FALSE(profile) << c.text;
    EXPECT_EQ(profile.error().text, c.error);
    EXPECT_EQ(profile.error().code, Errc::invalid_argument);
  }
}

TEST(Importers, OpenRegularFilesOnly) {
  const auto missing = read_profile("/nowhere/at.all");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().text, "/nowhere/at.all: a regular file was wanted, and there is none");
  EXPECT_EQ(missing.error().code, Errc::io);
  EXPECT_FALSE(read_profile("tests"));
  EXPECT_FALSE(read_profile("/dev/zero"));
}

TEST(Importers, AFileWithoutANameOfItsOwnGivesItsFileName) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "my walk.txt";
  std::ofstream(path) << "1\t0.5\n2\t0.5\n";
  const auto profile = read_profile(path);
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->name, "my walk");
}

}  // namespace
}  // namespace sunfleck
