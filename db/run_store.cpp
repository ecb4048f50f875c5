#include "db/run_store.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "db/row.h"
#include "db/stored_names.h"
#include "db/writer_process.h"

namespace sunfleck::db {
namespace {

// What read_summary() reads, with what comes after FROM.
std::string select_summaries(std::string_view rest) {
  return join(
      "SELECT id, name, plan, program_version, firmware_sha256, network_sha256, profile_sha256,"
      " inputs_sha256, network, profile, rig, board, board_sha256, seed, status, end_reason, "
      "error, started_at,"
      " committed_at, duration_ns, inferences, power_cycles, correct, energy_joules,"
      " writer_process, writer_started FROM run ",
      rest);
}

RunIdentity read_identity(Row& row) {
  RunIdentity identity;
  identity.name = row.text();
  identity.plan = row.text();
  if (!nlohmann::json::accept(identity.plan)) row.damaged("no JSON");
  identity.program_version = row.text();
  identity.firmware_sha256 = row.text();
  identity.network_sha256 = row.text();
  identity.profile_sha256 = row.text();
  identity.inputs_sha256 = row.text();
  identity.network_name = row.text();
  identity.profile_name = row.text();
  identity.rig_name = row.text();
  identity.board_name = row.text();
  identity.board_sha256 = row.text();
  identity.seed = row.bits();
  return identity;
}

RunStatus read_status(Row& row) {
  const std::string text = row.text();
  const std::optional<RunStatus> status = read_as(run_statuses, text);
  if (!status) row.damaged(join("'", text, "'"));
  return status.value_or(RunStatus::interrupted);
}

// A running run whose writer is gone was interrupted, whatever its row says.
void judge_by_writer(RunSummary& run, const WriterProcess& writer) {
  if (run.status != RunStatus::running || is_alive(writer)) return;
  run.status = RunStatus::interrupted;
  run.end = "its program ended without finishing it";
}

RunSummary read_summary(Row& row) {
  RunSummary run;
  run.id = row.integer<std::int64_t>();
  run.identity = read_identity(row);
  run.status = read_status(row);
  run.end = row.text_or_null();
  if (std::string error = row.text_or_null(); !error.empty()) run.end = std::move(error);
  run.started_at = row.integer<std::int64_t>();
  run.committed_at = row.integer<std::int64_t>();
  run.duration = row.time();
  run.inferences = row.integer<std::uint32_t>();
  run.power_cycles = row.integer<std::uint32_t>();
  run.correct = row.integer_or_null<std::uint32_t>();
  if (const std::optional<double> energy = row.real_or_null()) run.energy = Joules{*energy};
  const auto process = row.integer<std::int64_t>();
  judge_by_writer(run, {.id = process, .started = row.text()});
  return run;
}

Result<std::vector<RunSummary>> read_summaries(Database& database, SQLite::Statement& statement) {
  std::vector<RunSummary> runs;
  while (statement.executeStep()) {
    Row row(statement, database.name());
    RunSummary run = read_summary(row);
    if (!runs.empty() && run.id <= runs.back().id) row.damaged("out of order");
    TRY(row.status());
    runs.push_back(std::move(run));
  }
  return runs;
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

const char* name_of(RunStatus status) { return spelled(run_statuses, status); }

RunStore::RunStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
RunStore::RunStore(RunStore&& other) noexcept = default;
RunStore& RunStore::operator=(RunStore&& other) noexcept = default;
RunStore::~RunStore() = default;

const std::string& RunStore::name() const { return database_->name(); }

Result<RunStore> RunStore::open(const std::string& path, Missing missing) {
  return RunStore(TRY(Database::open(path, missing)));
}

Result<RunStore> RunStore::from_bytes(std::vector<std::uint8_t> bytes, std::string name) {
  return RunStore(TRY(Database::from_bytes(std::move(bytes), std::move(name))));
}

Result<std::vector<RunSummary>> RunStore::runs() {
  return database_->attempt("list the runs", [&]() -> Result<std::vector<RunSummary>> {
    SQLite::Statement statement(database_->connection(), select_summaries("ORDER BY id"));
    return read_summaries(*database_, statement);
  });
}

Result<RunSummary> RunStore::find(std::string_view id_or_name) {
  return database_->attempt("find a run", [&]() -> Result<RunSummary> {
    const std::optional<std::int64_t> id = number_in(id_or_name);
    SQLite::Statement statement(
        database_->connection(),
        select_summaries(id ? "WHERE id = ?" : "WHERE name = ? ORDER BY id"));
    if (id)
      statement.bind(1, *id);
    else
      statement.bind(1, std::string(id_or_name));
    std::vector<RunSummary> found = TRY(read_summaries(*database_, statement));
    if (found.size() == 1) return std::move(found.front());
    if (found.empty() && id) return fail(Errc::not_found, name(), ": there is no run ", *id);
    if (found.empty())
      return fail(Errc::not_found, name(), ": there is no run called '", id_or_name, "'");
    return fail(
        Errc::invalid_argument, name(), ": ", found.size(), " runs are called '", id_or_name,
        "'; say the number of one, ", found.front().id, " to ", found.back().id);
  });
}

Status RunStore::remove(std::int64_t run) {
  return database_->transact("delete a run", [&]() -> Status {
    SQLite::Statement select(
        database_->connection(),
        "SELECT status, writer_process, writer_started FROM run WHERE id = ?");
    select.bind(1, run);
    if (!select.executeStep()) return fail(Errc::not_found, name(), ": there is no run ", run);
    Row row(select, join(name(), ": run ", run));
    const RunStatus status = read_status(row);
    const auto process = row.integer<std::int64_t>();
    const WriterProcess writer{.id = process, .started = row.text()};
    if (status == RunStatus::running && is_alive(writer))
      return fail(
          Errc::unsupported, name(), ": run ", run, " is being written by process ", process,
          "; stop that first");
    SQLite::Statement erase(database_->connection(), "DELETE FROM run WHERE id = ?");
    erase.bind(1, run);
    erase.exec();
    return ok;
  });
}

}  // namespace sunfleck::db
