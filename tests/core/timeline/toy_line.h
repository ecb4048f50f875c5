#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "core/base/random.h"
#include "core/telemetry/telemetry_decoder.h"
#include "core/timeline/timeline.h"
#include "tests/core/timeline/toy_board.h"

// The line between a toy board and its timeline, and what holds of every timeline.

namespace sunfleck {

inline constexpr Seconds byte_time{1e-5};

// Rail intervals of 4 to 20 ms with 1 to 5 ms between, enough for the inferences or not.
inline ToyPlan plan_of(std::uint8_t strategy, std::uint8_t level, Random& random) {
  ToyPlan plan{
      .strategy = strategy,
      .level = level,
      .layers = {{6, 400}, {1, 900}, {3, 700}},
      .inferences = 4,
      .rail = {}};
  std::int64_t now = 500;
  for (int i = 0; i < 30; ++i) {
    plan.rail.push_back(now);
    now += 4000 + static_cast<std::int64_t>(random.below(16'000));
    plan.rail.push_back(now);
    now += 1000 + static_cast<std::int64_t>(random.below(4000));
  }
  if (strategy == FW_STRATEGY_RESTART)
    for (ToyLayer& layer : plan.layers)
      layer.tiles = 1;
  return plan;
}

// What happens to the frames on their way: each with this chance is dropped, or damaged, or comes
// twice. The closing zero stays: without it a frame is joined to the next, and where that comes
// twice, its second copy alone is read and is late. A clock cannot be better than its only record.
struct Line {
  double loss = 0.0;
};

inline std::vector<TimedRecord> received(const ToyRun& run, Line line, Random& random) {
  TelemetryDecoder decoder;
  std::vector<TimedRecord> records;
  for (const ToyFrame& frame : run.frames) {
    std::vector<std::uint8_t> bytes = frame.bytes;
    if (bytes.size() < 2) continue;
    if (random.uniform() < line.loss) {
      const std::uint64_t fate = random.below(3);
      if (fate == 0) continue;
      if (fate == 1) bytes[random.below(bytes.size() - 1)] ^= 0x40;
      if (fate == 2) bytes.insert(bytes.end(), frame.bytes.begin(), frame.bytes.end());
    }
    for (const TimedRecord& record :
         decoder.feed({.first = frame.first, .per_byte = byte_time, .bytes = bytes}))
      records.push_back(record);
  }
  return records;
}

inline void expect_cover(const Timeline& timeline) {
  RunTime now{};
  for (const Span& span : timeline.spans) {
    ASSERT_EQ(span.from, now);
    ASSERT_LT(span.from, span.to);
    if (span.activity == Activity::off) {
      now = span.to;
      continue;
    }
    ASSERT_LT(span.power_cycle, timeline.power_cycles.size());
    ASSERT_GE(span.from, timeline.power_cycles[span.power_cycle].on);
    ASSERT_LE(span.to, timeline.power_cycles[span.power_cycle].off);
    now = span.to;
  }
  ASSERT_EQ(now, timeline.end);
}

}  // namespace sunfleck
