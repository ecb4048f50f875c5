#include "db/copy_runs.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "db/chunk.h"
#include "db/row.h"
#include "db/statement.h"

namespace sunfleck::db {
namespace {

// The tables that have a column `run`, but for `signal`: a row of another is behind its parent.
constexpr std::array tables_of_run{
    "layer",        "mark", "edge", "record",   "power_cycle", "share",  "part",
    "kernel_count", "span", "gap",  "rail_sum", "output",      "ledger", "memory",
};

class Copier {
 public:
  // `source`: its path, for errors.
  Copier(
      Database& database, const std::string& source, const RunCopy& copy,
      const CopyProgress& progress)
      : database_(database), source_(source), copy_(copy), progress_(progress) {}

  Status copy_all() {
    SQLite::Statement count(
        database_.connection(),
        "SELECT count(*) FROM source.chunk WHERE signal IN"
        " (SELECT id FROM source.signal WHERE run = ?)");
    for (const std::int64_t run : copy_.runs) {
      count.reset();
      bind(count, 1, run);
      count.executeStep();
      chunks_ += count.getColumn(0).getInt64();
    }
    for (const std::int64_t run : copy_.runs)
      TRY(copy_run(run));
    return ok;
  }

 private:
  Status copy_run(std::int64_t run) {
    SQLite::Statement insert(
        database_.connection(), "INSERT INTO main.run SELECT * FROM source.run WHERE id = ?");
    insert.bind(1, run);
    if (insert.exec() == 0) return fail(Errc::not_found, source_, ": there is no run ", run);
    for (const char* table : tables_of_run) {
      SQLite::Statement rows(
          database_.connection(),
          join("INSERT INTO main.", table, " SELECT * FROM source.", table, " WHERE run = ?"));
      rows.bind(1, run);
      rows.exec();
      TRY(tell());
    }
    return copy_signals(run);
  }

  Status copy_signals(std::int64_t run) {
    SQLite::Statement signals(
        database_.connection(), "SELECT id, name FROM source.signal WHERE run = ? ORDER BY id");
    signals.bind(1, run);
    while (signals.executeStep()) {
      Row row(signals, join(source_, ": run ", run));
      const auto id = row.integer<std::int64_t>();
      const std::string name = row.text();
      TRY(row.status());
      const bool wanted =
          copy_.signals.empty() || std::ranges::find(copy_.signals, name) != copy_.signals.end();
      if (!wanted) continue;
      SQLite::Statement insert(
          database_.connection(),
          "INSERT INTO main.signal SELECT * FROM source.signal WHERE id = ?");
      execute(insert, id);
      for (std::size_t level = 0; level < signal_levels; ++level)
        TRY(copy_chunks(id, level));
    }
    return ok;
  }

  // In portions, so that the progress is told, and an end heeded, many times a second.
  Status copy_chunks(std::int64_t signal, std::size_t level) {
    constexpr int portion = 256;
    SQLite::Statement insert(
        database_.connection(),
        "INSERT INTO main.chunk SELECT * FROM source.chunk"
        " WHERE signal = ? AND level = ? AND first > ? ORDER BY first LIMIT ?");
    SQLite::Statement last(
        database_.connection(),
        "SELECT coalesce(max(first), -1) FROM main.chunk WHERE signal = ? AND level = ?");
    std::int64_t after = -1;
    for (int copied = portion; copied == portion;) {
      insert.reset();
      bind(insert, 1, signal);
      bind(insert, 2, level);
      bind(insert, 3, after);
      bind(insert, 4, portion);
      copied = insert.exec();
      chunks_copied_ += copied;
      last.reset();
      bind(last, 1, signal);
      bind(last, 2, level);
      last.executeStep();
      after = last.getColumn(0).getInt64();
      TRY(tell());
    }
    return ok;
  }

  Status tell() const {
    return progress_(
        chunks_ > 0 ? static_cast<double>(chunks_copied_) / static_cast<double>(chunks_) : 0.0);
  }

  Database& database_;
  const std::string& source_;
  const RunCopy& copy_;
  const CopyProgress& progress_;
  std::int64_t chunks_ = 0;  // of the runs, of all signals
  std::int64_t chunks_copied_ = 0;
};

}  // namespace

Status copy_runs(
    const std::string& from, const std::string& to, const RunCopy& copy,
    const CopyProgress& progress) {
  // Opening it brings it to the schema that the copy has, and checks it.
  TRY(Database::open(from, Missing::refuse));
  const std::unique_ptr<Database> database = TRY(Database::open(to, Missing::create));
  return database->attempt("copy runs", [&]() -> Status {
    SQLite::Database& connection = database->connection();
    connection.exec("PRAGMA journal_mode = DELETE");
    SQLite::Statement attach(connection, "ATTACH ? AS source");
    execute(attach, std::filesystem::absolute(from).string());
    // Not the right to write at once: that would be asked of the source as well.
    SQLite::Transaction transaction(connection);
    TRY(Copier(*database, from, copy, progress).copy_all());
    transaction.commit();
    return ok;
  });
}

}  // namespace sunfleck::db
