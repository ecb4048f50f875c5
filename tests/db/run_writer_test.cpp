#include "db/run_writer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <array>
#include <atomic>
#include <csignal>
#include <thread>

#include "db/database.h"
#include "tests/db/store_support.h"

namespace sunfleck::db {
namespace {

using namespace std::chrono_literals;

// Every row of the tables that a run fills while it goes on, as text.
std::vector<std::string> rows_of_run(const std::string& path) {
  SQLite::Database database(path);
  std::vector<std::string> rows;
  for (const char* query :
       {"SELECT id, name, unit, period_ns, '' FROM signal ORDER BY id",
        "SELECT signal, level, first, count || ' ' || samples || ' ' || min || ' ' || max || ' ' "
        "|| mean,"
        " codec || hex(data) FROM chunk ORDER BY signal, level, first",
        "SELECT run, first, samples, printf('%!.17g', joules), printf('%!.17g', coulombs)"
        " FROM rail_sum ORDER BY first",
        "SELECT number, time_ns, marks, '', '' FROM edge ORDER BY number",
        "SELECT number, received_ns, on_wire_seconds, boot || ' ' || sequence || ' ' || type || ' "
        "' ||"
        " ticks || ' ' || inference || ' ' || layer || ' ' || tile, hex(payload)"
        " FROM record ORDER BY number"}) {
    SQLite::Statement statement(database, query);
    while (statement.executeStep()) {
      std::string row;
      for (int column = 0; column < 5; ++column)
        row += statement.getColumn(column).getString() + '|';
      rows.push_back(row);
    }
  }
  return rows;
}

TEST(RunWriter, WritesTheSameStoreWheneverItCommits) {
  const TemporaryFolder folder;
  const Recording recording = a_recording(60000, 500);
  struct Cadence {
    const char* name;
    std::size_t block;
    RunTime pause;  // of the clock, after each block
  };
  for (const Cadence& cadence :
       {Cadence{"once", 60000, 0ms}, {"often", 777, 900ms}, {"seldom", 3001, 300ms}}) {
    SimulatedClock clock;
    RunStart start = a_start("cadence");
    start.clock = &clock;
    ASSERT_VALUE(writer, RunWriter::begin(folder / cadence.name, start));
    play(recording, *writer, cadence.block, [&](std::size_t) { clock.advance(cadence.pause); });
    EXPECT_OK(writer->finish(an_outcome(), an_analysis()));
  }
  const std::vector<std::string> once = rows_of_run(folder / "once");
  EXPECT_GT(once.size(), 1000U);
  EXPECT_EQ(rows_of_run(folder / "often"), once);
  EXPECT_EQ(rows_of_run(folder / "seldom"), once);
}

TEST(RunWriter, CommitsOnceTheClockHasGoneOnForAlmostASecond) {
  const TemporaryFolder folder;
  SimulatedClock clock;
  RunStart start = a_start("clock");
  start.clock = &clock;
  ASSERT_VALUE(writer, RunWriter::begin(folder / "store", start));
  ASSERT_VALUE(store, RunStore::open(folder / "store"));
  writer->on_edge({.time = RunTime(1), .marks = 1});
  clock.advance(799ms);
  writer->on_progress({.now = 799ms, .inferences = 0, .power_cycles = 1, .ledger = {}});
  ASSERT_VALUE(before, store.edges(1));
  EXPECT_EQ(before.size(), 0U);
  clock.advance(1ms);
  writer->on_progress({.now = 800ms, .inferences = 6, .power_cycles = 7, .ledger = PowerLedger{}});
  ASSERT_VALUE(after, store.edges(1));
  EXPECT_EQ(after.size(), 1U);
  ASSERT_VALUE(run, store.find("1"));
  EXPECT_EQ(run.status, RunStatus::running);
  EXPECT_EQ(run.duration, 800ms);
  EXPECT_EQ(run.inferences, 6U);
  EXPECT_EQ(run.power_cycles, 7U);
  ASSERT_VALUE(outcome, store.outcome(1));
  EXPECT_TRUE(outcome.ledger);
  EXPECT_OK(writer->finish(an_outcome(), an_analysis()));
}

TEST(RunWriter, HasTheColumnsOfRecordsThatOneSearchesFor) {
  const TemporaryFolder folder;
  const std::string path = folder / "store";
  {
    ASSERT_VALUE(writer, RunWriter::begin(path, a_start("records")));
    TimedRecord timed = a_checkpoint(1, RunTime(10));
    writer->on_record(timed);
    timed.record = a_record(FW_RECORD_RESULT, 2, 5);
    timed.record.body.result = {
        .inference = 9, .total = 3, .offset = 0, .size = 3, .bytes = {7, 8, 9}};
    writer->on_record(timed);
    timed.record = a_record(FW_RECORD_IDLE, 3, 6);
    timed.record.body.idle.inferences_done = 77;
    writer->on_record(timed);
    EXPECT_OK(writer->finish(an_outcome(), an_analysis()));
  }
  SQLite::Database database(path);
  SQLite::Statement statement(
      database,
      "SELECT type || ' ' || boot || ' ' || sequence || ' ' || ticks || ' ' ||"
      " coalesce(inference, '-') || ' ' || coalesce(layer, '-') || ' ' || coalesce(tile, '-')"
      " FROM record ORDER BY number");
  for (const char* wanted : {"9 2 1 1001 4 1 3", "10 2 2 5 9 - -", "13 2 3 6 - - -"}) {
    ASSERT_TRUE(statement.executeStep());
    EXPECT_EQ(statement.getColumn(0).getString(), wanted);
  }
}

TEST(RunWriter, RefusesARunThatCouldNotBeRepeated) {
  const TemporaryFolder folder;
  RunStart start = a_start("");
  EXPECT_EQ(
      error_text(RunWriter::begin(folder / "store", start)),
      (folder / "store") + ": wanted a name for the run and got none");
  start = a_start("plan");
  start.identity.plan = "{strategy: tile}";
  EXPECT_EQ(
      error_text(RunWriter::begin(folder / "store", start)),
      (folder / "store") + ": the plan of run 'plan' is no JSON");
}

TEST(RunWriter, StopsRecordingAtSamplesOutOfOrderAndSaysSo) {
  const TemporaryFolder folder;
  const std::vector<float> samples{1.0F, 2.0F, 3.0F};
  const auto block = [&](std::uint64_t first, RunTime period) {
    return SampleBlock{
        .first = first,
        .period = period,
        .voltage = samples,
        .current = samples,
        .storage = {},
        .harvest = {}};
  };
  struct Case {
    SampleBlock block;
    const char* wanted;
  };
  const std::vector<Case> cases{
      {block(2, RunTime(10)), ": voltage sample 2 came when 3 or a later one was wanted"},
      {block(9, RunTime(20)), ": samples came every 20 ns, after 10 ns"},
      {block(~std::uint64_t{0}, RunTime(10)),
       ": voltage sample 18446744073709551615 is beyond the last that can be stored"}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string path = folder / std::to_string(i);
    ASSERT_VALUE(writer, RunWriter::begin(path, a_start("order")));
    writer->on_samples(block(0, RunTime(10)));
    EXPECT_OK(writer->status());
    writer->on_samples(cases[i].block);
    const std::string wanted =
        path + cases[i].wanted + "; nothing of the run after 0 s is recorded";
    EXPECT_EQ(error_text(writer->status()), wanted);
    writer->on_edge({.time = RunTime(1), .marks = 1});
    EXPECT_EQ(error_text(writer->finish(an_outcome(), an_analysis())), wanted);
    ASSERT_VALUE(store, RunStore::open(path));
    ASSERT_VALUE(run, store.find("order"));
    EXPECT_EQ(run.status, RunStatus::failed);
    EXPECT_EQ(run.end, wanted);
    ASSERT_VALUE(trace, store.samples(1, "voltage", {0, 10}));
    EXPECT_EQ(trace.samples, samples);
  }
}

TEST(RunWriter, KeepsWhatIsInWhenTheRunFails) {
  const TemporaryFolder folder;
  ASSERT_VALUE(writer, RunWriter::begin(folder / "store", a_start("failing")));
  writer->on_edge({.time = RunTime(1), .marks = 1});
  EXPECT_OK(writer->fail_with(fail(Errc::io, "tcp:10.0.0.7:5025: no answer")));
  writer.reset();
  ASSERT_VALUE(store, RunStore::open(folder / "store"));
  ASSERT_VALUE(run, store.find("failing"));
  EXPECT_EQ(run.status, RunStatus::failed);
  EXPECT_EQ(run.end, "tcp:10.0.0.7:5025: no answer");
  ASSERT_VALUE(edges, store.edges(run.id));
  EXPECT_EQ(edges.size(), 1U);
}

TEST(RunWriter, LeavesARunThatNobodyEndedAsInterrupted) {
  const TemporaryFolder folder;
  {
    ASSERT_VALUE(writer, RunWriter::begin(folder / "store", a_start("left")));
    writer->on_edge({.time = RunTime(1), .marks = 1});
  }
  ASSERT_VALUE(store, RunStore::open(folder / "store"));
  ASSERT_VALUE(run, store.find("left"));
  EXPECT_EQ(run.status, RunStatus::interrupted);
  EXPECT_EQ(run.end, "its program left it unfinished");
  ASSERT_VALUE(edges, store.edges(run.id));
  EXPECT_EQ(edges.size(), 1U);
}

TEST(RunWriter, TellsACancelledRunFromAFinishedOne) {
  const TemporaryFolder folder;
  ASSERT_VALUE(writer, RunWriter::begin(folder / "store", a_start("stopped")));
  RunOutcome outcome = an_outcome();
  outcome.reason = EndReason::cancelled;
  outcome.fault.reset();
  outcome.ledger.reset();
  outcome.memory.reset();
  EXPECT_OK(writer->finish(outcome, {}));
  ASSERT_VALUE(store, RunStore::open(folder / "store"));
  ASSERT_VALUE(run, store.find("stopped"));
  EXPECT_EQ(run.status, RunStatus::cancelled);
  EXPECT_EQ(run.end, "cancelled");
  EXPECT_EQ(run.correct, std::nullopt);
  ASSERT_VALUE(stored, store.outcome(run.id));
  EXPECT_FALSE(stored.fault);
  EXPECT_FALSE(stored.ledger);
  EXPECT_FALSE(stored.memory);
}

// A limit on the size of files stands for a disk that is full.
TEST(RunWriter, ReportsAFullDiskOnceAndGoesOnToASafeEnd) {
  const TemporaryFolder folder;
  const std::string path = folder / "store";
  const Recording recording = a_recording(400000, 10);
  ASSERT_VALUE(writer, RunWriter::begin(path, a_start("full")));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit limited = before;
  limited.rlim_cur = 900'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limited), 0);
  std::string first_error;
  play(recording, *writer, 20000, [&](std::size_t) {
    const std::string error = error_text(writer->commit());
    if (first_error.empty() && error != "no error") first_error = error;
  });
  const std::string at_end = error_text(writer->finish(an_outcome(), an_analysis()));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  writer.reset();

  EXPECT_TRUE(first_error.starts_with(path + ": cannot write the run: ")) << first_error;
  EXPECT_TRUE(first_error.ends_with("s is recorded")) << first_error;
  EXPECT_EQ(at_end, first_error);
  ASSERT_VALUE(store, RunStore::open(path));
  ASSERT_VALUE(database, Database::open(path, Missing::refuse));
  EXPECT_EQ(database->connection().execAndGet("PRAGMA integrity_check").getString(), "ok");
  ASSERT_VALUE(signals, store.signals(1));
  ASSERT_EQ(signals.size(), 2U);
  EXPECT_GE(signals[0].end, 20000U);
  EXPECT_LT(signals[0].end, 400000U);
  ASSERT_VALUE(trace, store.samples(1, "voltage", {0, signals[0].end}));
  EXPECT_TRUE(std::equal(trace.samples.begin(), trace.samples.end(), recording.voltage.begin()));
}

TEST(RunWriter, GoesOnInMemoryWhileAnotherProgramLocksTheStore) {
  const TemporaryFolder folder;
  const std::string path = folder / "store";
  const Recording recording = a_recording(30000, 20);
  ASSERT_VALUE(writer, RunWriter::begin(path, a_start("locked")));
  {
    ASSERT_VALUE(other, Database::open(path, Missing::refuse));
    other->connection().exec("BEGIN IMMEDIATE");
    play(recording, *writer, 10000);
    EXPECT_EQ(
        error_text(writer->commit()),
        path + ": cannot write the run: another program is writing to the store");
    EXPECT_OK(writer->status());
    other->connection().exec("ROLLBACK");
  }
  EXPECT_OK(writer->commit());
  EXPECT_OK(writer->finish(an_outcome(), an_analysis()));
  ASSERT_VALUE(store, RunStore::open(path));
  ASSERT_VALUE(trace, store.samples(1, "voltage", {0, 30000}));
  EXPECT_EQ(trace.samples, recording.voltage);
  ASSERT_VALUE(records, store.records(1));
  EXPECT_EQ(records.size(), 20U);
}

TEST(RunWriter, LetsOthersReadAndOtherRunsWriteWhileItWrites) {
  const TemporaryFolder folder;
  const std::string path = folder / "store";
  const Recording recording = a_recording(100000, 100);
  const auto write = [&](const char* name) {
    ASSERT_VALUE(writer, RunWriter::begin(path, a_start(name)));
    play(recording, *writer, 4000, [&](std::size_t) { EXPECT_OK(writer->commit()); });
    EXPECT_OK(writer->finish(an_outcome(), an_analysis()));
  };
  { ASSERT_VALUE(store, RunStore::open(path)); }
  std::atomic<bool> done = false;
  std::jthread writers([&] {
    {
      const std::jthread one([&] { write("one"); });
      const std::jthread two([&] { write("two"); });
    }
    done = true;
  });
  ASSERT_VALUE(store, RunStore::open(path));
  std::uint64_t seen = 0;
  while (!done) {
    ASSERT_VALUE(runs, store.runs());
    for (const RunSummary& run : runs) {
      ASSERT_VALUE(signals, store.signals(run.id));
      EXPECT_OK(store.records(run.id));
      if (signals.empty()) continue;
      EXPECT_OK(store.overview(run.id, "voltage", {0, 100000}, 100));
      if (run.id != 1) continue;
      EXPECT_GE(signals[0].end, seen);
      seen = signals[0].end;
    }
  }
  for (const char* name : {"one", "two"}) {
    ASSERT_VALUE(run, store.find(name));
    EXPECT_EQ(run.status, RunStatus::finished);
    ASSERT_VALUE(trace, store.samples(run.id, "current", {0, 100000}));
    EXPECT_EQ(trace.samples, recording.current);
  }
}

// In the child: writes without end, and tells the number of samples after each commit.
[[noreturn]] void write_without_end(const std::string& path, int acknowledge) {
  Result<std::unique_ptr<RunWriter>> begun = RunWriter::begin(path, a_start("killed"));
  if (!begun) ::_exit(1);
  const std::unique_ptr<RunWriter> writer = *std::move(begun);
  for (std::uint64_t first = 0;; first += 1000) {
    std::vector<float> samples(1000);
    for (std::size_t i = 0; i < samples.size(); ++i)
      samples[i] = static_cast<float>((first + i) % 100000);
    writer->on_samples(
        {.first = first,
         .period = RunTime(1000),
         .voltage = samples,
         .current = samples,
         .storage = {},
         .harvest = {}});
    const RunTime now(static_cast<RunTime::rep>(first) * 1000 + 1'000'000);
    writer->on_record(a_checkpoint(static_cast<std::uint16_t>(first / 1000), now));
    writer->on_progress({.now = now, .inferences = 0, .power_cycles = 1, .ledger = {}});
    if (!writer->commit()) ::_exit(1);
    const std::uint64_t safe = first + 1000;
    if (::write(acknowledge, &safe, sizeof(safe)) != sizeof(safe)) ::_exit(1);
  }
}

TEST(RunWriter, LosesNothingAcknowledgedWhenItIsKilled) {
  for (const int commits : {1, 7, 40}) {
    SCOPED_TRACE(commits);
    const TemporaryFolder folder;
    const std::string path = folder / "store";
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) write_without_end(path, ends[1]);
    ::close(ends[1]);
    std::uint64_t safe = 0;
    for (int i = 0; i < commits; ++i)
      ASSERT_EQ(::read(ends[0], &safe, sizeof(safe)), static_cast<ssize_t>(sizeof(safe)));
    ::kill(child, SIGKILL);
    // Dead, but not yet waited for: the run is interrupted already.
    siginfo_t ended{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
    {
      ASSERT_VALUE(store, RunStore::open(path));
      ASSERT_VALUE(run, store.find("killed"));
      EXPECT_EQ(run.status, RunStatus::interrupted);
      EXPECT_EQ(run.end, "its program ended without finishing it");
    }
    ::waitpid(child, nullptr, 0);
    while (::read(ends[0], &safe, sizeof(safe)) > 0) {
    }
    ::close(ends[0]);

    ASSERT_VALUE(database, Database::open(path, Missing::refuse));
    EXPECT_EQ(database->connection().execAndGet("PRAGMA integrity_check").getString(), "ok");
    ASSERT_VALUE(store, RunStore::open(path));
    ASSERT_VALUE(trace, store.samples(1, "voltage", {0, 1U << 26}));
    ASSERT_GE(trace.samples.size(), safe);
    for (std::size_t i = 0; i < trace.samples.size(); ++i)
      ASSERT_EQ(trace.samples[i], static_cast<float>(i % 100000));
    ASSERT_VALUE(records, store.records(1));
    EXPECT_EQ(records.size() * 1000, trace.samples.size());
    ASSERT_VALUE(overview, store.overview(1, "current", {0, trace.samples.size()}, 10));
    std::uint64_t counted = 0;
    for (const Bucket& bucket : overview.buckets)
      counted += bucket.count;
    EXPECT_EQ(counted, trace.samples.size());
    ASSERT_VALUE(layers, store.layers(1));
    EXPECT_EQ(layers.size(), 2U);
    EXPECT_OK(store.remove(1));
  }
}

}  // namespace
}  // namespace sunfleck::db
