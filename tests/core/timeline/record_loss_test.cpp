#include <algorithm>
#include <array>
#include <cmath>

#include "tests/core/timeline/toy_line.h"

namespace sunfleck {
namespace {

constexpr std::uint8_t strategies[] = {FW_STRATEGY_RESTART, FW_STRATEGY_LAYER, FW_STRATEGY_TILE};

bool is_work(Activity activity) {
  return activity == Activity::compute || activity == Activity::re_execution;
}

// Whether what is said is true, or coarser than the truth as timeline.h allows it: the work of a
// layer in an inference may hold its commits and the sending, and what of it was lost.
bool is_true(const Span& said, const Span& truth) {
  if (said.activity == Activity::unattributed) return truth.activity != Activity::off;
  const bool is_same_place = said.layer == truth.layer && said.inference == truth.inference;
  if (said.activity == truth.activity) return said.layer == no_layer || is_same_place;
  if (!is_work(said.activity)) return false;
  if (truth.activity == Activity::telemetry) return true;
  return (is_work(truth.activity) || truth.activity == Activity::checkpoint) && is_same_place;
}

struct Piece {
  RunTime from{};
  RunTime to{};
};

// What a timeline says and is not true, as far as its clock can tell.
//
//   deviations   of the clock that an edge may be off
std::vector<Piece> invented(
    const Timeline& timeline, const std::vector<Span>& truth, int deviations = 3) {
  std::vector<Piece> pieces;
  std::size_t i = 0;
  for (const Span& said : timeline.spans) {
    while (i < truth.size() && truth[i].to <= said.from)
      ++i;
    for (std::size_t k = i; k < truth.size() && truth[k].from < said.to; ++k) {
      if (is_true(said, truth[k])) continue;
      const Piece piece{std::max(said.from, truth[k].from), std::min(said.to, truth[k].to)};
      const RunTime known = said.activity == Activity::off
          ? RunTime{}
          : deviations * timeline.power_cycles[said.power_cycle].clock_uncertainty;
      if (piece.to - piece.from > known) pieces.push_back(piece);
    }
  }
  return pieces;
}

// The same run on a meter's clock against which the board's runs fast.
ToyRun with_drift(ToyRun run, double drift) {
  const auto moved = [drift](RunTime time) {
    return time - to_run_time({to_seconds(time).si * drift / (1.0 + drift)});
  };
  for (Span& span : run.truth) {
    span.from = moved(span.from);
    span.to = moved(span.to);
  }
  for (ToyFrame& frame : run.frames)
    frame.first = moved(frame.first);
  for (MarkEdge& edge : run.edges)
    edge.time = moved(edge.time);
  run.end = moved(run.end);
  return run;
}

// Records of a run, whole, in order.
std::vector<TimedRecord> records_of(const ToyRun& run) {
  Random none(0, "none");
  return received(run, {}, none);
}

struct Fate {
  double lost = 0.0;
  double repeated = 0.0;
  double swapped = 0.0;  // with the record after it, as they are passed on
  RunTime delay{};       // mean of what a record is late
};

std::vector<TimedRecord> passed_on(std::vector<TimedRecord> records, Fate fate, Random& random) {
  std::vector<TimedRecord> passed;
  for (TimedRecord& record : records) {
    const double late = -std::log(1.0 - random.uniform()) * to_seconds(fate.delay).si;
    record.received += to_run_time({late});
    if (random.uniform() < fate.lost) continue;
    passed.push_back(record);
    if (random.uniform() < fate.repeated) passed.push_back(record);
  }
  for (std::size_t i = 0; i + 1 < passed.size(); ++i)
    if (random.uniform() < fate.swapped) std::swap(passed[i], passed[i + 1]);
  return passed;
}

RunTime unattributed_in(const Timeline& timeline) {
  RunTime sum{};
  for (const Span& span : timeline.spans)
    if (span.activity == Activity::unattributed) sum += span.to - span.from;
  return sum;
}

RunTime on_time_of(const Timeline& timeline) {
  RunTime sum{};
  for (const PowerCycle& cycle : timeline.power_cycles)
    sum += cycle.off - cycle.on;
  return sum;
}

std::uint64_t missing_in(const Timeline& timeline) {
  std::uint64_t sum = 0;
  RunTime before{};
  for (const Gap& gap : timeline.gaps) {
    EXPECT_LE(before, gap.from);
    EXPECT_LE(gap.from, gap.to);
    before = gap.to;
    sum += gap.records;
  }
  return sum;
}

// Unattributed part of the time with power, over strategies and seeds. An error of the clock under
// delays is distributed exponentially: of 1800 power cycles, none passes ten deviations.
double judge_loss(Fate fate, double drift, std::uint64_t seeds) {
  RunTime unattributed{};
  RunTime on{};
  for (const std::uint8_t strategy : strategies) {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      SCOPED_TRACE(join("lost ", fate.lost, ", strategy ", strategy, ", seed ", seed));
      Random random(seed, "loss");
      const auto level = static_cast<std::uint8_t>(1 + random.below(3));
      const ToyRun run = with_drift(ToyBoard(plan_of(strategy, level, random)).run(), drift);
      const std::vector<TimedRecord> sent = records_of(run);
      const std::vector<TimedRecord> records = passed_on(sent, fate, random);
      const Timeline timeline = build_timeline(records, run.edges, 3, run.end);
      expect_cover(timeline);
      const int deviations = fate.delay > RunTime{} ? 10 : 3;
      for (const Piece& piece : invented(timeline, run.truth, deviations))
        ADD_FAILURE() << "from " << piece.from.count() << " to " << piece.to.count() << " ns";
      EXPECT_LE(missing_in(timeline) + records.size(), sent.size() + timeline.set_aside);
      unattributed += unattributed_in(timeline);
      on += on_time_of(timeline);
    }
  }
  return to_seconds(unattributed).si / to_seconds(on).si;
}

TEST(RecordLoss, InventsNoSpanAndLeavesMoreOpenTheMoreIsLost) {
  double before = -1.0;
  for (const double lost : {0.0, 0.01, 0.05, 0.20}) {
    const double open = judge_loss({.lost = lost}, 50e-6, 20);
    std::printf("lost %.2f unattributed %.4f\n", lost, open);
    EXPECT_GT(open, before);
    before = open;
  }
}

TEST(RecordLoss, RepeatedAndReorderedRecordsChangeNothing) {
  const double open = judge_loss({}, 0.0, 10);
  EXPECT_EQ(judge_loss({.repeated = 0.1}, 0.0, 10), open);
  const double reordered = judge_loss({.lost = 0.0, .repeated = 0.1, .swapped = 0.1}, 0.0, 10);
  EXPECT_NEAR(reordered, open, 0.01);
  judge_loss({.lost = 0.05, .repeated = 0.1, .swapped = 0.1}, 50e-6, 10);
}

TEST(RecordLoss, LateRecordsMakeTheClockCoarserAndWhatIsFinerIsRefused) {
  const double open = judge_loss({.lost = 0.01, .delay = std::chrono::microseconds(300)}, 50e-6, 20);
  std::printf("late 300 us: unattributed %.4f\n", open);
}

// A field of a record that the checksum did not protect.
void damage(fw_record& record, Random& random) {
  switch (random.below(6)) {
    case 0:
      record.header.ticks = static_cast<std::uint32_t>(random.bits());
      break;
    case 1:
      record.header.boot = static_cast<std::uint16_t>(random.bits());
      break;
    case 2:
      record.header.sequence = static_cast<std::uint16_t>(random.bits());
      break;
    case 3:
      record.header.send_ticks = static_cast<std::uint16_t>(random.bits());
      break;
    case 4:
      record.header.type = static_cast<std::uint8_t>(1 + random.below(13));
      break;
    default:
      record.body.checkpoint.inference = static_cast<std::uint32_t>(random.bits());
      record.body.checkpoint.layer = static_cast<std::uint16_t>(random.below(4));
      record.body.checkpoint.tile = static_cast<std::uint16_t>(random.below(8));
      record.body.checkpoint.duration_ticks = static_cast<std::uint32_t>(random.bits());
  }
}

TEST(RecordLoss, AWrongRecordMisleadsNoFurtherThanItsNeighbours) {
  RunTime wrong{};
  RunTime on{};
  std::size_t damaged = 0;
  for (const std::uint8_t strategy : strategies) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      SCOPED_TRACE(join("strategy ", strategy, ", seed ", seed));
      Random random(seed, "damage");
      const auto level = static_cast<std::uint8_t>(1 + random.below(3));
      const ToyRun run = ToyBoard(plan_of(strategy, level, random)).run();
      std::vector<TimedRecord> records = records_of(run);
      std::vector<Piece> misled;
      for (std::size_t i = 2; i + 3 < records.size(); ++i) {
        if (random.uniform() > 0.005) continue;
        damage(records[i].record, random);
        ++damaged;
        misled.push_back({records[i - 2].received, records[i + 2].received});
      }
      const Timeline timeline = build_timeline(records, run.edges, 3, run.end);
      expect_cover(timeline);
      on += on_time_of(timeline);
      for (const Piece& piece : invented(timeline, run.truth)) {
        wrong += piece.to - piece.from;
        const bool is_near = std::ranges::any_of(misled, [&](const Piece& near) {
          return near.from <= piece.from && piece.to <= near.to;
        });
        EXPECT_TRUE(is_near) << "from " << piece.from.count() << " to " << piece.to.count();
      }
    }
  }
  std::printf("damaged %zu wrong %.6f of %.3f s\n", damaged, to_seconds(wrong).si, to_seconds(on).si);
}

}  // namespace
}  // namespace sunfleck
