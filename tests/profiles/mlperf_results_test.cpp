#include "profiles/mlperf_results.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.h"
#include "tests/support/mutate.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

const ModelErrors& model_called(const std::vector<ModelErrors>& models, std::string_view name) {
  for (const ModelErrors& errors : models)
    if (errors.model.name == name) return errors;
  ADD_FAILURE() << name;
  return models.front();
}

// Expected: the same models computed with numpy on the same table; the first is the published bar:
// 5.0 % in the mean, 3.8 % in the median of the boards, 19.4 % at worst.
TEST(MlperfResults, EnergyFollowsTimeAsWellAsIsPublishedAndBetter) {
  SKIP_WITHOUT_SHARED_DATA("mlperf_energy/results.csv");
  const std::vector<std::uint8_t> bytes = file_bytes(shared_data("mlperf_energy/results.csv"));
  const Result<MlperfResults> results =
      read_mlperf_results(std::string(bytes.begin(), bytes.end()), "results.csv");
  ASSERT_TRUE(results) << results.error().text;
  EXPECT_EQ(results->sets.size(), 22U);
  const std::vector<ModelErrors> models = leave_one_out(results->sets, mlperf_macs());
  const ModelErrors& constant = model_called(models, "constant");
  EXPECT_NEAR(constant.mean, 0.0502, 5e-5);
  EXPECT_NEAR(constant.set_median, 0.0381, 5e-5);
  EXPECT_NEAR(constant.set_worst, 0.194, 5e-4);
  const ModelErrors& median = model_called(models, "median");
  EXPECT_NEAR(median.mean, 0.0452, 5e-5);
  EXPECT_NEAR(median.set_median, 0.0307, 5e-5);
  const ModelErrors& network = model_called(models, "median-network");
  EXPECT_NEAR(network.mean, 0.0417, 5e-5);
  EXPECT_NEAR(network.set_median, 0.0275, 5e-5);
  EXPECT_NEAR(model_called(models, "mac-rate").mean, 0.0440, 5e-5);
}

const std::string heading =
    "bench,mode,median_uJ_per_inf,median_inf_per_s,round,division,org,system\n";
const std::string board_of(const std::string& system) {
  const std::string end = ",1.0,closed,us," + system + "\n";
  return "ad,energy,10,100" + end + "ic,energy,20,50" + end + "kws,energy,40,25" + end +
      "vww,energy,90,10" + end + "vww,performance,,11" + end + "sww,energy,1,1" + end;
}

TEST(MlperfResults, AreFoundByTheirColumnsNames) {
  const Result<MlperfResults> results =
      read_mlperf_results(heading + board_of("a") + board_of("b") + "ad,energy,1,1,1,c,o,d\n", "r");
  ASSERT_TRUE(results) << results.error().text;
  ASSERT_EQ(results->sets.size(), 2U);
  EXPECT_EQ(results->incomplete, 1U);
  EXPECT_EQ(results->sets[0].name, "1.0 closed us a");
  EXPECT_NEAR(results->sets[0].energy[3].si, 90e-6, 1e-15);
  EXPECT_NEAR(results->sets[0].time[3].si, 0.1, 1e-15);
}

TEST(MlperfResults, SayWhatIsWrongWithATable) {
  const auto error = [](const std::string& text) {
    return read_mlperf_results(text, "r.csv").error().text;
  };
  EXPECT_EQ(error(""), "r.csv:0: a line of headings was wanted");
  EXPECT_EQ(error("round,division\n"), "r.csv:1: a column 'org' was wanted");
  EXPECT_EQ(
      error(heading + "ad,energy,0,100,1,c,o,a\n"),
      "r.csv:2: a number above 0 was wanted, not '0'");
  EXPECT_EQ(
      error(heading + board_of("a") + board_of("a")),
      "r.csv:8: 'ad' is there a second time for 1.0 closed us a");
  EXPECT_EQ(
      error(heading + board_of("a")),
      "r.csv: two boards with all of ad, ic, kws and vww were wanted, got 1");
}

TEST(MlperfResults, DamagedTablesAreReadOrRefused) {
  const std::string good = heading + board_of("a") + board_of("b") + board_of("c");
  const std::vector<std::uint8_t> bytes(good.begin(), good.end());
  Random random(5, "mlperf results");
  int read = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::vector<std::uint8_t> changed = mutated(bytes, random);
    const Result<MlperfResults> results =
        read_mlperf_results(std::string(changed.begin(), changed.end()), "r.csv");
    if (!results) continue;
    ++read;
    ASSERT_EQ(leave_one_out(results->sets, mlperf_macs()).size(), 6U);
  }
  EXPECT_GT(read, 1000);
}

}  // namespace
}  // namespace sunfleck
