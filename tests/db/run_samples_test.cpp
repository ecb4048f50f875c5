#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "db/database.h"
#include "db/run_store.h"
#include "db/run_writer.h"
#include "tests/db/store_support.h"

namespace sunfleck::db {
namespace {

class Collector final : public SampleSink {
 public:
  void on_samples(const SampleBlock& block) override {
    blocks.push_back(
        {block.first,
         block.period,
         {block.voltage.begin(), block.voltage.end()},
         {block.current.begin(), block.current.end()},
         {block.storage.begin(), block.storage.end()},
         block.harvest.size()});
  }
  void on_edge(const MarkEdge& edge) override { edges.push_back(edge); }

  struct Block {
    std::uint64_t first;
    RunTime period;
    std::vector<float> voltage, current, storage;
    std::size_t harvest;
  };
  std::vector<Block> blocks;
  std::vector<MarkEdge> edges;
};

TEST(RunStore, GivesAnyRangeOfSamplesAtFullRate) {
  const TemporaryFolder folder;
  const Recording recording = a_recording(50000, 1);
  ASSERT_VALUE(id, write_run(folder / "runs.sqlite", "first", recording));
  ASSERT_VALUE(store, RunStore::open(folder / "runs.sqlite"));
  for (const SampleRange range : {SampleRange{0, 50000}, {16383, 16385}, {40000, 99999}, {5, 5}}) {
    SCOPED_TRACE(range.from);
    ASSERT_VALUE(trace, store.samples(id, "current", range));
    EXPECT_EQ(trace.unit, "A");
    EXPECT_EQ(trace.period, recording.period);
    EXPECT_EQ(trace.first, range.from);
    const std::vector<float> wanted(
        recording.current.begin() + static_cast<std::ptrdiff_t>(range.from),
        recording.current.begin() +
            static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(range.to, 50000)));
    EXPECT_EQ(trace.samples, wanted);
  }
  EXPECT_EQ(
      error_text(store.samples(id, "light", {0, 1})),
      (folder / "runs.sqlite") + ": run 1 has no signal called 'light'");
}

// Chunks of 16384 samples lie on a grid: a gap is known as far as it is one of whole chunks.
TEST(RunStore, SaysWhereSamplesGoOnBehindAGap) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.sqlite";
  const std::vector<float> samples(100, 1.5F);
  ASSERT_VALUE(writer, RunWriter::begin(path, a_start("gap")));
  for (const std::uint64_t first : {std::uint64_t{50}, std::uint64_t{1} << 40})
    writer->on_samples(
        {.first = first,
         .period = RunTime(10),
         .voltage = samples,
         .current = {},
         .storage = {},
         .harvest = {}});
  EXPECT_OK(writer->finish(an_outcome(), an_analysis()));
  ASSERT_VALUE(store, RunStore::open(path));
  const auto next = [&](std::uint64_t from) {
    const auto found = store.next_samples(1, "voltage", from);
    EXPECT_OK(found);
    return found ? found->value_or(0) : 0;
  };
  EXPECT_EQ(next(0), 0U);
  EXPECT_EQ(next(149), 149U);
  EXPECT_EQ(next(150), std::uint64_t{1} << 40);
  EXPECT_EQ(next((std::uint64_t{1} << 40) + 7), (std::uint64_t{1} << 40) + 7);
  EXPECT_EQ(next((std::uint64_t{1} << 40) + 100), 0U);
  ASSERT_VALUE(database, Database::open(path, Missing::refuse));
  EXPECT_OK(database->execute("UPDATE signal SET period_ns = 1 << 40"));
  EXPECT_EQ(
      error_text(store.signals(1)),
      path +
          ": run 1: the run store is damaged: signal voltage has a sample 1099511627875, each of "
          "1099511627776 ns");
}

TEST(RunStore, SummarisesASignalFromItsCoarsestLevel) {
  const TemporaryFolder folder;
  const Recording recording = a_recording(50000, 1);
  ASSERT_VALUE(id, write_run(folder / "runs.sqlite", "first", recording));
  ASSERT_VALUE(store, RunStore::open(folder / "runs.sqlite"));
  ASSERT_VALUE(signals, store.signals(id));
  ASSERT_EQ(signals.size(), 2U);
  EXPECT_EQ(signals[0].name, "voltage");
  EXPECT_EQ(signals[0].unit, "V");
  EXPECT_EQ(signals[0].end, 50000U);
  EXPECT_EQ(signals[0].total.count, 50000U);
  EXPECT_EQ(signals[0].total.low, *std::ranges::min_element(recording.voltage));
  EXPECT_EQ(signals[0].total.high, *std::ranges::max_element(recording.voltage));
  double sum = 0.0;
  for (const float sample : recording.voltage)
    sum += sample;
  EXPECT_NEAR(signals[0].total.mean, sum / 50000, 1e-6);  // means are stored as floats
}

// Against minimum, maximum and mean of the samples themselves, for random ranges and zooms.
TEST(RunStore, GivesAnOverviewOfAnyRange) {
  const TemporaryFolder folder;
  const Recording recording = a_recording(70000, 1);
  ASSERT_VALUE(id, write_run(folder / "runs.sqlite", "first", recording));
  ASSERT_VALUE(store, RunStore::open(folder / "runs.sqlite"));
  Random random(6, "zoom");
  for (int round = 0; round < 60; ++round) {
    const std::uint64_t from = random.below(70000);
    const SampleRange range{from, from + 1 + random.below(80000)};
    const std::size_t points = 1 + random.below(1000);
    SCOPED_TRACE(testing::Message() << range.from << ".." << range.to << " in " << points);
    ASSERT_VALUE(overview, store.overview(id, "voltage", range, points));
    ASSERT_LE(overview.buckets.size(), points);
    ASSERT_LE(overview.first, from);
    for (std::size_t i = 0; i + 1 < overview.buckets.size(); ++i) {
      const auto start = recording.voltage.begin() +
          static_cast<std::ptrdiff_t>(overview.first + i * overview.width);
      const std::span piece(start, start + static_cast<std::ptrdiff_t>(overview.width));
      EXPECT_EQ(overview.buckets[i].count, overview.width);
      EXPECT_EQ(overview.buckets[i].low, *std::ranges::min_element(piece));
      EXPECT_EQ(overview.buckets[i].high, *std::ranges::max_element(piece));
      double sum = 0.0;
      for (const float sample : piece)
        sum += sample;
      EXPECT_NEAR(overview.buckets[i].mean, sum / static_cast<double>(piece.size()), 1e-6);
    }
  }
}

TEST(RunStore, TouchesNoSampleForAnOverview) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.sqlite";
  ASSERT_VALUE(id, write_run(path, "first", a_recording(70000, 1)));
  {
    ASSERT_VALUE(database, Database::open(path, Missing::refuse));
    EXPECT_OK(database->execute("UPDATE chunk SET data = x'00' WHERE level = 0"));
    const std::string plan =
        "EXPLAIN QUERY PLAN SELECT first, samples, min, max, mean FROM chunk"
        " WHERE signal = 1 AND level = 6 ORDER BY first";
    SQLite::Statement statement(database->connection(), plan);
    ASSERT_TRUE(statement.executeStep());
    EXPECT_NE(
        statement.getColumn(3).getString().find("COVERING INDEX chunk_summary"), std::string::npos);
  }
  ASSERT_VALUE(store, RunStore::open(path));
  EXPECT_OK(store.overview(id, "voltage", {0, 70000}, 1000));
  EXPECT_OK(store.signals(id));
  EXPECT_EQ(
      error_text(store.samples(id, "voltage", {0, 10})),
      path +
          ": signal voltage, level 0: the run store is damaged: chunk 0: cannot decompress its "
          "data: Src size is incorrect");
}

TEST(RunStore, ReplaysTheSamplesInBlocksWithoutTheMissingOnes) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.sqlite";
  const std::vector<float> samples = a_signal(20000, 3);
  const std::vector<float> storage(100, 2.5F);
  std::int64_t id = 0;
  {
    ASSERT_VALUE(writer, RunWriter::begin(path, a_start("gaps")));
    id = writer->run();
    const std::span all(samples);
    writer->on_samples(
        {.first = 5,
         .period = RunTime(10),
         .voltage = all.first(100),
         .current = all.first(100),
         .storage = storage,
         .harvest = {}});
    writer->on_samples(
        {.first = 200,
         .period = RunTime(10),
         .voltage = all,
         .current = all,
         .storage = {},
         .harvest = {}});
    writer->on_edge({.time = RunTime(77), .marks = 1});
    EXPECT_OK(writer->finish(an_outcome(), an_analysis()));
  }
  ASSERT_VALUE(store, RunStore::open(path));
  Collector got;
  EXPECT_OK(store.replay(id, got));
  ASSERT_EQ(got.blocks.size(), 3U);  // the second block was cut at the chunk's end
  EXPECT_EQ(got.blocks[0].first, 5U);
  EXPECT_EQ(got.blocks[0].period, RunTime(10));
  EXPECT_EQ(got.blocks[0].voltage, (std::vector<float>{samples.begin(), samples.begin() + 100}));
  EXPECT_EQ(got.blocks[0].storage, storage);
  EXPECT_EQ(got.blocks[1].first, 200U);
  EXPECT_TRUE(got.blocks[1].storage.empty());
  EXPECT_EQ(got.blocks[2].first, 16384U);
  std::vector<float> rest = got.blocks[1].current;
  rest.insert(rest.end(), got.blocks[2].current.begin(), got.blocks[2].current.end());
  EXPECT_EQ(rest, samples);
  EXPECT_EQ(got.blocks[2].harvest, 0U);
  ASSERT_EQ(got.edges.size(), 1U);
  EXPECT_EQ(got.edges[0].time, RunTime(77));
}

}  // namespace
}  // namespace sunfleck::db
