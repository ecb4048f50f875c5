#include "db/run_writer.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "db/chunk.h"
#include "db/database.h"
#include "db/statement.h"
#include "db/stored_names.h"
#include "db/writer_process.h"

namespace sunfleck::db {
namespace {

using namespace std::chrono_literals;

// A little less than the second that may be lost.
constexpr RunTime commit_interval = 800ms;
constexpr std::size_t pending_before_commit = std::size_t{8} << 20;
// While a run goes on it must not wait long for another program; at its end it can.
constexpr int busy_timeout_ms = 500;
constexpr int last_busy_timeout_ms = 30'000;

class HostClock final : public Clock {
 public:
  RunTime now() const override {
    return std::chrono::duration_cast<RunTime>(std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace

RunWriter::PendingChunk::PendingChunk(std::size_t of_lane, const Chunk& chunk)
    : lane(of_lane),
      level(chunk.level),
      first(chunk.first),
      count(chunk.size()),
      total(chunk.total()),
      encoded(encode(chunk)) {}

RunWriter::RunWriter(std::unique_ptr<Database> database, const RunStart& start)
    : database_(std::move(database)),
      clock_(start.clock),
      lanes_{{{"voltage", "V"}, {"current", "A"}, {"storage", "V"}, {"harvest", "W"}}} {
  last_attempt_ = now();
}

RunWriter::~RunWriter() {
  if (ended_) return;
  // Nobody is left to hear of an error here; without this row's change the run is interrupted too.
  if (!end_as(RunStatus::interrupted, "its program left it unfinished")) ended_ = true;
}

// Microseconds since 1970, UTC.
std::int64_t RunWriter::wall_time() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

RunTime RunWriter::now() const { return clock_ != nullptr ? clock_->now() : HostClock().now(); }

Result<std::unique_ptr<RunWriter>> RunWriter::begin(
    const std::string& path, const RunStart& start) {
  if (start.identity.name.empty())
    return fail(Errc::invalid_argument, path, ": wanted a name for the run and got none");
  if (!nlohmann::json::accept(start.identity.plan))
    return fail(
        Errc::invalid_argument, path, ": the plan of run '", start.identity.name, "' is no JSON");
  std::unique_ptr<RunWriter> writer(
      new RunWriter(TRY(Database::open(path, Missing::create)), start));
  if (Status entered = writer->enter(start); !entered) {
    writer->ended_ = true;
    return std::move(entered).error();
  }
  writer->database_->connection().setBusyTimeout(busy_timeout_ms);
  return writer;
}

Status RunWriter::enter(const RunStart& start) {
  return database_->transact("begin a run", [&]() -> Status {
    SQLite::Database& connection = database_->connection();
    const RunIdentity& identity = start.identity;
    const WriterProcess writer = this_process();
    const std::int64_t wall = wall_time();
    SQLite::Statement run(
        connection,
        "INSERT INTO run (name, status, plan, seed, program_version, firmware_sha256, "
        "network_sha256,"
        " profile_sha256, inputs_sha256, network, profile, rig, started_at, committed_at,"
        " writer_process, writer_started, board, board_sha256)"
        " VALUES (?,'running',?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    execute(
        run, identity.name, identity.plan, identity.seed, identity.program_version,
        identity.firmware_sha256, identity.network_sha256, identity.profile_sha256,
        identity.inputs_sha256, identity.network_name, identity.profile_name, identity.rig_name,
        start.started_at.value_or(wall), wall, writer.id, writer.started, identity.board_name,
        identity.board_sha256);
    run_ = connection.getLastInsertRowid();
    SQLite::Statement layer(
        connection,
        "INSERT INTO layer (run, number, name, operator, output_height, output_width,"
        " output_channels, macs, additions, weight_bytes, nonvolatile_read_bytes,"
        " nonvolatile_written_bytes, tiles, inner_calls, tiles_per_commit, activation_bits,"
        " weight_bits) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    for (std::size_t i = 0; i < start.layers.size(); ++i) {
      const LayerCounts& counts = start.layers[i];
      execute(
          layer, run_, i, counts.name, name_of(counts.op), counts.output.height,
          counts.output.width, counts.output.channels, counts.macs, counts.additions,
          counts.weight_bytes, counts.nonvolatile_read, counts.nonvolatile_written, counts.tiles,
          counts.inner_calls, counts.tiles_per_commit, counts.activation_bits, counts.weight_bits);
    }
    SQLite::Statement mark(connection, "INSERT INTO mark VALUES (?,?,?)");
    for (std::size_t pin = 0; pin < start.marks.size(); ++pin)
      if (!start.marks[pin].empty()) execute(mark, run_, pin, start.marks[pin]);
    return ok;
  });
}

Status RunWriter::status() const {
  if (error_) return *error_;
  return ok;
}

void RunWriter::stop_recording(const Error& error) {
  if (!error_)
    static_cast<void>(commit());  // what came before is sound; its own error is the first
  give_up(error);
}

void RunWriter::give_up(const Error& error) {
  if (error_) return;
  error_ = fail(
      error.code, error.text, "; nothing of the run after ", engineering(to_seconds(committed_)),
      " is recorded");
  forget_pending();
}

Status RunWriter::check(const SampleBlock& block) const {
  const std::array spans{block.voltage, block.current, block.storage, block.harvest};
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (spans[i].empty()) continue;
    if (block.first < lanes_[i].ladder.end())
      return fail(
          Errc::invalid_argument, database_->name(), ": ", lanes_[i].name, " sample ", block.first,
          " came when ", lanes_[i].ladder.end(), " or a later one was wanted");
    if (block.first > end_of_indexes - spans[i].size())
      return fail(
          Errc::invalid_argument, database_->name(), ": ", lanes_[i].name, " sample ", block.first,
          " is beyond the last that can be stored");
  }
  if (block.period <= RunTime::zero() || (period_ != RunTime::zero() && block.period != period_))
    return fail(
        Errc::invalid_argument, database_->name(), ": samples came every ", block.period.count(),
        " ns, after ", period_.count(), " ns");
  return ok;
}

void RunWriter::append(std::size_t lane, std::uint64_t first, std::span<const float> samples) {
  if (samples.empty()) return;
  lanes_[lane].changed = true;
  for (const Chunk& chunk : lanes_[lane].ladder.append(first, samples)) {
    chunks_.emplace_back(lane, chunk);
    pending_bytes_ += chunks_.back().encoded.data.size();
  }
}

void RunWriter::on_samples(const SampleBlock& block) {
  if (error_ || ended_) return;
  if (const Status fits = check(block); !fits) return stop_recording(fits.error());
  period_ = block.period;
  append(0, block.first, block.voltage);
  append(1, block.first, block.current);
  append(2, block.first, block.storage);
  append(3, block.first, block.harvest);
  for (const RailSum& sum : rail_summer_.append(block))
    rail_sums_.push_back(sum);
  commit_when_due();
}

void RunWriter::on_edge(const MarkEdge& edge) {
  if (error_ || ended_) return;
  edges_.push_back(edge);
  pending_bytes_ += sizeof(edge);
  commit_when_due();
}

void RunWriter::on_record(const TimedRecord& record) {
  if (error_ || ended_) return;
  std::array<std::uint8_t, FW_RECORD_MAX> payload{};
  if (fw_record_write(payload.data(), &record.record) == 0)
    return stop_recording(fail(
        Errc::invalid_argument, database_->name(), ": a record of type ", record.record.header.type,
        " cannot be stored"));
  records_.push_back(record);
  pending_bytes_ += sizeof(record);
  commit_when_due();
}

void RunWriter::on_progress(const RunProgress& progress) {
  if (error_ || ended_) return;
  progress_ = progress;
  commit_when_due();
}

void RunWriter::commit_when_due() {
  const bool due = now() - last_attempt_ >= commit_interval;
  const bool much = pending_bytes_ >= pending_before_commit && !locked_out_;
  if (!due && !much) return;
  // What went wrong is kept for status().
  static_cast<void>(commit());
}

Status RunWriter::commit() {
  if (error_) return *error_;
  if (ended_) return ok;
  Status written = database_->transact("write the run", [&]() -> Status {
    write_pending();
    return ok;
  });
  last_attempt_ = now();
  locked_out_ = !written && written.error().code == Errc::timeout;
  if (locked_out_ && pending_bytes_ < most_pending) return written;
  if (!written) {
    give_up(written.error());
    return *error_;
  }
  committed_ = progress_.now;
  written_edges_ += edges_.size();
  written_records_ += records_.size();
  forget_pending();
  return ok;
}

void RunWriter::forget_pending() {
  chunks_.clear();
  rail_sums_.clear();
  edges_.clear();
  records_.clear();
  pending_bytes_ = 0;
  for (Lane& lane : lanes_)
    lane.changed = false;
}

Status RunWriter::finish(const RunOutcome& outcome, const RunAnalysis& analysis) {
  database_->connection().setBusyTimeout(last_busy_timeout_ms);
  if (!error_) {
    Status written = database_->transact("finish the run", [&]() -> Status {
      write_pending();
      write_outcome(outcome, analysis);
      write_analysis(analysis);
      return ok;
    });
    ended_ = static_cast<bool>(written);
    if (written) return ok;
    give_up(written.error());
  }
  // The error is told by what this returns; the row is a second place for it.
  static_cast<void>(end_as(RunStatus::failed, error_->text));
  ended_ = true;
  return *error_;
}

Status RunWriter::fail_with(const Error& error) {
  database_->connection().setBusyTimeout(last_busy_timeout_ms);
  Status written = end_as(RunStatus::failed, error_ ? error_->text : error.text);
  ended_ = true;
  return written;
}

Status RunWriter::end_as(RunStatus status, const std::string& error) {
  return database_->transact("end the run", [&]() -> Status {
    if (!error_) write_pending();
    SQLite::Statement update(
        database_->connection(),
        "UPDATE run SET status = ?, error = ?, committed_at = ? WHERE id = ?");
    execute(update, spelled(run_statuses, status), error, wall_time(), run_);
    return ok;
  });
}

}  // namespace sunfleck::db
