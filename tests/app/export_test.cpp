#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/support/command.h"
#include "tests/support/store_dump.h"

namespace {

using nlohmann::json;

// A store with two runs of many power cycles, made once: `sunfleck replay` itself.
class Export : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<ScratchFolder>();
    for (const char* name : {"first", "second"}) {
      const CommandResult made = sunfleck_command(
          {"replay", "--inferences", "2", "--capacitor", "47uF", "--name", name, "--store",
           store()},
          *folder_);
      ASSERT_EQ(made.code, 0) << made.err;
    }
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static std::string store() { return folder_->file("runs.db"); }
  static std::string file(const std::string& name) { return folder_->file(name); }
  static CommandResult command(std::vector<std::string> words) {
    words.insert(words.end(), {"--store", store()});
    return sunfleck_command(words, *folder_);
  }
  static json json_of(std::vector<std::string> words) {
    words.emplace_back("--json");
    const CommandResult result = command(words);
    EXPECT_EQ(result.code, 0) << result.err;
    return json::parse(result.out, nullptr, false);
  }

 private:
  static std::unique_ptr<ScratchFolder> folder_;
};

std::unique_ptr<ScratchFolder> Export::folder_;

// Whole nanoseconds from the microseconds of a trace.
std::int64_t nanoseconds(const json& microseconds) {
  return std::llround(microseconds.get<double>() * 1000.0);
}

std::vector<std::vector<std::string>> rows_of(const std::string& path) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream file(text_of(path));
  for (std::string line; std::getline(file, line);) {
    std::istringstream cells(line);
    rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, ',');)
      rows.back().push_back(cell);
    if (line.ends_with(',')) rows.back().emplace_back();
  }
  return rows;
}

// "Trace Event Format": what events of each phase must have.
TEST_F(Export, OfATraceHasTheFieldsThatEachKindOfEventNeeds) {
  const json told = json_of({"export", "first", "-o", file("fields.perfetto.json")});
  const json trace = json::parse(text_of(file("fields.perfetto.json")), nullptr, false);
  ASSERT_FALSE(trace.is_discarded());
  EXPECT_EQ(trace["displayTimeUnit"], "ns");
  const json& events = trace["traceEvents"];
  EXPECT_EQ(events.size(), told["events"]);
  std::map<std::string, int> phases;
  for (const json& event : events) {
    const std::string phase = event.at("ph").get<std::string>();
    ++phases[phase];
    EXPECT_TRUE(event.at("pid").is_number_integer());
    EXPECT_TRUE(event.at("tid").is_number_integer());
    EXPECT_FALSE(event.at("name").get<std::string>().empty());
    ASSERT_TRUE(event.at("args").is_object());
    if (phase == "M") continue;
    EXPECT_GE(event.at("ts").get<double>(), 0.0);
    if (phase == "X") {
      EXPECT_GT(nanoseconds(event.at("dur")), 0);
      EXPECT_TRUE(event.at("cat").is_string());
    }
    for (const json& value : event["args"])
      EXPECT_TRUE(phase != "C" || value.is_number());
  }
  EXPECT_EQ(phases.size(), 3U);
  EXPECT_GT(phases["X"], 100);
  EXPECT_GT(phases["C"], 1000);
  EXPECT_EQ(trace["otherData"]["name"], "first");
  EXPECT_EQ(trace["otherData"]["network_sha256"].get<std::string>().size(), 64U);
}

// On one track, spans must nest or lie apart; ours lie apart.
TEST_F(Export, OfATraceHasSpansThatLieApartOnEachTrack) {
  json_of({"export", "first", "-o", file("tracks.perfetto.json")});
  const json trace = json::parse(text_of(file("tracks.perfetto.json")));
  std::map<int, std::int64_t> ends;
  std::set<int> named;
  for (const json& event : trace["traceEvents"]) {
    const int track = event["tid"];
    if (event["name"] == "thread_name") named.insert(track);
    if (event["ph"] != "X") continue;
    EXPECT_TRUE(named.contains(track)) << event;
    const std::int64_t begin = nanoseconds(event["ts"]);
    EXPECT_GE(begin, ends[track]) << event;
    ends[track] = begin + nanoseconds(event["dur"]);
  }
  EXPECT_GE(ends.size(), 4U);
}

// Times of each activity, in a trace and in CSV, against those that the store has for it.
TEST_F(Export, HasEachActivityForTheTimeThatItTook) {
  json_of({"export", "first", "-o", file("times.perfetto.json")});
  json_of({"export", "first", "-o", file("spans.csv"), "--table", "spans"});
  std::map<std::string, double> traced;
  const json trace = json::parse(text_of(file("times.perfetto.json")));
  for (const json& event : trace["traceEvents"])
    if (event["ph"] == "X")
      traced[event["cat"]] += static_cast<double>(nanoseconds(event["dur"])) * 1e-9;
  std::map<std::string, double> listed;
  const auto rows = rows_of(file("spans.csv"));
  for (std::size_t i = 1; i < rows.size(); ++i)
    listed[rows[i].at(2)] += std::stod(rows[i].at(1)) - std::stod(rows[i].at(0));
  std::istringstream shares(query_text(
      store(), "SELECT activity, sum(time_seconds) FROM share WHERE run = 1 GROUP BY activity"));
  int found = 0;
  for (std::string line; std::getline(shares, line); ++found) {
    const std::string activity = line.substr(0, line.find('|'));
    const double seconds = std::stod(line.substr(line.find('|') + 1));
    EXPECT_NEAR(traced[activity], seconds, 1e-8) << activity;
    EXPECT_NEAR(listed[activity], seconds, 1e-8) << activity;
  }
  EXPECT_GE(found, 5);
}

// A counter keeps the extremes of the samples; SQL reads those from the store's own columns.
TEST_F(Export, OfATraceKeepsTheExtremesOfCounters) {
  json_of({"export", "first", "-o", file("few.trace.json"), "--points", "40"});
  double low = 1e9;
  double high = -1e9;
  int events = 0;
  const json trace = json::parse(text_of(file("few.trace.json")));
  for (const json& event : trace["traceEvents"]) {
    if (event["name"] != "capacitor voltage") continue;
    low = std::min(low, event["args"]["V"].get<double>());
    high = std::max(high, event["args"]["V"].get<double>());
    ++events;
  }
  EXPECT_LE(events, 80);
  EXPECT_GT(events, 20);
  std::istringstream stored(query_text(
      store(),
      "SELECT min(min), max(max) FROM chunk WHERE level = 0 AND signal ="
      " (SELECT id FROM signal WHERE run = 1 AND name = 'storage')"));
  std::string cell;
  std::getline(stored, cell, '|');
  EXPECT_EQ(static_cast<float>(low), std::stof(cell));
  std::getline(stored, cell, '|');
  EXPECT_EQ(static_cast<float>(high), std::stof(cell));
}

// The energy of CSV samples, summed by hand, is what the store says of the same time.
TEST_F(Export, OfSamplesSumsToTheEnergyOfTheSameTime) {
  const std::vector<std::string> times{"--from", "100ms", "--to", "600ms"};
  std::vector<std::string> words{"export",         "first",     "-o",
                                 file("some.csv"), "--signals", "current,voltage"};
  words.insert(words.end(), times.begin(), times.end());
  json_of(words);
  const auto rows = rows_of(file("some.csv"));
  EXPECT_EQ(rows[0], (std::vector<std::string>{"time_s", "current_A", "voltage_V"}));
  EXPECT_EQ(rows[1][0], "0.100000000");
  EXPECT_EQ(rows.back()[0], "0.599900000");  // the meter samples each 100 us
  ASSERT_EQ(rows.size(), 5001U);
  double joules = 0.0;
  for (std::size_t i = 1; i < rows.size(); ++i)
    joules += double{std::stof(rows[i][1])} * double{std::stof(rows[i][2])} * 100e-6;
  words = {"runs", "energy", "first"};
  words.insert(words.end(), times.begin(), times.end());
  const json energy = json_of(words);
  EXPECT_GT(joules, 0.0);
  EXPECT_NEAR(energy["joules"].get<double>(), joules, 1e-9 * joules);
  EXPECT_NEAR(energy["mean_watts"].get<double>(), joules / 0.5, 1e-9 * joules);
  EXPECT_EQ(energy["missing_seconds"], 0.0);
}

TEST_F(Export, OfDecimatedSamplesKeepsExtremesAndMeans) {
  json_of({"export", "first", "-o", file("all.csv"), "--signals", "voltage", "--to", "1s"});
  json_of(
      {"export", "first", "-o", file("few.csv"), "--signals", "voltage", "--to", "1s", "--points",
       "7"});
  const auto all = rows_of(file("all.csv"));
  const auto few = rows_of(file("few.csv"));
  EXPECT_EQ(
      few[0],
      (std::vector<std::string>{
          "begin_s", "end_s", "voltage_min_V", "voltage_mean_V", "voltage_max_V"}));
  ASSERT_EQ(few.size(), 8U);
  for (std::size_t column = 1; column < few.size(); ++column) {
    double low = 1e9;
    double high = -1e9;
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t i = 1; i < all.size(); ++i) {
      if (all[i][0] < few[column][0] || all[i][0] >= few[column][1]) continue;
      low = std::min(low, std::stod(all[i][1]));
      high = std::max(high, std::stod(all[i][1]));
      sum += std::stod(all[i][1]);
      ++count;
    }
    EXPECT_NEAR(std::stod(few[column][2]), low, 1e-6);
    EXPECT_NEAR(std::stod(few[column][3]), sum / count, 1e-6);
    EXPECT_NEAR(std::stod(few[column][4]), high, 1e-6);
  }
}

TEST_F(Export, OfLayersSumsToTheEnergyOfTheRun) {
  json_of({"export", "first", "-o", file("layers.csv"), "--table", "layers"});
  const auto rows = rows_of(file("layers.csv"));
  ASSERT_GT(rows.size(), 5U);
  double joules = 0.0;
  for (std::size_t i = 1; i < rows.size(); ++i)
    joules += std::stod(rows[i].at(7));
  const json runs = json_of({"runs", "list"});
  EXPECT_NEAR(joules, runs[0]["rail_joules"].get<double>(), 1e-9 * joules);
}

TEST_F(Export, OfRunsToAStoreIsReadLikeTheOriginal) {
  json_of({"export", "second", "first", "-o", file("copy.sqlite")});
  EXPECT_FALSE(std::filesystem::exists(file("copy.sqlite-wal")));
  const std::string tables = query_text(
      store(), "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  std::istringstream names(tables);
  int count = 0;
  for (std::string line; std::getline(names, line); ++count) {
    const std::string table = line.substr(0, line.find('|'));
    const std::string all = "SELECT * FROM " + table + " ORDER BY 1, 2, 3";
    EXPECT_EQ(query_text(file("copy.sqlite"), all), query_text(store(), all)) << table;
  }
  EXPECT_EQ(count, 17);
  const auto shown = [&](const std::string& from) {
    return sunfleck_command({"runs", "show", "first", "--store", from}, ScratchFolder()).out;
  };
  EXPECT_EQ(shown(file("copy.sqlite")), shown(store()));
}

TEST_F(Export, OfOneRunWithOneSignalLeavesTheOthersOut) {
  json_of({"export", "second", "-o", file("one.db"), "--signals", "storage"});
  EXPECT_EQ(query_text(file("one.db"), "SELECT name FROM run_summary"), "second|\n");
  EXPECT_EQ(query_text(file("one.db"), "SELECT name FROM signal"), "storage|\n");
}

TEST_F(Export, RefusesWhatCannotBeMeant) {
  const std::string there = file("there.csv");
  json_of({"export", "first", "-o", there, "--table", "layers"});
  const std::string before = text_of(there);
  const struct {
    std::vector<std::string> words;
    std::string error;
  } cases[] = {
      {{"first", "-o", there}, "--force overwrites it"},
      {{"first", "-o", file("x.pdf")}, ".perfetto.json, .trace.json, .csv"},
      {{"first", "second", "-o", file("x.csv")}, "only a store holds more than one run"},
      {{"first", "-o", file("x.sqlite"), "--from", "1s"}, "--from: has no meaning"},
      {{"first", "-o", file("x.perfetto.json"), "--table", "spans"}, "--table: has no meaning"},
      {{"first", "-o", file("x.csv"), "--signals", "light"}, "and no 'light'"},
      {{"first", "-o", file("x.csv"), "--from", "99999s"}, "nothing of it lies between"},
      {{"first", "-o", store(), "--format", "sqlite", "--force"}, "the run store itself"},
  };
  for (const auto& one : cases) {
    std::vector<std::string> words{"export"};
    words.insert(words.end(), one.words.begin(), one.words.end());
    const CommandResult refused = command(words);
    EXPECT_EQ(refused.code, 2) << refused.err;
    EXPECT_NE(refused.err.find(one.error), std::string::npos) << refused.err;
  }
  EXPECT_EQ(command({"export", "third", "-o", file("x.csv")}).code, 1);
  EXPECT_EQ(text_of(there), before);
  for (const auto& entry : std::filesystem::directory_iterator(file("")))
    EXPECT_FALSE(entry.path().filename().string().starts_with("x.")) << entry.path();
  EXPECT_EQ(command({"export", "first", "-o", there, "--table", "spans", "--force"}).code, 0);
  EXPECT_NE(text_of(there), before);
}

TEST_F(Export, HelpHasAnExample) {
  EXPECT_NE(command({"export", "--help"}).out.find("Example: sunfleck export"), std::string::npos);
  EXPECT_NE(
      command({"runs", "energy", "--help"}).out.find("Example: sunfleck runs energy"),
      std::string::npos);
}

}  // namespace
