#include "profiles/shepherd_hdf5.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "core/base/random.h"
#include "profiles/exporters.h"
#include "profiles/hdf5_file.h"
#include "profiles/isolated_reader.h"
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

Result<HarvestProfile> round_trip(const HarvestProfile& profile, std::string* note = nullptr) {
  const ScratchFolder folder;
  const std::string path = folder.file("out.h5");
  for (const Exporter& exporter : exporters()) {
    if (exporter.name != "shepherd") continue;
    auto written = exporter.write(opened(profile), path);
    if (!written) return fail(written.error().code, written.error().text.substr(path.size()));
    if (note != nullptr) *note = *written;
  }
  return whole(open_profile(path));
}

TEST(ShepherdExport, GivesTheRealRecordingsBackToTheBit) {
  for (const char* const file :
       {"traces/shepherd/jogging_3s_isc_voc.h5", "traces/shepherd/jogging_20s_ivsurface.h5",
        "traces/bq25570_board/h5/diodecap_LED_024pc_gzip1.h5",
        "traces/bq25570_board/h5/var2_LED_003pc_lzf.h5"}) {
    SKIP_WITHOUT_SHARED_DATA(file);
    SCOPED_TRACE(file);
    const auto profile = whole(open_profile(shared_data(file)));
    ASSERT_TRUE(profile) << profile.error().text;
    std::string note;
    const auto back = round_trip(*profile, &note);
    ASSERT_TRUE(back) << back.error().text;
    EXPECT_EQ(note, "");
    EXPECT_EQ(back->format.kind, profile->format.kind);
    EXPECT_EQ(back->format.period, profile->format.period);
    EXPECT_EQ(back->format.points, profile->format.points);
    EXPECT_EQ(back->format.lead_in, profile->format.lead_in);
    EXPECT_TRUE(back->samples == profile->samples);
  }
}

HarvestProfile operating_points(RunTime period, std::vector<float> samples) {
  return {
      .name = "points",
      .format = {.kind = HarvestKind::operating_point, .resistance = {}, .period = period},
      .samples = std::move(samples),
      .origin = "made for \"a\" test\nof two lines"};
}

TEST(ShepherdExport, HasEverythingThatShepherdAsksFor) {
  const ScratchFolder folder;
  const std::string path = folder.file("out.h5");
  const HarvestProfile profile =
      operating_points(RunTime(10'000), {0.5F, 1e-3F, 0.25F, 2e-3F, 5.0F, 0.0F});
  ASSERT_TRUE(exporters().front().write(opened(profile), path));
  const std::vector<std::uint8_t> bytes = file_bytes(path);
  const std::string image(bytes.begin(), bytes.end());
  const Hdf5Handle file = open_hdf5(image);
  ASSERT_TRUE(file);
  EXPECT_EQ(text_attribute(file.id(), "mode"), "harvester");
  EXPECT_EQ(text_attribute(file.id(), "hostname"), "sunfleck");
  EXPECT_EQ(
      text_attribute(file.id(), "config"),
      "profile: \"points\"\norigin: \"made for \\\"a\\\" test\\nof two lines\"\n");
  const Hdf5Handle data = open_group(file.id(), "data");
  EXPECT_EQ(text_attribute(data.id(), "datatype"), "ivtrace");
  EXPECT_EQ(number_attribute(data.id(), "window_samples"), 0.0);
  for (const char* const name : {"time", "voltage", "current"}) {
    const Hdf5Handle set = open_dataset(data.id(), name);
    ASSERT_TRUE(set) << name;
    EXPECT_TRUE(number_attribute(set.id(), "gain").value_or(0.0) > 0.0);
    EXPECT_EQ(number_attribute(set.id(), "offset"), 0.0);
    EXPECT_TRUE(text_attribute(set.id(), "unit"));
    EXPECT_TRUE(text_attribute(set.id(), "description"));
    const Hdf5Handle properties(H5Dget_create_plist(set.id()), &H5Pclose);
    hsize_t chunk = 0;
    EXPECT_EQ(H5Pget_chunk(properties.id(), 1, &chunk), 1);
    EXPECT_EQ(chunk, 10'000U);
  }
  const auto time = Hdf5Column::of(open_dataset(data.id(), "time"), "time");
  ASSERT_TRUE(time);
  ASSERT_EQ(time->count(), 10'000U);
  std::vector<std::uint64_t> stamps(time->count());
  ASSERT_TRUE(time->read(0, stamps));
  for (std::size_t i = 0; i < stamps.size(); ++i)
    ASSERT_EQ(stamps[i], 10'000 * i);
}

TEST(ShepherdExport, RepeatsLongSamplesAndFillsOutages) {
  // 20 us each, so twice as many; then nothing for 30 us and one more.
  class WithGap final : public HarvestSource {
   public:
    HarvestFormat format() const override {
      return {.kind = HarvestKind::operating_point, .resistance = {}, .period = RunTime(20'000)};
    }
    Result<HarvestBlock> next() override {
      ++calls_;
      if (calls_ == 1) return HarvestBlock{.first = {}, .samples = first_};
      return HarvestBlock{.first = RunTime(70'000), .samples = second_, .last = true};
    }
    Status rewind() override {
      calls_ = 0;
      return ok;
    }

   private:
    std::vector<float> first_{1.0F, 1e-3F, 2.0F, 2e-3F};
    std::vector<float> second_{3.0F, 3e-3F};
    int calls_ = 0;
  };
  const ScratchFolder folder;
  OpenProfile profile{
      .name = "gap", .origin = "made", .source = std::make_unique<WithGap>(), .duration = {}};
  const auto note = exporters().front().write(profile, folder.file("gap.h5"));
  ASSERT_TRUE(note) << note.error().text;
  EXPECT_EQ(*note, "");
  const auto back = whole(open_profile(folder.file("gap.h5")));
  ASSERT_TRUE(back) << back.error().text;
  EXPECT_EQ(
      back->samples,
      (std::vector<float>{
          1, 1e-3F, 1, 1e-3F, 2, 2e-3F, 2, 2e-3F, 0, 0, 0, 0, 0, 0, 3, 3e-3F, 3, 3e-3F}));
}

TEST(ShepherdExport, AnyFloatsComeBackWithinAStepAndLosslesslyFromThenOn) {
  Random random(11);
  std::vector<float> samples;
  for (int i = 0; i < 4'000; ++i)
    samples.push_back(static_cast<float>(5.0 * random.uniform() * random.uniform()));
  std::string note;
  const auto once = round_trip(operating_points(RunTime(10'000), samples), &note);
  ASSERT_TRUE(once) << once.error().text;
  ASSERT_EQ(once->samples.size(), samples.size());
  // 5 V lies between 2^2 and 2^3, so that the step is 2^(3 - 32) V or that of generated files.
  for (std::size_t i = 0; i < samples.size(); ++i)
    ASSERT_NEAR(once->samples[i], samples[i], 3e-9 / 2);
  const auto twice = round_trip(*once, &note);
  ASSERT_TRUE(twice) << twice.error().text;
  EXPECT_EQ(note, "");
  EXPECT_TRUE(twice->samples == once->samples);
}

TEST(ShepherdExport, RefusesWhatHasNotBothVoltageAndCurrent) {
  HarvestProfile power{
      .name = "p",
      .format = {.kind = HarvestKind::power, .resistance = {}, .period = RunTime(10'000)},
      .samples = {1.0F, 2.0F},
      .origin = "o"};
  const auto back = round_trip(power);
  ASSERT_FALSE(back);
  EXPECT_EQ(
      back.error().text,
      ": Shepherd's files hold voltage and current of a source, of which this kind of profile "
      "does not have both");
  const auto fast = round_trip(operating_points(RunTime(1'000), {1.0F, 1.0F}));
  ASSERT_FALSE(fast);
  EXPECT_EQ(
      fast.error().text,
      ": a sample of this profile lasts 1000 ns, at Shepherd's 100 kS/s it takes 10000 ns");
}

TEST(ShepherdExport, LeavesNothingBehindWhenItFails) {
  const ScratchFolder folder;
  const HarvestProfile profile = operating_points(RunTime(10'000), {1.0F, 1.0F});
  EXPECT_FALSE(exporters().front().write(opened(profile), folder.path() / "no" / "such.h5"));
  HarvestProfile power = profile;
  power.format.kind = HarvestKind::power;
  EXPECT_FALSE(exporters().front().write(opened(power), folder.file("out.h5")));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace sunfleck
