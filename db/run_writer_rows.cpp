// What a RunWriter puts into the tables; inside a transaction, with SQLiteCpp's exceptions.

#include <array>
#include <optional>
#include <span>

#include "db/database.h"
#include "db/run_writer.h"
#include "db/statement.h"
#include "db/stored_names.h"

namespace sunfleck::db {
namespace {

// Where in the network a record says the board is, for the columns that a query wants.
struct RecordPlace {
  std::optional<std::uint32_t> inference;
  std::optional<std::uint16_t> layer;
  std::optional<std::uint16_t> tile;
};

RecordPlace place_of(const fw_record& record) {
  const auto place = [](const auto& body) {
    return RecordPlace{.inference = body.inference, .layer = body.layer, .tile = body.tile};
  };
  switch (record.header.type) {
    case FW_RECORD_RESTORE:
      return place(record.body.restore);
    case FW_RECORD_LAYER_BEGIN:
    case FW_RECORD_LAYER_END:
    case FW_RECORD_TILE_BEGIN:
    case FW_RECORD_TILE_END:
      return place(record.body.position);
    case FW_RECORD_CHECKPOINT:
      return place(record.body.checkpoint);
    case FW_RECORD_FAULT:
      return place(record.body.fault);
    case FW_RECORD_INFERENCE_BEGIN:
    case FW_RECORD_INFERENCE_END:
      return {.inference = record.body.inference.inference, .layer = {}, .tile = {}};
    case FW_RECORD_RESULT:
      return {.inference = record.body.result.inference, .layer = {}, .tile = {}};
    default:
      return {};
  }
}

// NULL where it has no meaning.
std::optional<std::uint16_t> layer_column(std::uint16_t layer) {
  if (layer == no_layer) return std::nullopt;
  return layer;
}
std::optional<std::uint8_t> mark_column(std::uint8_t mark) {
  if (mark == no_mark) return std::nullopt;
  return mark;
}

}  // namespace

void RunWriter::write_pending() {
  write_signals();
  write_chunks();
  write_rail_sums();
  write_records();
  write_progress();
}

void RunWriter::write_signals() {
  SQLite::Statement insert(
      database_->connection(), "INSERT INTO signal (run, name, unit, period_ns) VALUES (?,?,?,?)");
  for (Lane& lane : lanes_) {
    if (!lane.changed || lane.signal) continue;
    execute(insert, run_, lane.name, lane.unit, period_.count());
    lane.signal = database_->connection().getLastInsertRowid();
  }
}

void RunWriter::write_chunks() {
  SQLite::Statement replace(
      database_->connection(),
      "INSERT INTO chunk (signal, level, first, count, samples, min, max, mean, codec, data)"
      " VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET count = excluded.count,"
      " samples = excluded.samples, min = excluded.min, max = excluded.max, mean = excluded.mean,"
      " codec = excluded.codec, data = excluded.data");
  const auto write = [&](const PendingChunk& chunk) {
    execute(
        replace, lanes_[chunk.lane].signal, chunk.level, chunk.first, chunk.count,
        chunk.total.count, chunk.total.low, chunk.total.high, chunk.total.mean, chunk.encoded.codec,
        std::span<const std::uint8_t>(chunk.encoded.data));
  };
  for (const PendingChunk& chunk : chunks_)
    write(chunk);
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    if (!lanes_[lane].changed) continue;
    for (const Chunk& chunk : lanes_[lane].ladder.unfinished())
      write(PendingChunk(lane, chunk));
  }
}

void RunWriter::write_rail_sums() {
  SQLite::Statement replace(
      database_->connection(),
      "INSERT INTO rail_sum VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET"
      " samples = excluded.samples, joules = excluded.joules, coulombs = excluded.coulombs");
  const auto write = [&](const RailSum& sum) {
    execute(replace, run_, sum.first, sum.samples, sum.energy, sum.charge);
  };
  for (const RailSum& sum : rail_sums_)
    write(sum);
  if (const std::optional<RailSum> sum = rail_summer_.unfinished()) write(*sum);
}

void RunWriter::write_records() {
  SQLite::Statement edge(database_->connection(), "INSERT INTO edge VALUES (?,?,?,?)");
  for (std::size_t i = 0; i < edges_.size(); ++i)
    execute(edge, run_, written_edges_ + i, edges_[i].time.count(), edges_[i].marks);
  SQLite::Statement insert(
      database_->connection(), "INSERT INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?)");
  for (std::size_t i = 0; i < records_.size(); ++i) {
    const TimedRecord& timed = records_[i];
    const fw_record_header& header = timed.record.header;
    const RecordPlace place = place_of(timed.record);
    std::array<std::uint8_t, FW_RECORD_MAX> payload{};
    const std::size_t size = fw_record_write(payload.data(), &timed.record);
    execute(
        insert, run_, written_records_ + i, timed.received.count(), timed.on_wire, header.boot,
        header.sequence, header.type, header.ticks, place.inference, place.layer, place.tile,
        std::span<const std::uint8_t>(payload).first(size));
  }
}

void RunWriter::write_progress() {
  SQLite::Statement update(
      database_->connection(),
      "UPDATE run SET committed_at = ?, duration_ns = ?, inferences = ?, power_cycles = ?"
      " WHERE id = ?");
  execute(
      update, wall_time(), progress_.now.count(), progress_.inferences, progress_.power_cycles,
      run_);
  if (progress_.ledger) write_ledger(*progress_.ledger);
}

void RunWriter::write_ledger(const PowerLedger& ledger) {
  SQLite::Statement replace(
      database_->connection(),
      "INSERT INTO ledger VALUES (?,?,?) ON CONFLICT DO UPDATE SET joules = excluded.joules");
  for (const auto& [entry, name] : ledger_entries)
    execute(replace, run_, name, ledger.*entry);
}

void RunWriter::write_outcome(const RunOutcome& outcome, const RunAnalysis& analysis) {
  std::optional<std::size_t> correct;
  if (!analysis.correct.empty()) correct = 0;
  for (const auto& [inference, is_correct] : analysis.correct)
    if (is_correct) correct = *correct + 1;
  const bool cancelled = outcome.reason == EndReason::cancelled;
  const TelemetryCounts& counts = outcome.telemetry;
  SQLite::Statement update(
      database_->connection(),
      "UPDATE run SET status = ?, end_reason = ?, duration_ns = ?, inferences = ?, power_cycles = "
      "?,"
      " profile_passes = ?, contradicting = ?, correct = ?, records_decoded = ?, records_damaged = "
      "?,"
      " records_unknown = ?, records_missing = ?, records_repeated = ?, records_lost = ?,"
      " text_bytes = ?, energy_joules = ?, attributed_seconds = ? WHERE id = ?");
  execute(
      update, spelled(run_statuses, cancelled ? RunStatus::cancelled : RunStatus::finished),
      spelled(end_reasons, outcome.reason), outcome.duration.count(), outcome.inferences,
      outcome.power_cycles, outcome.profile_passes, outcome.contradicting, correct, counts.records,
      counts.damaged, counts.unknown, counts.missing, counts.repeated, counts.lost, counts.text,
      analysis.attribution.total, analysis.attribution.duration, run_);
  if (outcome.ledger) write_ledger(*outcome.ledger);
  if (const std::optional<MemoryUse>& use = outcome.memory) {
    SQLite::Statement memory(database_->connection(), "INSERT INTO memory VALUES (?,?,?,?,?)");
    execute(memory, run_, use->data, use->stack, use->working, use->board);
  }
  if (const std::optional<Fault>& fault = outcome.fault) {
    SQLite::Statement set(
        database_->connection(),
        "UPDATE run SET fault_code = ?, fault_inference = ?, fault_layer = ?, fault_tile = ?,"
        " fault_attempts = ?, fault_detail = ? WHERE id = ?");
    execute(
        set, fault->code, fault->inference, fault->layer, fault->tile, fault->attempts,
        fault->detail, run_);
  }
  SQLite::Statement output(database_->connection(), "INSERT INTO output VALUES (?,?,?,?)");
  for (const auto& [inference, bytes] : outcome.outputs) {
    const auto known = analysis.correct.find(inference);
    std::optional<bool> is_correct;
    if (known != analysis.correct.end()) is_correct = known->second;
    execute(output, run_, inference, std::span<const std::uint8_t>(bytes), is_correct);
  }
}

void RunWriter::write_parts(const Attribution& attribution) {
  SQLite::Statement insert(database_->connection(), "INSERT INTO part VALUES (?,?,?,?,?,?,?,?,?)");
  std::size_t number = 0;
  for (const std::vector<Part>* parts : {&attribution.by_inference, &attribution.by_power_cycle}) {
    const bool is_inference = parts == &attribution.by_inference;
    for (const Part& part : *parts) {
      const std::optional<std::uint32_t> index = part.index;
      execute(
          insert, run_, number++, is_inference ? index : std::nullopt,
          is_inference ? std::nullopt : index, name_of(part.activity), layer_column(part.layer),
          part.time, part.energy, part.uncertainty);
    }
  }
}

void RunWriter::write_timeline(const Timeline& timeline) {
  SQLite::Statement cycle(
      database_->connection(), "INSERT INTO power_cycle VALUES (?,?,?,?,?,?,?,?)");
  for (std::size_t i = 0; i < timeline.power_cycles.size(); ++i) {
    const PowerCycle& one = timeline.power_cycles[i];
    execute(
        cycle, run_, i, one.on.count(), one.off.count(), one.outage, one.records,
        one.clock_offset.count(), one.clock_uncertainty.count());
  }
  SQLite::Statement layer(
      database_->connection(),
      "UPDATE layer SET checkpoints = ?, executions = ? WHERE run = ? AND number = ?");
  for (std::size_t i = 0; i < timeline.checkpoints.size() && i < timeline.executions.size(); ++i)
    execute(layer, timeline.checkpoints[i], timeline.executions[i], run_, i);
  SQLite::Statement gap(database_->connection(), "INSERT INTO gap VALUES (?,?,?,?,?,?)");
  for (std::size_t i = 0; i < timeline.gaps.size(); ++i) {
    const Gap& one = timeline.gaps[i];
    execute(gap, run_, i, one.from.count(), one.to.count(), one.records, one.boots);
  }
  SQLite::Statement refused(
      database_->connection(),
      "UPDATE run SET refused_spans = ?, refused_ns = ?, records_set_aside = ? WHERE id = ?");
  execute(refused, timeline.refused.spans, timeline.refused.time.count(), timeline.set_aside, run_);
  SQLite::Statement span(database_->connection(), "INSERT INTO span VALUES (?,?,?,?,?,?,?,?,?)");
  for (std::size_t i = 0; i < timeline.spans.size(); ++i) {
    const Span& one = timeline.spans[i];
    execute(
        span, run_, i, one.from.count(), one.to.count(), name_of(one.activity),
        layer_column(one.layer), one.inference, one.power_cycle, mark_column(one.mark));
  }
}

void RunWriter::write_analysis(const RunAnalysis& analysis) {
  write_parts(analysis.attribution);
  if (const std::optional<BoardClock>& clock = analysis.timeline.clock) {
    SQLite::Statement update(
        database_->connection(),
        "UPDATE run SET clock_drift = ?, clock_drift_uncertainty = ? WHERE id = ?");
    execute(update, clock->drift, clock->uncertainty, run_);
  }
  SQLite::Statement share(
      database_->connection(), "INSERT INTO share VALUES (?,?,?,?,?,?,?,?,?,?)");
  for (std::size_t i = 0; i < analysis.attribution.shares.size(); ++i) {
    const Share& one = analysis.attribution.shares[i];
    execute(
        share, run_, i, name_of(one.activity), layer_column(one.layer), one.spans, one.time,
        one.energy, one.uncertainty, mark_column(one.mark), one.unmeasured);
  }
  write_timeline(analysis.timeline);
}

}  // namespace sunfleck::db
