// Energy and charge at the rail of a stored run: db/run_store.h.

#include <algorithm>
#include <array>
#include <limits>

#include "db/chunk_reader.h"
#include "db/rail_sum.h"
#include "db/row.h"
#include "db/run_store.h"

namespace sunfleck::db {
namespace {

struct RailSignals {
  SignalRow voltage, current;
};

Result<RailSignals> rail_signals(Database& database, std::int64_t run) {
  const std::vector<SignalRow> signals = TRY(signals_of(database, run));
  const auto voltage = std::ranges::find(signals, "voltage", &SignalRow::name);
  const auto current = std::ranges::find(signals, "current", &SignalRow::name);
  if (voltage == signals.end() || current == signals.end())
    return fail(
        Errc::not_found, database.name(), ": run ", run, " has no voltage and current at the rail");
  if (voltage->period != current->period)
    return fail(
        Errc::io, database.name(), ": run ", run, ": the run store is damaged: voltage has a ",
        "sample every ", voltage->period.count(), " ns, and current every ",
        current->period.count(), " ns");
  return RailSignals{*voltage, *current};
}

// Adds pieces of a run to one value.
class RailReader {
 public:
  RailReader(Database& database, std::int64_t run, RailSignals signals, RailEnergy& to)
      : database_(database),
        run_(run),
        signals_(std::move(signals)),
        period_(signals_.voltage.period),
        result_(to) {}

  // From the sums and extremes that were stored with the chunks; false when the run has no sums.
  //
  //   range   from one chunk's begin to another's, in samples
  Result<bool> add_stored(SampleRange range) {
    if (!TRY(add_sums(range))) return false;
    result_.voltage = combined(result_.voltage, TRY(extremes(signals_.voltage, range)));
    result_.current = combined(result_.current, TRY(extremes(signals_.current, range)));
    return true;
  }

  // From the samples of the times [from, to), chunk by chunk.
  Status add_samples(RunTime from, RunTime to) {
    if (from >= to) return ok;
    const auto first = static_cast<std::uint64_t>(from / period_);
    const auto last = static_cast<std::uint64_t>((to - RunTime(1)) / period_);
    std::array readers{
        ChunkReader(database_, signals_.voltage, 0, {first, last + 1}),
        ChunkReader(database_, signals_.current, 0, {first, last + 1})};
    std::array<std::optional<Chunk>, 2> chunks;
    for (std::size_t i = 0; i < chunks.size(); ++i)
      chunks.at(i) = TRY(readers.at(i).next());
    while (chunks[0] || chunks[1]) {
      const std::uint64_t at = std::min(start_of(chunks[0]), start_of(chunks[1]));
      const bool has_voltage = start_of(chunks[0]) == at;
      const bool has_current = start_of(chunks[1]) == at;
      const std::array<std::span<const float>, 2> samples{
          has_voltage ? std::span<const float>(chunks[0]->samples) : std::span<const float>(),
          has_current ? std::span<const float>(chunks[1]->samples) : std::span<const float>()};
      add_chunk(at, samples[0], samples[1], from, to);
      if (has_voltage) chunks[0] = TRY(readers[0].next());
      if (has_current) chunks[1] = TRY(readers[1].next());
    }
    return ok;
  }

  void finish() {
    result_.energy = totals_.energy();
    result_.charge = totals_.charge();
  }

 private:
  static std::uint64_t start_of(const std::optional<Chunk>& chunk) {
    return chunk ? chunk->first : std::numeric_limits<std::uint64_t>::max();
  }

  Result<bool> add_sums(SampleRange range) {
    return database_.attempt("read the rail's energy", [&]() -> Result<bool> {
      SQLite::Statement any(database_.connection(), "SELECT 1 FROM rail_sum WHERE run = ? LIMIT 1");
      any.bind(1, run_);
      if (!any.executeStep()) return false;
      SQLite::Statement statement(
          database_.connection(),
          "SELECT first, samples, joules, coulombs FROM rail_sum"
          " WHERE run = ? AND first >= ? AND first < ? ORDER BY first");
      statement.bind(1, run_);
      statement.bind(2, static_cast<std::int64_t>(range.from));
      statement.bind(3, static_cast<std::int64_t>(range.to));
      std::uint64_t least = range.from;
      while (statement.executeStep()) {
        Row row(statement, join(database_.name(), ": run ", run_, ", sums at the rail"));
        const auto first = row.integer<std::uint64_t>(least, range.to);
        if (first % chunk_entries != 0) row.damaged(join(first));
        least = first + chunk_entries;
        const auto samples = row.integer<std::uint64_t>(0, chunk_entries);
        const Joules energy{row.real()};
        totals_.add(energy, Coulombs{row.real()});
        TRY(row.status());
        result_.measured += static_cast<RunTime::rep>(samples) * period_;
      }
      return true;
    });
  }

  // From the columns beside the chunks; no blob is read.
  Result<Bucket> extremes(const SignalRow& signal, SampleRange range) {
    return database_.attempt("read the extremes of a signal", [&]() -> Result<Bucket> {
      SQLite::Statement statement(
          database_.connection(),
          "SELECT first, samples, min, max, mean FROM chunk"
          " WHERE signal = ? AND level = 0 AND first >= ? AND first < ? ORDER BY first");
      statement.bind(1, signal.id);
      statement.bind(2, static_cast<std::int64_t>(range.from));
      statement.bind(3, static_cast<std::int64_t>(range.to));
      Bucket total;
      std::uint64_t least = range.from;
      while (statement.executeStep()) {
        Row row(statement, join(database_.name(), ": signal ", signal.name));
        least = row.integer<std::uint64_t>(least, range.to) + 1;
        const Bucket bucket = read_bucket(row, chunk_entries);
        TRY(row.status());
        total = combined(total, bucket);
      }
      return total;
    });
  }

  // The part of a chunk that lies in [from, to); a signal without the chunk has no samples.
  void add_chunk(
      std::uint64_t first, std::span<const float> voltage, std::span<const float> current,
      RunTime from, RunTime to) {
    RailTotals chunk;
    for (std::size_t i = 0; i < std::max(voltage.size(), current.size()); ++i) {
      const RunTime begin = static_cast<RunTime::rep>(first + i) * period_;
      const RunTime inside = std::min(begin + period_, to) - std::max(begin, from);
      if (inside <= RunTime{}) continue;
      if (i < voltage.size()) result_.voltage = combined(result_.voltage, bucket_of(voltage[i]));
      if (i < current.size()) result_.current = combined(result_.current, bucket_of(current[i]));
      if (i >= voltage.size() || i >= current.size()) continue;
      if (chunk.add(voltage[i], current[i], to_seconds(inside).si)) result_.measured += inside;
    }
    totals_.add(chunk.energy(), chunk.charge());
  }

  Database& database_;
  std::int64_t run_;
  RailSignals signals_;
  RunTime period_;
  RailEnergy& result_;
  RailTotals totals_;
};

}  // namespace

Result<RailEnergy> RunStore::rail_energy(std::int64_t run, RunTime from, RunTime to) {
  constexpr RunTime latest(std::int64_t{1} << 62);
  const RailSignals signals = TRY(rail_signals(*database_, run));
  const RunTime chunk = static_cast<RunTime::rep>(chunk_entries) * signals.voltage.period;
  RailEnergy result{.from = std::clamp(from, RunTime{}, latest)};
  result.to = std::clamp(to, result.from, latest);
  const std::int64_t first_whole = (result.from + chunk - RunTime(1)) / chunk;
  const std::int64_t end_of_whole = result.to / chunk;
  RailReader reader(*database_, run, signals, result);
  const bool is_stored = first_whole < end_of_whole &&
      TRY(reader.add_stored(
          {first_whole * chunk_entries, static_cast<std::uint64_t>(end_of_whole) * chunk_entries}));
  if (is_stored) {
    TRY(reader.add_samples(result.from, first_whole * chunk));
    TRY(reader.add_samples(end_of_whole * chunk, result.to));
  } else {
    TRY(reader.add_samples(result.from, result.to));
  }
  reader.finish();
  return result;
}

}  // namespace sunfleck::db
