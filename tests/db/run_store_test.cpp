#include "db/run_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "db/database.h"
#include "db/run_writer.h"
#include "tests/db/store_support.h"

namespace sunfleck::db {
namespace {

TEST(RunStore, GivesBackWhatARunIsRepeatedFromAndHowItEnded) {
  const TemporaryFolder folder;
  ASSERT_VALUE(id, write_run(folder / "runs.sqlite", "first", a_recording(100, 4)));
  ASSERT_VALUE(store, RunStore::open(folder / "runs.sqlite", Missing::refuse));
  ASSERT_VALUE(runs, store.runs());
  ASSERT_EQ(runs.size(), 1U);
  const RunSummary& run = runs[0];
  EXPECT_EQ(run.id, id);
  EXPECT_EQ(run.identity.name, "first");
  EXPECT_EQ(run.identity.plan, R"({"strategy": "tile", "inferences": 3})");
  EXPECT_EQ(run.identity.firmware_sha256, "f1");
  EXPECT_EQ(run.identity.network_sha256, "a2");
  EXPECT_EQ(run.identity.profile_sha256, "b3");
  EXPECT_EQ(run.identity.inputs_sha256, "c4");
  EXPECT_EQ(run.identity.network_name, "keyword");
  EXPECT_EQ(run.identity.profile_name, "office");
  EXPECT_EQ(run.identity.rig_name, "virtual");
  EXPECT_EQ(run.identity.program_version, "0.1.0");
  EXPECT_EQ(run.identity.seed, 0xFFFF'0000'1234'5678U);
  EXPECT_EQ(run.status, RunStatus::finished);
  EXPECT_EQ(run.end, "inferences done");
  EXPECT_EQ(run.started_at, 1'790'000'000'123'456);
  EXPECT_GT(run.committed_at, 0);
  EXPECT_EQ(run.duration, RunTime(123'456'789));
  EXPECT_EQ(run.inferences, 3U);
  EXPECT_EQ(run.power_cycles, 5U);
  EXPECT_EQ(run.correct, 1U);
  EXPECT_EQ(run.energy, Joules{1.75e-4});
}

TEST(RunStore, GivesBackTheOutcome) {
  const TemporaryFolder folder;
  ASSERT_VALUE(id, write_run(folder / "runs.sqlite", "first", a_recording(100, 4)));
  ASSERT_VALUE(store, RunStore::open(folder / "runs.sqlite"));
  ASSERT_VALUE(outcome, store.outcome(id));
  const RunOutcome wanted = an_outcome();
  EXPECT_EQ(outcome.reason, wanted.reason);
  EXPECT_EQ(outcome.profile_passes, 2U);
  EXPECT_EQ(outcome.outputs, wanted.outputs);
  EXPECT_EQ(outcome.contradicting, 1U);
  EXPECT_EQ(outcome.telemetry.records, 40U);
  EXPECT_EQ(outcome.telemetry.damaged, 1U);
  EXPECT_EQ(outcome.telemetry.unknown, 2U);
  EXPECT_EQ(outcome.telemetry.missing, 3U);
  EXPECT_EQ(outcome.telemetry.repeated, 4U);
  EXPECT_EQ(outcome.telemetry.lost, 5U);
  ASSERT_TRUE(outcome.fault);
  EXPECT_EQ(outcome.fault->code, FW_FAULT_NO_PROGRESS);
  EXPECT_EQ(outcome.fault->inference, 2U);
  EXPECT_EQ(outcome.fault->layer, 1U);
  EXPECT_EQ(outcome.fault->tile, 7U);
  EXPECT_EQ(outcome.fault->attempts, 8U);
  EXPECT_EQ(outcome.fault->detail, 0xFFFFFFFFU);
  ASSERT_TRUE(outcome.ledger);
  EXPECT_EQ(outcome.ledger->harvested, Joules{10});
  EXPECT_EQ(outcome.ledger->esr_loss, Joules{0.25});
  EXPECT_EQ(outcome.ledger->unbalanced(), wanted.ledger->unbalanced());
  EXPECT_EQ(outcome.memory, wanted.memory);
  ASSERT_VALUE(outputs, store.outputs(id));
  ASSERT_EQ(outputs.size(), 3U);
  EXPECT_EQ(outputs[0].correct, true);
  EXPECT_EQ(outputs[1].correct, std::nullopt);
  EXPECT_EQ(outputs[2].correct, false);
}

TEST(RunStore, GivesBackSharesPowerCyclesAndLayers) {
  const TemporaryFolder folder;
  ASSERT_VALUE(id, write_run(folder / "runs.sqlite", "first", a_recording(100, 4)));
  ASSERT_VALUE(store, RunStore::open(folder / "runs.sqlite"));
  ASSERT_VALUE(attribution, store.attribution(id));
  EXPECT_EQ(attribution.total, Joules{1.75e-4});
  EXPECT_EQ(attribution.duration, Seconds{0.123456789});
  ASSERT_EQ(attribution.shares.size(), 3U);
  EXPECT_EQ(attribution.shares[0].layer, no_layer);
  EXPECT_EQ(attribution.shares[2].activity, Activity::re_execution);
  EXPECT_EQ(attribution.shares[2].layer, 1U);
  EXPECT_EQ(attribution.shares[1].spans, 3U);
  EXPECT_EQ(attribution.shares[1].time, Seconds{0.06});
  EXPECT_EQ(attribution.shares[1].unmeasured, Seconds{0.002});
  EXPECT_EQ(attribution.shares[1].energy, Joules{1.5e-4});
  EXPECT_EQ(attribution.shares[1].uncertainty, Joules{1e-7});
  ASSERT_EQ(attribution.by_inference.size(), 2U);
  EXPECT_EQ(attribution.by_inference[0].energy, Joules{1.5e-4});
  EXPECT_EQ(attribution.by_inference[1].index, 3U);
  EXPECT_EQ(attribution.by_inference[1].activity, Activity::boot);
  EXPECT_EQ(attribution.by_inference[1].layer, no_layer);
  ASSERT_EQ(attribution.by_power_cycle.size(), 1U);
  EXPECT_EQ(attribution.by_power_cycle[0].layer, 1U);
  EXPECT_EQ(attribution.by_power_cycle[0].uncertainty, Joules{1e-8});
  ASSERT_VALUE(clock, store.board_clock(id));
  ASSERT_TRUE(clock);
  EXPECT_EQ(clock->drift, 20e-6);
  EXPECT_EQ(clock->uncertainty, 1e-6);

  ASSERT_VALUE(cycles, store.power_cycles(id));
  ASSERT_EQ(cycles.size(), 2U);
  EXPECT_EQ(cycles[0].on, RunTime(5));
  EXPECT_EQ(cycles[0].off, RunTime(600));
  EXPECT_TRUE(cycles[0].outage);
  EXPECT_FALSE(cycles[1].outage);
  EXPECT_EQ(cycles[0].records, 7U);
  EXPECT_EQ(cycles[0].clock_offset, RunTime(-12));
  EXPECT_EQ(cycles[0].clock_uncertainty, RunTime(3));

  ASSERT_VALUE(timeline, store.timeline(id));
  const std::vector<Span>& spans = timeline.spans;
  ASSERT_EQ(spans.size(), 3U);
  EXPECT_EQ(spans[0].activity, Activity::off);
  EXPECT_EQ(spans[0].layer, no_layer);
  EXPECT_EQ(spans[0].mark, no_mark);
  EXPECT_EQ(spans[1].to, RunTime(600));
  EXPECT_EQ(spans[1].layer, 1U);
  EXPECT_EQ(spans[1].inference, 2U);
  EXPECT_EQ(spans[2].mark, 7U);
  EXPECT_EQ(spans[2].power_cycle, 1U);
  EXPECT_EQ(timeline.end, RunTime(123'456'789));
  EXPECT_EQ(timeline.power_cycles.size(), 2U);
  ASSERT_EQ(timeline.gaps.size(), 1U);
  EXPECT_EQ(timeline.gaps[0].from, RunTime(700));
  EXPECT_EQ(timeline.gaps[0].to, RunTime(800));
  EXPECT_EQ(timeline.gaps[0].records, 3U);
  EXPECT_EQ(timeline.gaps[0].boots, 1U);
  EXPECT_EQ(timeline.refused.spans, 2U);
  EXPECT_EQ(timeline.refused.time, RunTime(55));
  EXPECT_EQ(timeline.set_aside, 6U);
  EXPECT_EQ(timeline.checkpoints, (std::vector<std::uint32_t>{18, 3}));
  EXPECT_EQ(timeline.executions, (std::vector<std::uint32_t>{4, 3}));

  ASSERT_VALUE(layers, store.layers(id));
  ASSERT_EQ(layers.size(), 2U);
  const LayerCounts& conv = layers[0].counts;
  EXPECT_EQ(conv.name, "conv");
  EXPECT_EQ(conv.op, Operator::conv_2d);
  EXPECT_EQ(conv.output, (Shape{10, 12, 8}));
  EXPECT_EQ(conv.macs, 86400U);
  EXPECT_EQ(conv.weight_bytes, 640U);
  EXPECT_EQ(conv.nonvolatile_read, 4000U);
  EXPECT_EQ(conv.nonvolatile_written, 960U);
  EXPECT_EQ(conv.tiles, 6U);
  EXPECT_EQ(layers[1].counts.additions, 960U);
  EXPECT_EQ(layers[0].checkpoints, 18U);
  EXPECT_EQ(layers[1].executions, 3U);
}

TEST(RunStore, GivesBackRecordsAndEdgesAsTheyCame) {
  const TemporaryFolder folder;
  const Recording recording = a_recording(40000, 300);
  ASSERT_VALUE(id, write_run(folder / "runs.sqlite", "first", recording));
  ASSERT_VALUE(store, RunStore::open(folder / "runs.sqlite"));
  ASSERT_VALUE(records, store.records(id));
  ASSERT_EQ(records.size(), 300U);
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].received, recording.records[i].received);
    EXPECT_EQ(records[i].on_wire, recording.records[i].on_wire);
    EXPECT_EQ(records[i].record.header.sequence, i);
    EXPECT_EQ(records[i].record.header.send_ticks, 17U);
    EXPECT_EQ(records[i].record.body.checkpoint.written_bytes, 128U);
  }
  ASSERT_VALUE(edges, store.edges(id));
  ASSERT_EQ(edges.size(), 300U);
  EXPECT_EQ(edges[299].time, recording.edges[299].time);
  EXPECT_EQ(edges[299].marks, 1U);
}

TEST(RunStore, FindsARunByNumberOrByAUniqueName) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.sqlite";
  const Recording recording = a_recording(10, 1);
  for (const char* name : {"layer", "tile", "tile"})
    EXPECT_OK(write_run(path, name, recording));
  ASSERT_VALUE(store, RunStore::open(path));
  ASSERT_VALUE(by_number, store.find("2"));
  EXPECT_EQ(by_number.identity.name, "tile");
  ASSERT_VALUE(by_name, store.find("layer"));
  EXPECT_EQ(by_name.id, 1);
  EXPECT_EQ(error_text(store.find("4")), path + ": there is no run 4");
  EXPECT_EQ(error_text(store.find("lyer")), path + ": there is no run called 'lyer'");
  EXPECT_EQ(
      error_text(store.find("tile")),
      path + ": 2 runs are called 'tile'; say the number of one, 2 to 3");
}

TEST(RunStore, DeletesARunWithEverythingOfIt) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.sqlite";
  const Recording recording = a_recording(20000, 10);
  ASSERT_VALUE(id, write_run(path, "first", recording));
  ASSERT_VALUE(store, RunStore::open(path));
  EXPECT_OK(store.remove(id));
  EXPECT_EQ(error_text(store.remove(id)), path + ": there is no run 1");
  EXPECT_EQ(error_text(store.records(id)), path + ": there is no run 1");
  ASSERT_VALUE(database, Database::open(path, Missing::refuse));
  for (const char* table :
       {"run", "signal", "chunk", "edge", "record", "power_cycle", "share", "part", "layer",
        "output", "ledger", "span", "gap", "rail_sum", "memory"})
    EXPECT_EQ(database->connection().execAndGet(join("SELECT count(*) FROM ", table)).getInt(), 0)
        << table;
  ASSERT_VALUE(second, write_run(path, "second", recording));
  EXPECT_EQ(second, 2);  // a number is never used twice
}

TEST(RunStore, DoesNotDeleteARunThatIsBeingWritten) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.sqlite";
  ASSERT_VALUE(writer, RunWriter::begin(path, a_start("going on")));
  ASSERT_VALUE(store, RunStore::open(path));
  ASSERT_VALUE(run, store.find("going on"));
  EXPECT_EQ(run.status, RunStatus::running);
  EXPECT_EQ(
      error_text(store.remove(run.id)),
      join(path, ": run 1 is being written by process ", ::getpid(), "; stop that first"));
  EXPECT_OK(writer->finish(an_outcome(), an_analysis()));
  EXPECT_OK(store.remove(run.id));
}

TEST(RunStore, HasViewsForThoseWhoReadItWithoutUs) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.sqlite";
  EXPECT_OK(write_run(path, "first", a_recording(100, 4)));
  ASSERT_VALUE(database, Database::open(path, Missing::refuse));
  SQLite::Statement run(
      database->connection(),
      "SELECT started_utc, duration_seconds, energy_per_inference_joules, ended FROM run_summary");
  ASSERT_TRUE(run.executeStep());
  EXPECT_EQ(run.getColumn(0).getString(), "2026-09-21 14:13:20.123");  // date -u -d @1790000000
  EXPECT_DOUBLE_EQ(run.getColumn(1).getDouble(), 0.123456789);
  EXPECT_DOUBLE_EQ(run.getColumn(2).getDouble(), 1.75e-4 / 3);
  EXPECT_EQ(run.getColumn(3).getString(), "inferences done");
  SQLite::Statement layer(
      database->connection(),
      "SELECT layer_name, activity, energy_joules, time_seconds, executions FROM layer_energy"
      " ORDER BY layer");
  ASSERT_TRUE(layer.executeStep());
  EXPECT_EQ(layer.getColumn(0).getString(), "conv");
  EXPECT_EQ(layer.getColumn(1).getString(), "compute");
  EXPECT_DOUBLE_EQ(layer.getColumn(2).getDouble(), 1.5e-4);
  EXPECT_EQ(layer.getColumn(4).getInt(), 4);
  ASSERT_TRUE(layer.executeStep());
  EXPECT_EQ(layer.getColumn(1).getString(), "re-execution");
  EXPECT_FALSE(layer.executeStep());
  SQLite::Statement span(
      database->connection(),
      "SELECT from_seconds, duration_seconds, activity, layer_name FROM timeline WHERE number = 1");
  ASSERT_TRUE(span.executeStep());
  EXPECT_DOUBLE_EQ(span.getColumn(0).getDouble(), 5e-9);
  EXPECT_DOUBLE_EQ(span.getColumn(1).getDouble(), 595e-9);
  EXPECT_EQ(span.getColumn(2).getString(), "compute");
  EXPECT_EQ(span.getColumn(3).getString(), "pool");
}

TEST(RunStore, SaysWhichColumnOfWhichRunIsDamaged) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.sqlite";
  EXPECT_OK(write_run(path, "first", a_recording(100, 4)));
  ASSERT_VALUE(store, RunStore::open(path));
  struct Case {
    const char* damage;
    std::string (*read)(RunStore&);
    const char* wanted;
  };
  const std::string damaged = ": run 1: the run store is damaged: ";
  const std::vector<Case> cases{
      {"UPDATE power_cycle SET outage = 17",
       [](RunStore& s) { return error_text(s.power_cycles(1)); }, "outage is 17"},
      {"UPDATE share SET activity = 'lunch'",
       [](RunStore& s) { return error_text(s.attribution(1)); }, "activity is 'lunch'"},
      {"UPDATE layer SET operator = 'FFT'", [](RunStore& s) { return error_text(s.layers(1)); },
       "operator is 'FFT'"},
      {"UPDATE record SET payload = x'010203'",
       [](RunStore& s) { return error_text(s.records(1)); }, "payload is no record of the board"},
      {"UPDATE edge SET marks = -1", [](RunStore& s) { return error_text(s.edges(1)); },
       "marks is -1"},
      {"UPDATE span SET to_ns = from_ns WHERE number = 1",
       [](RunStore& s) { return error_text(s.spans(1)); }, "to_ns is no time after its begin"},
      {"UPDATE span SET to_ns = from_ns + 1; UPDATE power_cycle SET outage = 1;"
       " UPDATE gap SET boots = -1",
       [](RunStore& s) { return error_text(s.timeline(1)); }, "boots is -1"},
      {"UPDATE output SET data = zeroblob(2000000)",
       [](RunStore& s) { return error_text(s.outputs(1)); }, "data is 2000000 bytes long"},
      {"UPDATE run SET end_reason = 'bored'", [](RunStore& s) { return error_text(s.outcome(1)); },
       "end_reason is 'bored'"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.damage);
    ASSERT_VALUE(database, Database::open(path, Missing::refuse));
    EXPECT_OK(database->execute(one.damage));
    EXPECT_EQ(one.read(store), path + damaged + one.wanted);
  }
  ASSERT_VALUE(database, Database::open(path, Missing::refuse));
  EXPECT_OK(database->execute("UPDATE run SET plan = '{'"));
  EXPECT_EQ(error_text(store.runs()), path + ": the run store is damaged: plan is no JSON");
}

}  // namespace
}  // namespace sunfleck::db
