// The PPK2's files, MLPerf Tiny's energies and Joulescope's recordings.

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>

#include "core/base/random.h"
#include "profiles/exporters.h"
#include "profiles/importers.h"
#include "profiles/text_lines.h"
#include "tests/support/recording_files.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

constexpr std::size_t most_numbers = std::size_t{1} << 24;

Result<HarvestProfile> whole(Result<OpenProfile> profile) {
  if (!profile) return profile.error();
  return in_memory(*profile, most_numbers);
}

ImportOptions at(Volts voltage) {
  ImportOptions options;
  options.voltage = voltage;
  return options;
}

Result<HarvestProfile> read_text(
    const std::string& text, const ImportOptions& options = at({3.0})) {
  return whole(open_profile(ProfileFile::holding(text, "f"), options));
}

std::string refusal(const std::string& text, const ImportOptions& options = at({3.0})) {
  const auto profile = read_text(text, options);
  return profile ? "it was read" : profile.error().text;
}

TEST(Ppk2Csv, ReadsCurrentsAtTheVoltageThatIsGiven) {
  const auto profile = read_text(
      "Timestamp(ms),Current(uA),D0-D7,D0,D1,D2,D3,D4,D5,D6,D7\n"
      "12.34,1.500,01000000,0,1,0,0,0,0,0,0\n12.35,-0.020,--------,-,-,-,-,-,-,-,-\n"
      "12.39,2500.000,XXXXXXXX,X,X,X,X,X,X,X,X\n\n");
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->format.kind, HarvestKind::operating_point);
  EXPECT_EQ(profile->samples, (std::vector<float>{3, 1.5e-6F, 3, 0, 0, 0, 0, 0, 0, 0, 3, 2.5e-3F}));
  EXPECT_EQ(profile->format.period, RunTime(10'000));
}

TEST(Ppk2Csv, FindsThePeriodOfStampsThatWereRounded) {
  // 30 kS/s with three decimals: steps of 33 and 34 us.
  std::string text = "Timestamp(ms),Current(uA)\r\n";
  for (int i = 0; i < 3'000; ++i)
    text += join(fixed(i / 30.0, 3), ",", i % 7, "\r\n");
  const auto profile = read_text(text);
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->samples.size(), 2U * 3'000);
  EXPECT_NEAR(static_cast<double>(profile->format.period.count()), 33'333.3, 1.0);
}

TEST(Ppk2Csv, WithoutStampsThePeriodIsGiven) {
  const std::string text = "Current(uA),D0-D7\n1,00000000\n2,00000000\n";
  EXPECT_EQ(
      refusal(text), "f: it has no 'Timestamp(ms)'; the period between its samples is to be given");
  ImportOptions options = at({1.8});
  options.period = std::chrono::milliseconds(1);
  const auto profile = read_text(text, options);
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->samples, (std::vector<float>{1.8F, 1e-6F, 1.8F, 2e-6F}));
  EXPECT_EQ(profile->format.period, std::chrono::milliseconds(1));
}

TEST(Ppk2Csv, RefusesWhatIsWrongInOneSentenceThatNamesTheLine) {
  const std::string title = "Timestamp(ms),Current(uA),D0-D7\n";
  const std::string two = title + "0,1,-\n0.01,1,-\n";
  EXPECT_EQ(
      refusal(two, {}),
      "f: it holds currents only; the voltage at which they were recorded is to be given");
  EXPECT_EQ(refusal(two, at({0.0})), "f: a voltage above 0 V and below 1 MV was wanted, got 0 V");
  EXPECT_EQ(refusal(title), "f: two samples or more were wanted");
  EXPECT_EQ(refusal(two + "0.02\n"), "f:4: there is no Current(uA) in '0.02'");
  EXPECT_EQ(refusal(two + "0.02,x,-\n"), "f:4: a number was wanted, got 'x'");
  EXPECT_EQ(
      refusal(two + "0.02,1e13,-\n"), "f:4: a current of at most 1e12 uA was wanted, got 1e+13 uA");
  EXPECT_EQ(refusal(two + "1e13,1,-\n"), "f:4: a time of at most 1e12 ms was wanted, got 1e+13");
  EXPECT_EQ(
      refusal(two + "0.02,1,-\n0.02,1,-\n"),
      "f:5: the time comes 0 s after that of the line before; the period is 1e-05 s");
}

TEST(Ppk2Csv, IsExportedAndReadBackToTheBitWithItsGaps) {
  Random random(3);
  HarvestProfile profile{
      .name = "p",
      .format = {.kind = HarvestKind::operating_point, .resistance = {}, .period = RunTime(12'345)},
      .samples = {},
      .origin = "o"};
  for (int i = 0; i < 5'000; ++i) {
    profile.samples.push_back(3.0F);
    profile.samples.push_back(static_cast<float>(std::exp(-12.0 + 4.0 * random.normal())));
  }
  const ScratchFolder folder;
  const std::string path = folder.file("p.csv");
  for (const Exporter& exporter : exporters()) {
    if (exporter.name != "ppk2") continue;
    const auto note = exporter.write(opened(profile), path);
    ASSERT_TRUE(note) << note.error().text;
    EXPECT_NE(note->find("voltages are not in the file"), std::string::npos);
    HarvestProfile power = profile;
    power.format.kind = HarvestKind::power;
    EXPECT_FALSE(exporter.write(opened(power), folder.file("power.csv")));
    EXPECT_FALSE(std::filesystem::exists(folder.file("power.csv")));
  }
  const auto back = whole(open_profile(path, at({3.0})));
  ASSERT_TRUE(back) << back.error().text;
  EXPECT_EQ(back->format.period, profile.format.period);
  EXPECT_TRUE(back->samples == profile.samples);
}

TEST(Ppk2Session, ReadsTheCurrentsOfASession) {
  const ScratchFolder folder;
  const std::string path = folder.file("s.ppk2");
  Ppk2Spec spec{.microamperes = {1.5F, -2.0F, std::nanf(""), 1e6F}};
  write_ppk2_session(path, spec);
  const auto profile = whole(open_profile(path, at({1.8})));
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->name, "s");
  EXPECT_EQ(profile->format.kind, HarvestKind::operating_point);
  EXPECT_EQ(profile->format.period, RunTime(10'000));
  EXPECT_EQ(profile->samples, (std::vector<float>{1.8F, 1.5e-6F, 1.8F, 0, 0, 0, 1.8F, 1.0F}));

  // More than one block, of another rate.
  spec = {
      .metadata = R"({"metadata":{"samplesPerSecond":1000,"startSystemTime":1},"formatVersion":2})",
      .microamperes = std::vector<float>(200'000, 7.0F)};
  write_ppk2_session(path, spec);
  const auto longer = whole(open_profile(path, at({1.8})));
  ASSERT_TRUE(longer) << longer.error().text;
  EXPECT_EQ(longer->format.period, std::chrono::milliseconds(1));
  EXPECT_EQ(longer->samples.size(), 400'000U);
}

TEST(Ppk2Session, RefusesWhatIsWrongInOneSentence) {
  const ScratchFolder folder;
  const std::string path = folder.file("s.ppk2");
  const auto refused = [&](const Ppk2Spec& spec, const ImportOptions& options = at({3.0})) {
    write_ppk2_session(path, spec);
    const auto profile = whole(open_profile(path, options));
    return profile ? std::string("it was read")
                   : profile.error().text.substr(folder.path().string().size() + 1);
  };
  const std::vector<float> two{1.0F, 2.0F};
  EXPECT_EQ(
      refused({.microamperes = two}, {}),
      "s.ppk2: it holds currents only; the voltage at which they were recorded is to be given");
  EXPECT_EQ(
      refused({.microamperes = two, .name = "other"}),
      "s.ppk2: a zip archive with 'session.raw' was wanted, as the PPK2's app has it: No such "
      "file");
  EXPECT_EQ(refused({.microamperes = {}}), "s.ppk2: session.raw has no samples");
  for (const char* const metadata :
       {"", "[]", "{", "{}", R"({"metadata":{"samplesPerSecond":"x"}})",
        R"({"metadata":{"samplesPerSecond":-5}})"})
    EXPECT_TRUE(refused({.metadata = metadata, .microamperes = two})
                    .starts_with("s.ppk2: metadata.json has no metadata.samplesPerSecond"))
        << metadata;
  std::ofstream(path, std::ios::binary) << "PK\x03\x04 and nothing more";
  const auto profile = open_profile(path, at({3.0}));
  ASSERT_FALSE(profile);
  EXPECT_NE(profile.error().text.find("the zip archive cannot be opened"), std::string::npos)
      << profile.error().text;
}

TEST(Ppk2Session, AnArchiveThatUnpacksToMuchIsPlayedInLittleMemory) {
  const ScratchFolder folder;
  const std::string path = folder.file("s.ppk2");
  // 6 MB of equal samples in some 6 kB.
  write_ppk2_session(path, {.microamperes = std::vector<float>(1'000'000, 1.0F)});
  EXPECT_LT(std::filesystem::file_size(path), 50'000U);
  const auto profile = open_profile(path, at({3.0}));
  ASSERT_TRUE(profile) << profile.error().text;
  std::size_t numbers = 0;
  for (bool last = false; !last;) {
    const auto block = profile->source->next();
    ASSERT_TRUE(block) << block.error().text;
    ASSERT_LE(block->samples.size(), std::size_t{1} << 17);
    numbers += block->samples.size();
    last = block->last;
  }
  EXPECT_EQ(numbers, 2'000'000U);
}

TEST(MlperfEnergy, TheRealTracesHaveTheEnergiesThatWerePublished) {
  struct Case {
    const char* folder;
    std::size_t samples;
    double mean;      // W, by numpy
    double from, to;  // s: the first window in trace1-timestamps.json
    double energy;    // J, in results.txt for that window
    double within;    // J: the published window's ends are rounded to a millisecond or two
  };
  const Case cases[] = {
      {"v1.2_STMicroelectronics_NUCLEO_L4R5ZI_kws", 76'800, 0.04062051773071289, 2.770, 15.721,
       0.5465097, 1e-4},
  };
  for (const Case& c : cases) {
    const std::string name = join("mlperf_energy/", c.folder, "/trace1-energy.bin");
    SKIP_WITHOUT_SHARED_DATA(name);
    const auto profile = whole(open_profile(shared_data(name)));
    ASSERT_TRUE(profile) << profile.error().text;
    EXPECT_EQ(profile->format.kind, HarvestKind::power);
    EXPECT_EQ(profile->format.period, std::chrono::milliseconds(1));
    ASSERT_EQ(profile->samples.size(), c.samples);
    double sum = 0.0;
    double window = 0.0;
    for (std::size_t i = 0; i < c.samples; ++i) {
      sum += profile->samples[i];
      const double time = 1e-3 * static_cast<double>(i);
      if (time >= c.from && time < c.to) window += 1e-3 * profile->samples[i];
    }
    EXPECT_NEAR(sum / static_cast<double>(c.samples), c.mean, 1e-7);
    EXPECT_NEAR(window, c.energy, c.within);
    EXPECT_NE(profile->origin.find("consumption"), std::string::npos);
  }
}

std::string energy_file(std::initializer_list<float> numbers) {
  std::string bytes = "\xF1";
  for (const float number : numbers) {
    bytes.resize(bytes.size() + sizeof number);
    std::memcpy(bytes.data() + bytes.size() - sizeof number, &number, sizeof number);
  }
  return bytes;
}

TEST(MlperfEnergy, TellsWhatIsWrongAndWhatIsLeftOut) {
  const auto profile = read_text(energy_file({500.0F, 40.0F, -1.0F, 20.0F}) + "ab");
  ASSERT_TRUE(profile) << profile.error().text;
  // 40 uJ in 2 ms are 20 mW.
  EXPECT_EQ(profile->samples, (std::vector<float>{0.02F, 0.0F, 0.01F}));
  EXPECT_NE(profile->origin.find("the last 2 bytes make no sample"), std::string::npos);
  EXPECT_EQ(refusal(energy_file({500.0F})), "f: the file ends before its first sample");
  EXPECT_EQ(
      refusal(energy_file({500.0F, 1.0F, std::nanf("")})),
      "f: at byte 9 an energy in microjoules was wanted, got nan");
}

TEST(Joulescope, RecordingsAreRefusedWithAWayOut) {
  for (const char* const head : {"jlsfmt\r\n \n \x1a  \xb2\x1c", "\xD3tagfmt \r\n \n  \x1a\x1c"})
    EXPECT_EQ(
        refusal(head),
        "f: a Joulescope recording (JLS) is not read here; select the range in the Joulescope UI, "
        "export it as CSV and give that");
}

}  // namespace
}  // namespace sunfleck
