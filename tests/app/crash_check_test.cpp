#include "app/crash_check.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/crash_boards.h"
#include "app/crash_report.h"
#include "app/crash_state.h"
#include "tests/support/command.h"
#include "tests/support/mutate.h"

namespace sunfleck::app {
namespace {

std::vector<CrashBoard> boards() {
  auto made = crash_boards({.strategies = {"layer", "fused"}});
  EXPECT_TRUE(made);
  return *made;
}

CrashCheckSettings small_check(unsigned jobs) {
  return {.amounts = {.single = 700, .nested = 3, .chains = 60}, .jobs = jobs};
}

nlohmann::json without_time(const CrashCheckResult& result) {
  nlohmann::json all = to_json(result);
  all.erase("seconds");
  return all;
}

const auto nobody = [](const CrashProgress&) {};

TEST(CrashCheck, FindsTheSameWithAnyNumberOfThreads) {
  const auto one = check_crash(small_check(1), boards(), {}, nobody, {});
  const auto three = check_crash(small_check(3), boards(), {}, nobody, {});
  ASSERT_TRUE(one && three);
  EXPECT_TRUE(one->complete);
  EXPECT_TRUE(is_clean(*one));
  EXPECT_EQ(without_time(*one), without_time(*three));
}

TEST(CrashCheck, GoesOnWhereItWasStopped) {
  const ScratchFolder folder;
  CrashCheckSettings settings = small_check(2);
  const auto whole = check_crash(settings, boards(), {}, nobody, {});
  ASSERT_TRUE(whole);
  settings.state_file = folder.file("state.json");
  int parts = 0;
  for (bool complete = false; !complete; ++parts) {
    ASSERT_LT(parts, 200);
    std::stop_source stop;
    std::uint64_t begun = UINT64_MAX;
    const auto part = check_crash(
        settings, boards(), {},
        [&](const CrashProgress& at) {
          if (begun == UINT64_MAX) begun = at.done;
          if (at.done > begun) stop.request_stop();
        },
        stop.get_token());
    ASSERT_TRUE(part) << part.error().text;
    complete = part->complete;
    if (complete) {
      EXPECT_EQ(without_time(*part), without_time(*whole));
    }
  }
  settings.seed = 2;
  const auto other = check_crash(settings, boards(), {}, nobody, {});
  ASSERT_FALSE(other);
  EXPECT_EQ(
      other.error().text,
      settings.state_file + ": the state is of a check of something else, or with other amounts");
}

TEST(CrashCheck, RefusesADamagedState) {
  const ScratchFolder folder;
  CrashCheckSettings settings = small_check(1);
  settings.amounts = {.single = 1};
  settings.state_file = folder.file("state.json");
  ASSERT_TRUE(check_crash(settings, boards(), {}, nobody, {}));
  std::ofstream(settings.state_file) << "{\"format\": \"sunfleck crash check 1\"}";
  EXPECT_FALSE(check_crash(settings, boards(), {}, nobody, {}));
  std::ofstream(settings.state_file) << "[]";
  EXPECT_FALSE(check_crash(settings, boards(), {}, nobody, {}));
}

TEST(CrashCheck, ReadsAnyStateOrRefusesIt) {
  const ScratchFolder folder;
  const CrashState fresh{
      .check = "check", .done = std::vector<bool>(9), .boards = std::vector<CrashTally>(2)};
  CrashState state = fresh;
  state.done[3] = true;
  count(state.boards[1], Injection::torn, 1);
  add_finding(state.boards[1], {.schedule = {{.write = 3, .bytes = 2}}, .what = "lost"});
  state.boards[0].hazards = {{"activations", 4100, 8}};
  state.mutants = {{.defect = 2, .caught = true, .network = "dense", .strategy = "tile"}};
  const std::string path = folder.file("state.json");
  ASSERT_TRUE(write_state(path, state));
  const std::string text = text_of(path);
  Random random(7, "states");
  int refused = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::vector<std::uint8_t> damaged = mutated({text.begin(), text.end()}, random);
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(damaged.data()), std::ssize(damaged));
    const auto read = read_state(path, fresh);
    if (!read) ++refused;
    if (!read) continue;
    EXPECT_EQ(read->done.size(), fresh.done.size());
    EXPECT_EQ(read->boards.size(), fresh.boards.size());
  }
  EXPECT_GT(refused, 5000);
}

TEST(CrashCheck, IsACommand) {
  const ScratchFolder folder;
  const auto run = [&folder](const std::string& words) {
    std::vector<std::string> arguments{"check", "crash", "--strategy", "tile"};
    std::istringstream in(words);
    arguments.insert(arguments.end(), std::istream_iterator<std::string>(in), {});
    return sunfleck_command(arguments, folder);
  };
  const CommandResult clean = run("--sample 50 --chains 5 --nested 1 --json");
  EXPECT_EQ(clean.code, 0) << clean.err;
  const auto result = nlohmann::json::parse(clean.out);
  EXPECT_EQ(result["clean"], true);
  EXPECT_EQ(result["boards"].size(), 3U);
  EXPECT_EQ(result["total"]["injections"]["chain"], 15);
  EXPECT_EQ(run("--exhaustive --sample 3").code, 2);
  EXPECT_EQ(run("--board virtual --mutants").code, 2);
  EXPECT_EQ(run("--reproduce k=14").code, 2);
}

TEST(CrashCheck, ACommandReproducesOneSchedule) {
  const ScratchFolder folder;
  const auto run = [&folder](const std::string& defect) {
    return sunfleck_command(
        {"check", "crash", "--strategy", "tile", "--defect", defect, "--reproduce",
         "k=14 after x3"},
        folder);
  };
  EXPECT_EQ(run("none").code, 0);
  const CommandResult wrong = run("commit-before-data");
  EXPECT_EQ(wrong.code, 1);
  EXPECT_NE(wrong.out.find("the output differs"), std::string::npos) << wrong.out;
}

}  // namespace
}  // namespace sunfleck::app
