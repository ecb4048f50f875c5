#include "core/timeline/boots.h"

#include <gtest/gtest.h>

#include "tests/core/timeline/record_script.h"

namespace sunfleck {
namespace {

using namespace std::chrono_literals;

TEST(BoardClock, UnwrapsTicksByTheTimesOfArrival) {
  // At a million ticks a second the counter wraps every 4295 s. Two hours of sleep lie between the
  // records.
  constexpr std::int64_t two_hours = 7200LL * 1'000'000;
  RecordScript script;
  script.boot(0, 100, by_tile, FW_RECORDS_LAYERS).inference(FW_RECORD_IDLE, 410, 0);
  const auto low = static_cast<std::uint32_t>(two_hours);
  script.inference(FW_RECORD_INFERENCE_BEGIN, low, 0);
  std::vector<TimedRecord> records = script.records();
  records.back().received = RunTime(1000 * (two_hours + 30));
  const Timeline timeline =
      build_timeline(records, edges_of({0}), 1, RunTime(1000 * (two_hours + 190)));
  EXPECT_EQ(
      text_of(timeline),
      (Lines{
          "0-100 boot", "100-600 telemetry", "600-7200000000 sleep",
          "7200000000-7200000190 telemetry"}));
}

TEST(BoardClock, FindsTheBoardsClockUnderDelaysThatOnlyMakeRecordsLate) {
  // Twenty records, each late by another 50 us up to 950; one in between is not late at all. The
  // zero of the ticks is 300 us after the rail's rise.
  RecordScript script;
  script.boot(1300, 100, by_tile, FW_RECORDS_TILES);
  for (std::uint32_t i = 1; i < 20; ++i)
    script.position(FW_RECORD_TILE_BEGIN, 1000 * i, 0, 0, static_cast<std::uint16_t>(i));
  std::vector<TimedRecord> records = script.records();
  for (std::size_t i = 0; i < records.size(); ++i)
    records[i].received += ((i + 12) % 20) * 50us;
  const Timeline exact = build_timeline(records, edges_of({1000}), 1, 30ms);
  EXPECT_EQ(exact.power_cycles[0].clock_offset, 1300us);
  // Delays of the other 19: 50 .. 950 us, 500 on average; sqrt(2) * 500 / 20 = 35.36 us; with the
  // line's and the tick's 5.781 us: 35.83 us. Up to 100 ppm of drift, which is not seen, adds
  // 58 ppm of at most 19 ms: 35.84 us.
  EXPECT_FALSE(exact.clock);
  EXPECT_EQ(exact.power_cycles[0].clock_uncertainty / 10, 3583ns);

  SCOPED_TRACE("no clock is before the rail's rise");
  records[3].received -= 10ms;
  records[4].received -= 10ms;
  const Timeline early = build_timeline(records, edges_of({1000}), 1, 30ms);
  EXPECT_EQ(early.power_cycles[0].clock_offset, 1000us);
}

}  // namespace
}  // namespace sunfleck
