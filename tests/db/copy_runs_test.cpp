#include "db/copy_runs.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "db/database.h"
#include "db/run_store.h"
#include "db/run_writer.h"
#include "tests/db/store_support.h"

namespace sunfleck::db {
namespace {

Status no_progress(double) { return ok; }

std::int64_t count(const std::string& path, const std::string& what) {
  SQLite::Database database(path);
  return database.execAndGet("SELECT count(*) FROM " + what).getInt64();
}

TEST(CopyRuns, TakesEveryTableOfARunAndNoOtherRun) {
  const TemporaryFolder folder;
  const std::string from = folder / "from";
  const std::string to = folder / "to";
  for (const char* name : {"first", "second", "third"})
    EXPECT_OK(write_run(from, name, a_recording(40'000, 30)));
  EXPECT_OK(copy_runs(from, to, {.runs = {2}, .signals = {}}, no_progress));
  SQLite::Database original(from);
  SQLite::Statement tables(
      original,
      "SELECT name, (SELECT count(*) FROM pragma_table_info(sqlite_master.name)"
      " WHERE name = 'run') FROM sqlite_master WHERE type = 'table'"
      " AND name NOT LIKE 'sqlite_%'");
  int compared = 0;
  for (; tables.executeStep(); ++compared) {
    const std::string table = tables.getColumn(0).getString();
    const bool has_run = tables.getColumn(1).getInt() == 1;
    const std::string rows = table == "chunk"
        ? "chunk WHERE signal IN (SELECT id FROM signal WHERE run = 2)"
        : table + (has_run ? " WHERE run = 2" : " WHERE id = 2");
    EXPECT_EQ(count(to, table), count(from, rows)) << table;
    EXPECT_TRUE(table == "mark" || count(to, table) > 0) << table;
  }
  EXPECT_EQ(compared, 17);
  ASSERT_VALUE(copied, RunStore::open(to));
  ASSERT_VALUE(store, RunStore::open(from));
  ASSERT_VALUE(got, copied.samples(2, "current", {0, 40'000}));
  ASSERT_VALUE(wanted, store.samples(2, "current", {0, 40'000}));
  EXPECT_EQ(got.samples, wanted.samples);
}

TEST(CopyRuns, LeavesAFileThatNeedsNoOtherBesideIt) {
  const TemporaryFolder folder;
  EXPECT_OK(write_run(folder / "from", "first", a_recording(100, 3)));
  EXPECT_OK(copy_runs(folder / "from", folder / "to", {.runs = {1}, .signals = {}}, no_progress));
  EXPECT_FALSE(std::filesystem::exists(folder / "to-wal"));
  SQLite::Database database(folder / "to");
  EXPECT_EQ(database.execAndGet("PRAGMA journal_mode").getString(), "delete");
}

TEST(CopyRuns, CopiesARunThatIsBeingWrittenUpToItsLastCommit) {
  const TemporaryFolder folder;
  const std::string from = folder / "from";
  ASSERT_VALUE(writer, RunWriter::begin(from, a_start("going on")));
  play(a_recording(20'000, 10), *writer, 5000);
  EXPECT_OK(writer->commit());
  EXPECT_OK(copy_runs(from, folder / "to", {.runs = {1}, .signals = {}}, no_progress));
  EXPECT_OK(writer->finish(an_outcome(), an_analysis()));
  ASSERT_VALUE(copied, RunStore::open(folder / "to"));
  ASSERT_VALUE(signals, copied.signals(1));
  EXPECT_EQ(signals.at(0).end, 20'000U);
}

TEST(CopyRuns, EndsWhereItsProgressSaysSo) {
  const TemporaryFolder folder;
  EXPECT_OK(write_run(folder / "from", "first", a_recording(40'000, 30)));
  double last = -1.0;
  EXPECT_OK(copy_runs(
      folder / "from", folder / "whole", {.runs = {1}, .signals = {}}, [&](double share) -> Status {
        EXPECT_GE(share, last);
        last = share;
        return ok;
      }));
  EXPECT_EQ(last, 1.0);
  const Status stopped = copy_runs(
      folder / "from", folder / "part", {.runs = {1}, .signals = {}}, [](double share) -> Status {
        return share > 0.0 ? Status(fail(Errc::cancelled, "stop")) : ok;
      });
  EXPECT_EQ(error_text(stopped), "stop");
  EXPECT_EQ(count(folder / "part", "run"), 0);
}

TEST(CopyRuns, SaysThatThereIsNoSuchRun) {
  const TemporaryFolder folder;
  EXPECT_OK(write_run(folder / "from", "first", a_recording(100, 3)));
  EXPECT_EQ(
      error_text(
          copy_runs(folder / "from", folder / "to", {.runs = {1, 9}, .signals = {}}, no_progress)),
      (folder / "from") + ": there is no run 9");
  EXPECT_EQ(
      error_text(
          copy_runs(folder / "none", folder / "to", {.runs = {1}, .signals = {}}, no_progress)),
      (folder / "none") + ": there is no run store");
}

}  // namespace
}  // namespace sunfleck::db
