#include "app/trace_file.h"

#include <gtest/gtest.h>

#include "tests/support/command.h"
#include "tests/support/scratch_folder.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

class ATraceFile : public testing::Test {
 protected:
  json parsed(TraceFile& file) {
    const Status kept = file.keep({{"unit", "V"}});
    EXPECT_TRUE(kept);
    text = text_of(path);
    return json::parse(text, nullptr, false);
  }

  const ScratchFolder folder;
  const std::string path = folder.file("trace.json");
  std::string text;
};

TEST_F(ATraceFile, HasTimesToTheNanosecond) {
  TraceFile file(path, "bench");
  file.span(1, "short", "test", RunTime(1), RunTime(1000), json::object());
  file.span(1, "late", "test", RunTime(86'400'000'000'001), RunTime(86'400'000'001'007), {});
  file.counter("voltage", "V", RunTime(20'030), "1.5");
  const json trace = parsed(file);
  ASSERT_FALSE(trace.is_discarded()) << text;
  EXPECT_NE(text.find(R"("ts":0.001,"dur":0.999,)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("ts":86400000000.001,"dur":1.006,)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("ts":20.030,)"), std::string::npos) << text;
  EXPECT_EQ(trace["otherData"]["unit"], "V");
  EXPECT_EQ(trace["traceEvents"].size(), file.events());
}

// A viewer cannot show spans of one track that overlap without one being inside the other.
TEST_F(ATraceFile, CutsASpanThatBeginsInTheOneBefore) {
  TraceFile file(path, "bench");
  file.span(1, "a", "test", RunTime(0), RunTime(5000), {});
  file.span(1, "b", "test", RunTime(3000), RunTime(9000), {});
  file.span(1, "inside b", "test", RunTime(6000), RunTime(7000), {});
  file.span(2, "elsewhere", "test", RunTime(3000), RunTime(4000), {});
  file.span(1, "empty", "test", RunTime(9000), RunTime(9000), {});
  const json events = parsed(file)["traceEvents"];
  ASSERT_EQ(events.size(), 4U);  // with the name of the process
  EXPECT_EQ(events[2]["name"], "b");
  EXPECT_EQ(events[2]["ts"], 5.0);
  EXPECT_EQ(events[2]["dur"], 4.0);
  EXPECT_EQ(events[3]["name"], "elsewhere");
}

TEST_F(ATraceFile, IsJsonWhateverTheNamesAre) {
  TraceFile file(path, "a \"quoted\"\nname");
  file.name_track(1, "\xff\xfe no UTF-8");
  file.span(1, "\\", "\t", RunTime(0), RunTime(1), {{"key \"", "\xc3"}});
  const json trace = parsed(file);
  ASSERT_FALSE(trace.is_discarded()) << text;
  EXPECT_EQ(trace["traceEvents"][0]["args"]["name"], "a \"quoted\"\nname");
}

TEST_F(ATraceFile, IsNotThereUntilItIsWhole) {
  {
    TraceFile file(path, "bench");
    file.span(1, "a", "test", RunTime(0), RunTime(5), {});
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  TraceFile nowhere(folder.file("no/such/folder.json"), "bench");
  const Status kept = nowhere.keep({});
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().text, folder.file("no/such/folder.json") + ": cannot be written");
}

}  // namespace
}  // namespace sunfleck::app
