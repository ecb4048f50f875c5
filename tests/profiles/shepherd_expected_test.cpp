#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/power/shepherd_presets.h"
#include "core/power/shepherd_source.h"
#include "profiles/importers.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

using namespace literals;

// What shepherd-core 2026.7.1 makes of 20 s of the recording, of which every 200th sample is kept:
//   n,V_inp_uV,I_inp_nA,V_mid_uV,V_out_uV,I_out_nA,P_inp_fW,P_out_fW,pwr_good_bits,pwr_good_hyst
// and a last line with the totals.
struct Expected {
  std::vector<std::array<double, 10>> rows;
  double energy_mws = 0.0;
  double duty = 0.0;
};

double number_after(const std::string& line, std::string_view name) {
  const std::size_t at = line.find(name);
  return at == std::string::npos ? NAN : std::stod(line.substr(at + name.size()));
}

Expected read_expected(const std::filesystem::path& path) {
  Expected expected;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);  // names
  while (std::getline(file, line)) {
    if (line.starts_with('#')) {
      expected.energy_mws = number_after(line, "E_out_mWs=");
      expected.duty = number_after(line, "pwrgood_duty=");
      continue;
    }
    std::array<double, 10> row{};
    const char* at = line.data();
    for (double& field : row)
      at = std::from_chars(at, line.data() + line.size(), field).ptr + 1;
    expected.rows.push_back(row);
  }
  return expected;
}

// All samples of the recording through the published model; those of the expected file's rows are
// compared with it. Profiles hold 24 bit of a number, so that a current at the edge of a nanoampere
// may be cut to the one below it, and the powers that follow from it with it.
class Comparison {
 public:
  explicit Comparison(const Expected& expected) : expected_(&expected) {}

  void add(const ShepherdSample& sample) {
    if (summary_.samples() % 200 == 0) compare(sample);
    summary_.add(sample);
  }
  const ShepherdSummary& summary() const { return summary_; }
  std::size_t rows() const { return row_; }

 private:
  void compare(const ShepherdSample& sample) {
    ASSERT_LT(row_, expected_->rows.size());
    const auto& row = expected_->rows[row_++];
    SCOPED_TRACE(row[0]);
    ASSERT_EQ(static_cast<double>(summary_.samples()), row[0]);
    EXPECT_NEAR(sample.input_voltage.si * 1e6, row[1], 1.01);
    EXPECT_NEAR(sample.input_current.si * 1e9, row[2], 1.01);
    EXPECT_EQ(std::llround(sample.storage_voltage.si * 1e6), std::llround(row[3]));
    EXPECT_EQ(std::llround(sample.output_voltage.si * 1e6), std::llround(row[4]));
    EXPECT_EQ(std::llround(sample.load.si * 1e9), std::llround(row[5]));
    EXPECT_NEAR(sample.into_storage.si * 1e15, row[6], 1e-5 * row[6] + 1.01);
    EXPECT_NEAR(sample.out_of_storage.si * 1e15, row[7], 1.01);
    EXPECT_EQ(sample.power_good_bits, row[8]);
    EXPECT_EQ(sample.power_good, row[9] != 0.0);
  }

  const Expected* expected_;
  ShepherdSummary summary_;
  std::size_t row_ = 0;
};

Status play(HarvestSource& profile, const ShepherdConfig& config, Comparison& comparison) {
  const ShepherdConstantCurrent microcontroller{.active = 2.0_mA, .asleep = 350.0_nA};
  std::optional<ShepherdSource> source;
  for (bool last = false; !last;) {
    const HarvestBlock block = TRY(profile.next());
    last = block.last;
    if (!source)
      source.emplace(config, TRY(shepherd_input(profile.format(), block.samples)), microcontroller);
    for (std::size_t i = 0; i < block.samples.size(); i += 2)
      comparison.add(source->step({block.samples[i]}, {block.samples[i + 1]}));
  }
  return ok;
}

TEST(ShepherdExpected, ThePublishedModelsRunsAreReproducedRowByRow) {
  const std::string recording = "traces/shepherd/jogging_20s_ivsurface.h5";
  SKIP_WITHOUT_SHARED_DATA(recording);
  for (const std::string name : {"direct", "diode_capacitor", "BQ25504"}) {
    SCOPED_TRACE(name);
    const Expected expected = read_expected(
        shared_data("traces/shepherd/expected/jogging_20s_ivsurface__" + name + ".csv"));
    ASSERT_EQ(expected.rows.size(), 10'000U);
    const auto profile = open_profile(shared_data(recording));
    ASSERT_TRUE(profile) << profile.error().text;
    Comparison comparison(expected);
    const Status played = play(*profile->source, *shepherd_preset(name), comparison);
    ASSERT_TRUE(played) << played.error().text;
    EXPECT_EQ(comparison.rows(), expected.rows.size());
    const ShepherdSummary& summary = comparison.summary();
    EXPECT_EQ(summary.samples(), 2'000'000U);
    // Asked for is 0.5 % of the energy and half a point of the duty.
    EXPECT_NEAR(summary.delivered().si * 1e3, expected.energy_mws, 1e-5 * expected.energy_mws);
    EXPECT_NEAR(summary.power_good_share(), expected.duty, 1e-6);
  }
}

}  // namespace
}  // namespace sunfleck
