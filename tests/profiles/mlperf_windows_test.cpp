#include "profiles/mlperf_windows.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <limits>

#include "core/base/random.h"
#include "tests/support/mutate.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

// A recording as the format's description has it: 0xF1, the rate, microjoules.
std::string recording(float rate, const std::vector<float>& energies) {
  std::string bytes = "\xF1";
  const auto add = [&bytes](float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8)
      bytes += static_cast<char>(bits >> shift);
  };
  add(rate);
  for (const float energy : energies)
    add(energy);
  return bytes;
}

std::string text_of(const std::filesystem::path& path) {
  const std::vector<std::uint8_t> bytes = file_bytes(path);
  return {bytes.begin(), bytes.end()};
}

// Expected: what was published beside each recording (results.txt), which is printed with six to
// nine digits.
void expect_published(const std::filesystem::path& folder) {
  const Result<std::vector<double>> stamps =
      read_mlperf_stamps(text_of(folder / "trace1-timestamps.json"), "stamps");
  ASSERT_TRUE(stamps) << stamps.error().text;
  const Result<std::vector<MlperfWindow>> windows =
      measure_mlperf_windows(text_of(folder / "trace1-energy.bin"), "trace", *stamps);
  ASSERT_TRUE(windows) << windows.error().text;
  const MlperfPublished published = mlperf_published_in(text_of(folder / "results.txt"));
  const std::vector<std::uint64_t> batches = mlperf_inferences_in(text_of(folder / "log.txt"));
  ASSERT_EQ(windows->size(), published.windows.size());
  ASSERT_EQ(windows->size(), published.by_inference.size());
  ASSERT_EQ(windows->size(), batches.size());
  std::vector<double> by_inference;
  for (std::size_t i = 0; i < windows->size(); ++i) {
    const Joules energy = (*windows)[i].energy;
    EXPECT_NEAR(energy / published.windows[i], 1.0, 1e-7);
    by_inference.push_back(energy.si / static_cast<double>(batches[i]));
    EXPECT_NEAR(by_inference.back() / published.by_inference[i].si, 1.0, 1e-4);
  }
  ASSERT_TRUE(published.median);
  EXPECT_NEAR(median_of(by_inference) / published.median->si, 1.0, 1e-4);
}

TEST(MlperfWindows, AreThePublishedOnesOfEveryRecording) {
  SKIP_WITHOUT_SHARED_DATA("mlperf_energy");
  int folders = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared_data("mlperf_energy"))) {
    if (!entry.is_directory()) continue;
    SCOPED_TRACE(entry.path());
    expect_published(entry.path());
    ++folders;
  }
  EXPECT_GE(folders, 5);
}

TEST(MlperfWindows, AreSummedFromTheirFirstEventToBeforeTheirSecond) {
  std::vector<float> energies(40, 1.0F);
  energies[8] = 100.0F;
  energies[12] = 1000.0F;
  // At 4 Hz the samples' times are exact: the window from 2 s to 3 s has samples 8 to 11, that from
  // 5.1 s to 6.1 s samples 21 to 24.
  const Result<std::vector<MlperfWindow>> windows =
      measure_mlperf_windows(recording(4.0F, energies), "trace", {0.5, 2.0, 3.0, 5.1, 6.1});
  ASSERT_TRUE(windows) << windows.error().text;
  ASSERT_EQ(windows->size(), 2U);
  EXPECT_EQ((*windows)[0].samples, 4U);
  EXPECT_NEAR((*windows)[0].energy.si, 103e-6, 1e-15);
  EXPECT_NEAR((*windows)[0].power.si, 103e-6, 1e-15) << "over 1 s";
  EXPECT_EQ((*windows)[1].samples, 4U);
  EXPECT_EQ((*windows)[1].first_event, 3U);
}

TEST(MlperfWindows, SayWhatIsWrongWithAFile) {
  const std::string good = recording(4.0F, std::vector<float>(40, 1.0F));
  const auto error = [](const std::string& trace, const std::vector<double>& stamps) {
    return measure_mlperf_windows(trace, "t.bin", stamps).error().text;
  };
  EXPECT_EQ(
      error("PK", {0, 1, 2}),
      "t.bin: a byte 0xF1, a rate of 1 mHz to 100 MHz and energies were wanted");
  EXPECT_EQ(
      error(good, {0, 1, 2, 3}),
      "t.bin: an event at the start and two for each window were wanted, got 4 events");
  EXPECT_EQ(
      error(good, {0, 1, 11}),
      "t.bin: an event at 11 s lies behind the last of 40 samples, at 10 s");
  EXPECT_EQ(
      error(good, {0, 1.1, 1.2}), "t.bin: no sample lies between the events at 1.1 s and 1.2 s");
  std::vector<float> broken(40, 1.0F);
  broken[6] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(
      error(recording(4.0F, broken), {0, 1, 2}),
      "t.bin: at byte 29 an energy in microjoules was wanted, got nan");
  EXPECT_EQ(
      read_mlperf_stamps("{}", "s.json").error().text,
      "s.json: a JSON array of times in seconds was wanted");
  EXPECT_EQ(
      read_mlperf_stamps("[0.1, 0.3, 0.3]", "s.json").error().text,
      "s.json: event 3: a time in seconds later than 0.3 s was wanted");
  EXPECT_FALSE(read_mlperf_stamps("[0.1, \"x\"]", "s.json"));
}

TEST(MlperfWindows, TheBatchesComeFromTheLog) {
  EXPECT_EQ(
      mlperf_inferences_in("x: m-infer-start-80\r\nx: m-infer-start-81\n"),
      (std::vector<std::uint64_t>{80, 81}));
  EXPECT_EQ(
      mlperf_inferences_in("m-bm-cfg-name[ulp-ml]-key[iterInfer]-val[300]\n"),
      std::vector<std::uint64_t>{300});
  EXPECT_TRUE(mlperf_inferences_in("m-infer-start-0\nm-infer-start-x\n").empty());
  EXPECT_TRUE(std::isnan(median_of({})));
  EXPECT_EQ(median_of({4, 1, 3, 2}), 2.5);
}

// Whatever a file holds, it is measured or refused; what is measured is finite.
TEST(MlperfWindows, DamagedFilesAreMeasuredOrRefused) {
  std::vector<float> energies(400);
  for (std::size_t i = 0; i < energies.size(); ++i)
    energies[i] = static_cast<float>(i);
  const std::string trace = recording(100.0F, energies);
  const std::string stamps = "[0.01, 0.5, 1.2, 1.5, 2.2]";
  const std::string log = "m-infer-start-10\nEnergy  : 12.5 uJ\nMedian energy cost is 3 uJ/inf.";
  const auto bytes_of = [](const std::string& text) {
    return std::vector<std::uint8_t>(text.begin(), text.end());
  };
  Random random(5, "mlperf files");
  int measured = 0;
  for (int i = 0; i < 12'000; ++i) {
    const auto damage = [&random](const std::vector<std::uint8_t>& bytes) {
      const std::vector<std::uint8_t> changed = mutated(bytes, random);
      return std::string(changed.begin(), changed.end());
    };
    const std::string text = i % 3 == 0 ? damage(bytes_of(stamps)) : stamps;
    const std::string bytes = i % 3 == 1 ? damage(bytes_of(trace)) : trace;
    if (i % 3 == 2) {
      const std::string lines = damage(bytes_of(log));
      EXPECT_LE(mlperf_inferences_in(lines).size(), lines.size());
      EXPECT_LE(mlperf_published_in(lines).windows.size(), lines.size());
      continue;
    }
    const Result<std::vector<double>> read = read_mlperf_stamps(text, "stamps");
    if (!read) continue;
    const Result<std::vector<MlperfWindow>> windows = measure_mlperf_windows(bytes, "trace", *read);
    if (!windows) continue;
    ++measured;
    for (const MlperfWindow& window : *windows)
      ASSERT_TRUE(std::isfinite(window.energy.si) && window.samples <= 2 * energies.size());
  }
  EXPECT_GT(measured, 1000) << "what is damaged a little is still measured";
}

}  // namespace
}  // namespace sunfleck
