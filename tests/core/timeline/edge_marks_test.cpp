#include "core/timeline/edge_marks.h"

#include <gtest/gtest.h>

namespace sunfleck {
namespace {

using namespace std::chrono_literals;

// A boot whose clock runs at 1 tick a microsecond from 10 ms on, known to 100 us, with a commit
// every 5 ms from 15 ms on.
struct Scene {
  std::vector<TimedRecord> records;
  std::vector<MarkEdge> edges{{.time = 10ms, .marks = rail_mark}};
  Boot boot;

  explicit Scene(int commits) {
    std::uint32_t marks = rail_mark;
    for (int i = 1; i <= commits; ++i) {
      const RunTime at = 10ms + i * 5ms;
      TimedRecord timed{.received = at + 300us, .on_wire = {200e-6}, .record = {}};
      timed.record.header.type = FW_RECORD_CHECKPOINT;
      timed.record.header.sequence = static_cast<std::uint16_t>(i - 1);
      timed.record.header.ticks = static_cast<std::uint32_t>(i) * 5000;
      records.push_back(timed);
      marks ^= std::uint32_t{1} << (first_pin_mark + 1);
      edges.push_back({.time = at - 40us, .marks = marks});
    }
    boot.end = records.size();
    boot.setup.ticks_per_second = 1'000'000;
    boot.clock.offset = 10e-3;
    boot.clock.offset_deviation = 100e-6;
  }
  std::vector<ClockMark> marks() const {
    return edge_marks(std::span(&boot, 1), records, edges, {}).front();
  }
};

TEST(EdgeMarks, ACommitsRecordIsPairedWithTheEdgeOfItsPin) {
  const Scene scene(4);
  const std::vector<ClockMark> marks = scene.marks();
  ASSERT_EQ(marks.size(), 4U);
  for (std::size_t i = 0; i < marks.size(); ++i) {
    EXPECT_EQ(marks[i].kind, MarkKind::logic_edge);
    EXPECT_EQ(marks[i].clock, static_cast<std::int64_t>(i + 1) * 5ms);
    EXPECT_EQ(marks[i].reference, 10ms + static_cast<std::int64_t>(i + 1) * 5ms - 40us);
    EXPECT_EQ(marks[i].deviation, least_edge_deviation);
  }
}

TEST(EdgeMarks, OneEdgeIsNotEnoughToPlaceABoot) { EXPECT_TRUE(Scene(1).marks().empty()); }

TEST(EdgeMarks, EdgesDenserThanTheClockIsSharpPairWithNothing) {
  Scene scene(4);
  scene.boot.clock.offset_deviation = 1.5e-3;  // 5 deviations reach the next commit
  EXPECT_TRUE(scene.marks().empty());
}

TEST(EdgeMarks, APinThatMeansSomethingElseIsNotBelieved) {
  Scene scene(4);
  scene.edges[2].time += 2ms;
  scene.edges[4].time += 2ms;
  EXPECT_TRUE(scene.marks().empty());
}

TEST(EdgeMarks, PinsThatFallWithTheRailAnnounceNothing) {
  Scene scene(3);
  scene.edges.back().marks = 0;  // the rail fails where the third commit was to be
  EXPECT_TRUE(scene.marks().empty());
}

}  // namespace
}  // namespace sunfleck
