#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "tests/support/replay_json.h"
#include "tests/support/store_dump.h"

namespace {

// A run that would go on for hours of the bench's time and far longer than the test waits.
std::vector<std::string> endless(const std::string& store) {
  return {"replay",   "--profile",    "constant:power=20mW,duration=600s",
          "--repeat", "--inferences", "100000",
          "--store",  store};
}

// The file is there before its tables are.
double committed_seconds(const std::string& store) {
  if (query_text(store, "SELECT name FROM sqlite_master WHERE name = 'run'").empty()) return 0.0;
  const std::string text = query_text(store, "SELECT COALESCE(MAX(duration_ns), 0) FROM run");
  return std::atof(text.c_str()) * 1e-9;
}

// Waits, for at most a minute, until the run has committed this much of its time.
bool wait_until_committed(const std::string& store, double seconds) {
  for (int i = 0; i < 600; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (std::filesystem::exists(store) && committed_seconds(store) >= seconds) return true;
  }
  return false;
}

TEST(Kill, AKilledReplayLeavesASoundStoreWithWhatWasCommitted) {
  const ScratchFolder folder;
  const std::string store = folder.file("runs.db");
  const pid_t child = start_sunfleck(endless(store), folder);
  ASSERT_TRUE(wait_until_committed(store, 20.0));
  const double committed = committed_seconds(store);
  ::kill(child, SIGKILL);
  EXPECT_EQ(finish_sunfleck(child, folder).code, 128 + SIGKILL);

  EXPECT_EQ(query_text(store, "PRAGMA integrity_check"), "ok|\n");
  const CommandResult list = sunfleck_command({"runs", "list", "--store", store}, folder);
  EXPECT_EQ(list.code, 0) << list.err;
  EXPECT_NE(list.out.find("interrupted"), std::string::npos) << list.out;
  const CommandResult show =
      sunfleck_command({"runs", "show", "1", "--json", "--store", store}, folder);
  ASSERT_EQ(show.code, 0) << show.err;
  const auto report = nlohmann::json::parse(show.out);
  EXPECT_EQ(report["status"], "interrupted");
  EXPECT_GE(report["duration_seconds"].get<double>(), committed - 0.5);
  EXPECT_GT(report["rail_joules"].get<double>(), 0.0);
  EXPECT_GT(report["layers"][0]["compute_joules"].get<double>(), 0.0);
}

TEST(Kill, AnInterruptEndsTheRunAndKeepsIt) {
  const ScratchFolder folder;
  const std::string store = folder.file("runs.db");
  const pid_t child = start_sunfleck(endless(store), folder);
  ASSERT_TRUE(wait_until_committed(store, 1.0));
  ::kill(child, SIGINT);
  const CommandResult command = finish_sunfleck(child, folder);
  EXPECT_EQ(command.code, 130);
  EXPECT_NE(command.out.find("used by the board"), std::string::npos) << command.out;
  EXPECT_NE(query_text(store, "SELECT status FROM run").find("cancelled"), std::string::npos);
}

}  // namespace
