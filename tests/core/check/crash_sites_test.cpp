#include "core/check/crash_sites.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/check/crash_tally.h"
#include "core/check/failure_schedule.h"

namespace sunfleck {
namespace {

// Two writes: {1, 2, 3} to byte 0, then {4, 5} to byte 2; the second after two readings.
RunTrace two_writes() {
  RunTrace trace;
  trace.start = {.memory = {9, 9, 9, 9}};
  trace.writes = {
      {.offset = 0, .size = 3, .first = 0},
      {.offset = 2, .size = 2, .first = 3, .seen = 1, .readings = 2}};
  trace.bytes = {1, 2, 3, 4, 5};
  trace.end = {.memory = {1, 2, 4, 5}, .seen = 3};
  return trace;
}

std::vector<std::string> texts(const TraceSites& sites) {
  std::vector<std::string> all;
  for (std::uint64_t i = 0; i < sites.size(); ++i)
    all.push_back(to_text({sites[i]}));
  return all;
}

TEST(TraceSites, AreBeforeWithinAndAfterEachWriteAndAsleep) {
  EXPECT_EQ(
      texts(TraceSites(two_writes(), 0)),
      (std::vector<std::string>{
          "k=1 before", "k=1 torn=1", "k=1 torn=2", "k=1 after", "k=2 before", "k=2 torn=1",
          "k=2 after", "asleep"}));
}

TEST(TraceSites, BeginWhereTheSupplyFell) {
  EXPECT_EQ(
      texts(TraceSites(two_writes(), 2)),
      (std::vector<std::string>{
          "low=2 k=2 before", "low=2 k=2 torn=1", "low=2 k=2 after", "low=2 asleep"}));
}

TEST(TraceWalk, GivesTheMemoryAtEachSite) {
  using Memory = std::vector<std::uint8_t>;
  const std::vector<Memory> wanted{{9, 9, 9, 9}, {1, 9, 9, 9}, {1, 2, 9, 9}, {1, 2, 3, 9},
                                   {1, 2, 3, 9}, {1, 2, 4, 9}, {1, 2, 4, 5}, {1, 2, 4, 5}};
  const RunTrace trace = two_writes();
  const TraceSites sites(trace, 0);
  TraceWalk walk(trace);
  for (std::uint64_t i = 0; i < sites.size(); ++i)
    EXPECT_EQ(walk.after(sites[i]).memory, wanted[i]) << i;
  // What was seen is what came before the write, and all of it in the end.
  TraceWalk again(trace);
  EXPECT_EQ(again.after(sites[3]).seen, 0U);
  EXPECT_EQ(again.after(sites[4]).seen, 1U);
  EXPECT_EQ(again.after(sites[7]).seen, 3U);
}

TEST(DrawnSites, AreInOrderWithoutRepetitionAndSpread) {
  Random random(3, "sites");
  EXPECT_EQ(draw_sites(3, 7, random), (std::vector<std::uint64_t>{0, 1, 2}));
  const std::vector<std::uint64_t> drawn = draw_sites(1000, 100, random);
  ASSERT_EQ(drawn.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(drawn));
  EXPECT_EQ(std::ranges::adjacent_find(drawn), drawn.end());
  EXPECT_LT(drawn.front(), 100U);
  EXPECT_GE(drawn.back(), 900U);
}

TEST(CrashTally, IsTheSameSumInAnyOrder) {
  CrashTally a, b;
  count(a, Injection::torn, 1);
  add_finding(a, {.schedule = {{.write = 5}}, .what = "late"});
  a.hazards = {{"data", 3, 1}};
  for (std::uint64_t write = 1; write <= findings_kept + 1; ++write) {
    count(b, Injection::chain, 7);
    add_finding(b, {.schedule = {{.write = write}}, .what = "early"});
  }
  b.hazards = {{"data", 3, 1}, {"data", 9, 1}};
  CrashTally ab = a, ba = b;
  add(ab, b);
  add(ba, a);
  for (const CrashTally& sum : {ab, ba}) {
    EXPECT_EQ(total_injections(sum), 2 + findings_kept);
    EXPECT_EQ(sum.failures, 1 + 7 * (findings_kept + 1));
    EXPECT_EQ(sum.wrong, 2 + findings_kept);
    EXPECT_EQ(sum.hazards.size(), 2U);
    ASSERT_EQ(sum.findings.size(), findings_kept);
    EXPECT_EQ(sum.findings.front().schedule.front().write, 1U);
  }
  // 0 wrong of 1,000,000 excludes 3e-6.
  EXPECT_DOUBLE_EQ(rule_of_three(1'000'000), 3e-6);
}

}  // namespace
}  // namespace sunfleck
