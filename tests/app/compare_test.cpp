#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "app/comparison_document.h"
#include "tests/support/replay_json.h"
#include "tests/support/shared_data.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

// Runs of the built-in network: 1 and 2 with restart, 3 and 4 with tiles, of three inferences each.
class CompareRuns : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new ScratchFolder;
    for (const char* strategy : {"restart", "tile"})
      for (const char* seed : {"1", "2"})
        ASSERT_EQ(
            run({"replay", "--strategy", strategy, "--profile", "constant:power=50mW",
                 "--inferences", "3", "--seed", seed, "--name", std::string(strategy) + seed})
                .code,
            0);
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static CommandResult run(const std::vector<std::string>& arguments) {
    return sunfleck_command(arguments, *folder_);
  }
  static ScratchFolder* folder_;
};
ScratchFolder* CompareRuns::folder_ = nullptr;

const json* row_of(const json& compared, const std::string& title) {
  for (const json& row : compared["rows"])
    if (row["title"] == title) return &row;
  return nullptr;
}

TEST_F(CompareRuns, GroupsAreNamedByNumberNameOrPattern) {
  const CommandResult result =
      run({"compare", "--group", "restart=1,restart2", "--group", "tile=tile*", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  const json compared = json::parse(result.out);
  EXPECT_EQ(compared["samples_are"], "runs");
  EXPECT_EQ(compared["groups"][1]["runs"][1]["id"], 4);
  const json& work = (*row_of(compared, "work (less boot, telemetry)"))["groups"];
  const json& change = work[1]["joules"]["change"];
  const double ratio = change["ratio"].get<double>();
  EXPECT_GT(ratio, 1.05) << "tiles cost more than no checkpoints";
  EXPECT_NEAR(
      ratio, work[1]["joules"]["mean"].get<double>() / work[0]["joules"]["mean"].get<double>(),
      1e-12);
  EXPECT_LE(change["ratio_interval"][0].get<double>(), ratio);
  EXPECT_NEAR(change["significance"]["p"].get<double>(), 1.0 / 3.0, 1e-12) << "2 of the 6 ways";
  EXPECT_EQ(change["significance"]["cliffs_delta"], 1.0);
  EXPECT_NE(row_of(compared, "layer 0 CONV_2D"), nullptr);
}

TEST_F(CompareRuns, TextAndCsvHaveWhatIsAskedFor) {
  const CommandResult layers =
      run({"compare", "1", "3", "--by", "layer", "--csv", folder_->file("rows.csv")});
  ASSERT_EQ(layers.code, 0) << layers.err;
  EXPECT_NE(layers.out.find("layer 0 CONV_2D"), std::string::npos);
  EXPECT_EQ(layers.out.find("checkpoint  "), std::string::npos);
  EXPECT_NE(layers.out.find("overhead of run 3 tile1: time +"), std::string::npos) << layers.out;
  EXPECT_NE(layers.out.find("samples are inferences"), std::string::npos);
  const std::string csv = text_of(folder_->file("rows.csv"));
  const auto commas = [](const std::string& line) { return std::ranges::count(line, ','); };
  std::istringstream lines(csv);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    ASSERT_EQ(commas(line), 19) << line;
  EXPECT_GT(count, 2U * 2U * 13U) << "two groups, two quantities, 13 layers, and the classes";
}

TEST_F(CompareRuns, WrongGroupsAreMistakesOfTheCommandLine) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"1"},
        {"1", "--group", "tile"},
        {"1", "--group", "a=2,"},
        {"1", "--group", "a=none*"},
        {"1", "1"},
        {"1", "3", "--report", "report.xyz"}}) {
    std::vector<std::string> arguments{"compare"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    EXPECT_EQ(run(arguments).code, 2) << words.back();
  }
  EXPECT_EQ(run({"compare", "1", "99"}).code, 1);
}

TEST_F(CompareRuns, TheReportHoldsEveryNumberOfTheJson) {
  Result<db::RunStore> opened = db::RunStore::open(
      (folder_->path() / ".local/share/sunfleck/runs.db").string(), db::Missing::refuse);
  ASSERT_TRUE(opened) << opened.error().text;
  db::RunStore store = *std::move(opened);
  const Result<StoredComparison> compared =
      compare_stored(store, {{"restart", {"1", "2"}}, {"tile", {"3", "4"}}});
  ASSERT_TRUE(compared) << compared.error().text;
  const Document document = comparison_document(*compared);
  EXPECT_EQ(document.title, "Comparison: restart, tile");
  EXPECT_NE(document.summary.find("tile takes "), std::string::npos) << document.summary;
  EXPECT_EQ(document.data, to_json(*compared));
  std::size_t tables = 0;
  for (const Section& section : document.sections)
    for (const Block& block : section.blocks) {
      if (const auto* table = std::get_if<DocumentTable>(&block)) {
        ++tables;
        for (const auto& row : table->rows)
          ASSERT_EQ(row.size(), table->columns.size()) << table->key;
      }
      const auto* figure = std::get_if<Figure>(&block);
      if (figure == nullptr || figure->key != "energy_stacks") continue;
      // The bars' lengths are the groups' energies: active and asleep.
      const Bar& bar = figure->chart.panels.front().bars.at(1);
      double length = 0.0;
      for (const BarPart& part : bar.parts)
        length += part.value;
      double active = compared->comparison.row(RowKind::active)->groups[1]->energy.mean;
      for (const ComparisonRow& row : compared->comparison.rows)
        if (row.key.kind == RowKind::activity && row.key.activity == Activity::sleep)
          active += row.groups[1]->energy.mean;
      EXPECT_NEAR(length, active, 1e-9 * active);
    }
  EXPECT_EQ(tables, 3U) << "groups, classes, layers";
}

TEST_F(CompareRuns, AStoredRunIsHeldAgainstExpectations) {
  const CommandResult met = run(
      {"runs", "check", "1", "--expect", "unattributed<1%", "--expect", "outages==0", "--baseline",
       "restart2", "--json"});
  EXPECT_EQ(met.code, 0) << met.err;
  EXPECT_EQ(json::parse(met.out)["expectations"].size(), 4U);
  const CommandResult worse = run({"runs", "check", "3", "--baseline", "1", "--tolerance", "1%"});
  EXPECT_EQ(worse.code, 3);
  EXPECT_NE(worse.err.find("energy_per_inference is "), std::string::npos) << worse.err;
  EXPECT_NE(worse.err.find("1 % more is tolerated"), std::string::npos) << worse.err;
  EXPECT_EQ(run({"runs", "check", "1"}).code, 2);
  EXPECT_EQ(run({"runs", "check", "1", "--expect", "energy(layer 77)<1J"}).code, 2);
  EXPECT_EQ(run({"runs", "check", "1", "--expect", "correct==100%"}).code, 2);
}

TEST_F(CompareRuns, AReplayIsHeldAgainstExpectationsBeforeAndAfter) {
  const auto runs = [] { return json::parse(run({"runs", "list", "--json"}).out).size(); };
  const std::size_t before = runs();
  for (const char* wrong : {"energy(layer 99)<1mJ", "correct==100%", "power<1W"})
    EXPECT_EQ(run({"replay", "--expect", wrong}).code, 2) << wrong;
  EXPECT_EQ(run({"replay", "--tolerance", "3%"}).code, 2) << "of what baseline";
  EXPECT_EQ(run({"replay", "--baseline", "nobody"}).code, 1);
  EXPECT_EQ(runs(), before) << "nothing was played";
  const CommandResult result = run(
      {"replay", "--profile", "constant:power=50mW", "--name", "gated", "--json", "--expect",
       "energy_per_inference<1uJ", "--expect", "outages==0"});
  EXPECT_EQ(result.code, 3);
  EXPECT_NE(result.err.find("above the limit of 1.000 uJ"), std::string::npos) << result.err;
  const json report = json::parse(result.out);
  ASSERT_EQ(report["expectations"].size(), 2U);
  EXPECT_EQ(report["expectations"][0]["met"], false);
  EXPECT_EQ(report["expectations"][1]["met"], true);
  EXPECT_EQ(run({"runs", "delete", "gated"}).code, 0);
}

TEST(Mlperf, AFolderIsMeasuredAgain) {
  SKIP_WITHOUT_SHARED_DATA("mlperf_energy");
  const ScratchFolder folder;
  const std::string name = "v1.0_OctoML_NUCLEO_L4R5ZI_ad";
  const std::string path = shared_data("mlperf_energy/" + name).string();
  const CommandResult result = sunfleck_command({"mlperf", "energy", path, "--json"}, folder);
  ASSERT_EQ(result.code, 0) << result.err;
  const json measured = json::parse(result.out);
  EXPECT_NEAR(measured["joules_per_inference"].get<double>(), 633.734e-6, 1e-9) << "as published";
  EXPECT_TRUE(measured["notes"].empty()) << measured["notes"];
  const CommandResult files = sunfleck_command(
      {"mlperf", "energy", path + "/trace1-energy.bin", path + "/trace1-timestamps.json"}, folder);
  EXPECT_EQ(files.code, 0) << files.err;
  EXPECT_NE(files.out.find("inferences of a window is not known"), std::string::npos);
  EXPECT_EQ(sunfleck_command({"mlperf", "energy", folder.path()}, folder).code, 1);
  const CommandResult models = sunfleck_command(
      {"mlperf", "model", shared_data("mlperf_energy/results.csv").string()}, folder);
  EXPECT_NE(models.out.find("22 boards"), std::string::npos) << models.out << models.err;
}

}  // namespace
}  // namespace sunfleck::app
