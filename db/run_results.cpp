// What a stored run recorded and came to, beside its samples: db/run_store.h.

#include <algorithm>
#include <string_view>

#include "db/row.h"
#include "db/run_store.h"
#include "db/stored_names.h"

namespace sunfleck::db {
namespace {

// The payload is the record; the columns beside it are for queries.
TimedRecord read_record(Row& row) {
  TimedRecord timed;
  timed.received = row.time();
  timed.on_wire = Seconds{row.real()};
  const std::vector<std::uint8_t> payload = row.blob(FW_RECORD_MAX);
  if (!fw_record_read(&timed.record, payload.data(), payload.size())) {
    row.damaged("no record of the board");
    timed.record = {};
  }
  return timed;
}

PowerCycle read_power_cycle(Row& row) {
  return {
      .on = row.time(),
      .off = row.time(),
      .outage = row.boolean(),
      .records = row.integer<std::uint32_t>(),
      .clock_offset = row.time(),
      .clock_uncertainty = row.time()};
}

Activity read_activity(Row& row) {
  const std::string activity = row.text();
  const auto known = named(activity, Activity::off, Activity::unattributed);
  if (!known) row.damaged(join("'", activity, "'"));
  return known.value_or(Activity::unattributed);
}

Share read_share(Row& row) {
  Share share;
  share.activity = read_activity(row);
  share.layer = row.integer_or_null<std::uint16_t>().value_or(no_layer);
  share.spans = row.integer<std::uint64_t>();
  share.time = Seconds{row.real()};
  share.energy = Joules{row.real()};
  share.uncertainty = Joules{row.real()};
  share.mark = row.integer_or_null<std::uint8_t>().value_or(no_mark);
  share.unmeasured = Seconds{row.real()};
  return share;
}

Part read_part(Row& row) {
  Part part;
  part.index = row.integer<std::uint32_t>();
  part.activity = read_activity(row);
  part.layer = row.integer_or_null<std::uint16_t>().value_or(no_layer);
  part.time = Seconds{row.real()};
  part.energy = Joules{row.real()};
  part.uncertainty = Joules{row.real()};
  return part;
}

Span read_span(Row& row) {
  Span span;
  span.from = row.time();
  span.to = row.time();
  if (span.to <= span.from) row.damaged("no time after its begin");
  span.activity = read_activity(row);
  span.layer = row.integer_or_null<std::uint16_t>().value_or(no_layer);
  span.inference = row.integer<std::uint32_t>();
  span.power_cycle = row.integer<std::uint32_t>();
  span.mark = row.integer_or_null<std::uint8_t>().value_or(no_mark);
  return span;
}

Gap read_gap(Row& row) {
  Gap gap;
  gap.from = row.time();
  gap.to = row.time();
  if (gap.to < gap.from) row.damaged("before its begin");
  gap.records = row.integer<std::uint32_t>();
  gap.boots = row.integer<std::uint32_t>();
  return gap;
}

StoredLayer read_layer(Row& row) {
  StoredLayer layer;
  LayerCounts& counts = layer.counts;
  counts.name = row.text();
  const std::string op = row.text();
  const auto known = named(op, Operator::conv_2d, Operator::quantize);
  if (!known) row.damaged(join("'", op, "'"));
  counts.op = known.value_or(Operator::reshape);
  counts.output.height = row.integer<std::uint32_t>();
  counts.output.width = row.integer<std::uint32_t>();
  counts.output.channels = row.integer<std::uint32_t>();
  counts.macs = row.integer<std::uint64_t>();
  counts.additions = row.integer<std::uint64_t>();
  counts.weight_bytes = row.integer<std::uint64_t>();
  counts.nonvolatile_read = row.integer<std::uint64_t>();
  counts.nonvolatile_written = row.integer<std::uint64_t>();
  counts.tiles = row.integer<std::uint32_t>();
  layer.checkpoints = row.integer_or_null<std::uint32_t>();
  layer.executions = row.integer_or_null<std::uint32_t>();
  counts.kernel.inner_calls = row.integer<std::uint64_t>();
  counts.tiles_per_commit = row.integer<std::uint32_t>();
  counts.activation_bits = row.integer<std::uint32_t>();
  counts.weight_bits = row.integer<std::uint32_t>();
  return layer;
}

// One of a layer's kernel counts.
struct StoredCount {
  std::uint32_t layer = 0;
  std::string name;
  std::uint64_t count = 0;
};

StoredCount read_count(Row& row) {
  StoredCount stored;
  stored.layer = row.integer<std::uint32_t>();
  stored.name = row.text();
  stored.count = row.integer<std::uint64_t>();
  return stored;
}

std::optional<Fault> read_fault(Row& row) {
  const std::optional<std::uint8_t> code = row.integer_or_null<std::uint8_t>();
  Fault fault;
  fault.code = code.value_or(0);
  fault.inference = row.integer_or_null<std::uint32_t>().value_or(0);
  fault.layer = row.integer_or_null<std::uint16_t>().value_or(0);
  fault.tile = row.integer_or_null<std::uint16_t>().value_or(0);
  fault.attempts = row.integer_or_null<std::uint16_t>().value_or(0);
  fault.detail = row.integer_or_null<std::uint32_t>().value_or(0);
  if (!code) return std::nullopt;
  return fault;
}

EndReason read_end_reason(Row& row) {
  const std::string text = row.text_or_null();
  const std::optional<EndReason> reason = read_as(end_reasons, text);
  if (!reason && !text.empty()) row.damaged(join("'", text, "'"));
  return reason.value_or(EndReason::cancelled);
}

RunOutcome read_outcome(Row& row) {
  RunOutcome outcome;
  outcome.reason = read_end_reason(row);
  outcome.duration = row.time();
  outcome.inferences = row.integer<std::uint32_t>();
  outcome.power_cycles = row.integer<std::uint32_t>();
  outcome.profile_passes = row.integer<std::uint64_t>();
  outcome.contradicting = row.integer<std::uint32_t>();
  outcome.telemetry.records = row.integer<std::uint64_t>();
  outcome.telemetry.damaged = row.integer<std::uint64_t>();
  outcome.telemetry.unknown = row.integer<std::uint64_t>();
  outcome.telemetry.missing = row.integer<std::uint64_t>();
  outcome.telemetry.repeated = row.integer<std::uint64_t>();
  outcome.telemetry.lost = row.integer<std::uint64_t>();
  outcome.telemetry.text = row.integer<std::uint64_t>();
  outcome.fault = read_fault(row);
  return outcome;
}

MemoryUse read_memory_use(Row& row) {
  MemoryUse use;
  use.data = row.integer<std::uint32_t>();
  use.stack = row.integer<std::uint32_t>();
  use.working = row.integer<std::uint32_t>();
  use.board = row.integer<std::uint32_t>();
  return use;
}

// For a run that another program has deleted meanwhile.
Error no_run(const std::string& store, std::int64_t run) {
  return fail(Errc::not_found, store, ": there is no run ", run);
}

// Nothing when the rig had no ledger.
Result<std::optional<PowerLedger>> ledger_of(Database& database, std::int64_t run) {
  return database.attempt("read a run", [&]() -> Result<std::optional<PowerLedger>> {
    SQLite::Statement statement(
        database.connection(), "SELECT joules FROM ledger WHERE run = ? AND name = ?");
    PowerLedger ledger;
    std::size_t found = 0;
    for (const auto& [entry, name] : ledger_entries) {
      statement.reset();
      statement.bind(1, run);
      statement.bind(2, name);
      if (!statement.executeStep()) continue;
      Row row(statement, join(database.name(), ": run ", run, ", ledger"));
      ledger.*entry = Joules{row.real()};
      TRY(row.status());
      ++found;
    }
    if (found == 0) return std::optional<PowerLedger>();
    if (found < ledger_entries.size())
      return fail(
          Errc::io, database.name(), ": run ", run, ": the run store is damaged: its ledger has ",
          found, " of ", ledger_entries.size(), " entries");
    return std::optional<PowerLedger>(ledger);
  });
}

}  // namespace

Result<std::vector<MarkEdge>> RunStore::edges(std::int64_t run) {
  return rows_of(
      *database_, run, "SELECT number, time_ns, marks FROM edge WHERE run = ? ORDER BY number",
      [](Row& row) { return MarkEdge{.time = row.time(), .marks = row.integer<std::uint32_t>()}; });
}

Result<std::vector<TimedRecord>> RunStore::records(std::int64_t run) {
  return rows_of(
      *database_, run,
      "SELECT number, received_ns, on_wire_seconds, payload FROM record"
      " WHERE run = ? ORDER BY number",
      read_record);
}

Result<std::vector<PowerCycle>> RunStore::power_cycles(std::int64_t run) {
  return rows_of(
      *database_, run,
      "SELECT number, on_ns, off_ns, outage, records, clock_offset_ns, clock_uncertainty_ns"
      " FROM power_cycle WHERE run = ? ORDER BY number",
      read_power_cycle);
}

Result<std::vector<Span>> RunStore::spans(std::int64_t run) {
  return rows_of(
      *database_, run,
      "SELECT number, from_ns, to_ns, activity, layer, inference, power_cycle, mark FROM span"
      " WHERE run = ? ORDER BY number",
      read_span);
}

Result<Timeline> RunStore::timeline(std::int64_t run) {
  std::vector<Timeline> found = TRY(rows_of(
      *database_, run,
      "SELECT id, refused_spans, refused_ns, records_set_aside FROM run WHERE id = ?",
      [](Row& row) {
        Timeline timeline;
        timeline.refused.spans = row.integer<std::uint64_t>();
        timeline.refused.time = row.time();
        timeline.set_aside = row.integer<std::uint64_t>();
        return timeline;
      }));
  if (found.empty()) return no_run(name(), run);
  Timeline timeline = std::move(found.front());
  timeline.clock = TRY(board_clock(run));
  timeline.power_cycles = TRY(power_cycles(run));
  timeline.spans = TRY(spans(run));
  if (!timeline.spans.empty()) timeline.end = timeline.spans.back().to;
  timeline.gaps = TRY(rows_of(
      *database_, run,
      "SELECT number, from_ns, to_ns, records, boots FROM gap WHERE run = ? ORDER BY number",
      read_gap));
  for (const StoredLayer& layer : TRY(layers(run))) {
    timeline.checkpoints.push_back(layer.checkpoints.value_or(0));
    timeline.executions.push_back(layer.executions.value_or(0));
  }
  return timeline;
}

Result<MarkNames> RunStore::mark_names(std::int64_t run) {
  struct Named {
    std::uint8_t pin = 0;
    std::string name;
  };
  MarkNames names;
  const std::vector<Named> rows = TRY(rows_of(
      *database_, run, "SELECT pin, pin, name FROM mark WHERE run = ? ORDER BY pin", [](Row& row) {
        Named named{.pin = row.integer<std::uint8_t>(), .name = row.text()};
        if (named.pin >= mark_pins) {
          row.damaged("no pin");
          named.pin = 0;
        }
        return named;
      }));
  for (const Named& named : rows)
    names.at(named.pin) = named.name;
  return names;
}

Result<std::vector<StoredLayer>> RunStore::layers(std::int64_t run) {
  std::vector<StoredLayer> layers = TRY(rows_of(
      *database_, run,
      "SELECT number, name, operator, output_height, output_width, output_channels, macs, "
      "additions,"
      " weight_bytes, nonvolatile_read_bytes, nonvolatile_written_bytes, tiles, checkpoints,"
      " executions, inner_calls, tiles_per_commit, activation_bits, weight_bits FROM layer"
      " WHERE run = ? ORDER BY number",
      read_layer));
  const std::vector<StoredCount> counts = TRY(rows_of(
      *database_, run,
      "SELECT number, layer, name, count FROM kernel_count WHERE run = ? ORDER BY number",
      read_count));
  for (const StoredCount& stored : counts) {
    const auto* const known = std::ranges::find(
        kernel_counts, stored.name,
        [](const KernelCount& each) { return std::string_view(each.name); });
    if (known != kernel_counts.end() && stored.layer < layers.size())
      layers[stored.layer].counts.kernel.*known->count = stored.count;
  }
  return layers;
}

Result<std::vector<StoredOutput>> RunStore::outputs(std::int64_t run) {
  return rows_of(
      *database_, run,
      "SELECT inference, inference, data, correct FROM output WHERE run = ? ORDER BY inference",
      [](Row& row) {
        StoredOutput output;
        output.inference = row.integer<std::uint32_t>();
        output.bytes = row.blob(std::size_t{1} << 20);
        if (const auto correct = row.integer_or_null<int>()) output.correct = *correct != 0;
        return output;
      });
}

Result<Attribution> RunStore::attribution(std::int64_t run) {
  std::vector<Share> shares = TRY(rows_of(
      *database_, run,
      "SELECT number, activity, layer, spans, time_seconds, energy_joules, uncertainty_joules,"
      " mark, unmeasured_seconds FROM share WHERE run = ? ORDER BY number",
      read_share));
  std::vector<Attribution> found = TRY(rows_of(
      *database_, run, "SELECT id, energy_joules, attributed_seconds FROM run WHERE id = ?",
      [](Row& row) {
        Attribution attribution;
        attribution.total = Joules{row.real_or_null().value_or(0.0)};
        attribution.duration = Seconds{row.real_or_null().value_or(0.0)};
        return attribution;
      }));
  if (found.empty()) return no_run(name(), run);
  Attribution attribution = std::move(found.front());
  attribution.shares = std::move(shares);
  attribution.by_inference = TRY(rows_of(
      *database_, run,
      "SELECT number, inference, activity, layer, time_seconds, energy_joules, uncertainty_joules"
      " FROM part WHERE run = ? AND inference IS NOT NULL ORDER BY number",
      read_part));
  attribution.by_power_cycle = TRY(rows_of(
      *database_, run,
      "SELECT number, power_cycle, activity, layer, time_seconds, energy_joules,"
      " uncertainty_joules FROM part WHERE run = ? AND power_cycle IS NOT NULL ORDER BY number",
      read_part));
  return attribution;
}

Result<std::optional<BoardClock>> RunStore::board_clock(std::int64_t run) {
  const std::vector<std::optional<BoardClock>> found = TRY(rows_of(
      *database_, run, "SELECT id, clock_drift, clock_drift_uncertainty FROM run WHERE id = ?",
      [](Row& row) {
        const std::optional<double> drift = row.real_or_null();
        const std::optional<double> uncertainty = row.real_or_null();
        return drift
            ? std::optional(BoardClock{.drift = *drift, .uncertainty = uncertainty.value_or(0.0)})
            : std::nullopt;
      }));
  if (found.empty()) return no_run(name(), run);
  return found.front();
}

Result<RunOutcome> RunStore::outcome(std::int64_t run) {
  std::vector<RunOutcome> found = TRY(rows_of(
      *database_, run,
      "SELECT id, end_reason, duration_ns, inferences, power_cycles, profile_passes, contradicting,"
      " records_decoded, records_damaged, records_unknown, records_missing, records_repeated,"
      " records_lost, text_bytes, fault_code, fault_inference, fault_layer, fault_tile, "
      "fault_attempts,"
      " fault_detail FROM run WHERE id = ?",
      read_outcome));
  if (found.empty()) return no_run(name(), run);
  RunOutcome outcome = std::move(found.front());
  outcome.ledger = TRY(ledger_of(*database_, run));
  const std::vector<MemoryUse> memory = TRY(rows_of(
      *database_, run,
      "SELECT run, data_bytes, stack_bytes, working_bytes, board_bytes FROM memory WHERE run = ?",
      read_memory_use));
  if (!memory.empty()) outcome.memory = memory.front();
  for (StoredOutput& output : TRY(outputs(run)))
    outcome.outputs.emplace(output.inference, std::move(output.bytes));
  return outcome;
}

}  // namespace sunfleck::db
