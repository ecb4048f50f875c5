// The samples of a stored run: db/run_store.h.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "db/chunk_reader.h"
#include "db/run_store.h"

namespace sunfleck::db {
namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

Result<SignalRow> signal_of(Database& database, std::int64_t run, std::string_view name) {
  for (const SignalRow& signal : TRY(signals_of(database, run)))
    if (signal.name == name) return signal;
  return fail(
      Errc::not_found, database.name(), ": run ", run, " has no signal called '", name, "'");
}

// The index after the last sample.
Result<std::uint64_t> end_of(Database& database, const SignalRow& signal) {
  return database.attempt("read the length of a signal", [&]() -> Result<std::uint64_t> {
    SQLite::Statement statement(
        database.connection(),
        "SELECT first, count FROM chunk WHERE signal = ? AND level = 0 ORDER BY first DESC LIMIT "
        "1");
    statement.bind(1, signal.id);
    if (!statement.executeStep()) return std::uint64_t{0};
    Row row(statement, join(database.name(), ": signal ", signal.name));
    const auto first = row.integer<std::uint64_t>(0, end_of_indexes);
    const std::uint64_t end = first + row.integer<std::uint64_t>(1, chunk_entries);
    TRY(row.status());
    return end;
  });
}

// From the summaries of the coarsest level's chunks; no blob is read.
Result<Bucket> total_of(Database& database, const SignalRow& signal) {
  return database.attempt("read the summary of a signal", [&]() -> Result<Bucket> {
    SQLite::Statement statement(
        database.connection(),
        "SELECT first, samples, min, max, mean FROM chunk"
        " WHERE signal = ? AND level = ? ORDER BY first");
    statement.bind(1, signal.id);
    statement.bind(2, static_cast<std::int64_t>(signal_levels - 1));
    Bucket total;
    std::uint64_t least = 0;
    while (statement.executeStep()) {
      Row row(statement, join(database.name(), ": signal ", signal.name));
      least = row.integer<std::uint64_t>(least, end_of_indexes) + 1;
      const Bucket bucket = read_bucket(row, end_of_indexes);
      TRY(row.status());
      total = combined(total, bucket);
    }
    return total;
  });
}

// The signals of a run side by side, a chunk at a time.
class BlockReader {
 public:
  BlockReader(Database& database, const std::vector<SignalRow>& signals) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto signal = std::ranges::find(signals, names[i], &SignalRow::name);
      if (signal == signals.end()) continue;
      period_ = signal->period;
      lanes_[i].reader =
          std::make_unique<ChunkReader>(database, *signal, 0, SampleRange{0, end_of_indexes});
    }
  }

  Status deliver(SampleSink& sink) {
    for (Lane& lane : lanes_)
      TRY(advance(lane));
    while (take_next()) {
      deliver_pieces(sink);
      TRY(advance_taken());
    }
    return ok;
  }

 private:
  static constexpr std::array<std::string_view, 4> names{
      "voltage", "current", "storage", "harvest"};
  struct Lane {
    std::unique_ptr<ChunkReader> reader;  // none: the run has no such signal
    std::optional<Chunk> ahead;           // the next chunk
    std::vector<float> samples;           // from first_ on, filled up to the longest lane
  };

  static Status advance(Lane& lane) {
    if (lane.reader) lane.ahead = TRY(lane.reader->next());
    return ok;
  }

  Status advance_taken() {
    for (Lane& lane : lanes_)
      if (lane.ahead && lane.ahead->first == first_) TRY(advance(lane));
    return ok;
  }

  // Fills the lanes from the chunks that come first; false after the last.
  bool take_next() {
    first_ = end_of_indexes;
    for (const Lane& lane : lanes_)
      if (lane.ahead) first_ = std::min(first_, lane.ahead->first);
    std::size_t size = 0;
    for (Lane& lane : lanes_) {
      lane.samples.clear();
      if (lane.ahead && lane.ahead->first == first_) lane.samples = lane.ahead->samples;
      size = std::max(size, lane.samples.size());
    }
    for (Lane& lane : lanes_)
      lane.samples.resize(size, missing);
    return size > 0;
  }

  // Whether sample i was measured in voltage and current, as far as the run has them.
  bool is_whole(std::size_t i) const {
    return std::ranges::all_of(std::span(lanes_).first(2), [i](const Lane& lane) {
      return !lane.reader || !std::isnan(lane.samples[i]);
    });
  }

  void deliver_pieces(SampleSink& sink) const {
    const std::size_t size = lanes_[0].samples.size();
    for (std::size_t from = 0; from < size; ++from) {
      if (!is_whole(from)) continue;
      std::size_t to = from + 1;
      while (to < size && is_whole(to))
        ++to;
      const auto piece = [&](const Lane& lane) {
        const std::span samples = std::span(lane.samples).subspan(from, to - from);
        const bool measured =
            std::ranges::any_of(samples, [](float sample) { return !std::isnan(sample); });
        return measured ? samples : std::span<const float>();
      };
      sink.on_samples(
          {.first = first_ + from,
           .period = period_,
           .voltage = piece(lanes_[0]),
           .current = piece(lanes_[1]),
           .storage = piece(lanes_[2]),
           .harvest = piece(lanes_[3])});
      from = to;
    }
  }

  std::array<Lane, 4> lanes_;
  RunTime period_{};
  std::uint64_t first_ = 0;
};

// Adds the part of a chunk that lies in the overview to its buckets.
void add_to(Overview& overview, const Chunk& chunk, std::uint64_t unit) {
  const std::uint64_t end = overview.first + overview.width * overview.buckets.size();
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    const std::uint64_t at = (chunk.first + i) * unit;
    if (at < overview.first || at >= end) continue;
    Bucket& bucket = overview.buckets[(at - overview.first) / overview.width];
    bucket = combined(bucket, chunk.level == 0 ? bucket_of(chunk.samples[i]) : chunk.buckets[i]);
  }
}

}  // namespace

Result<std::vector<StoredSignal>> RunStore::signals(std::int64_t run) {
  std::vector<StoredSignal> signals;
  for (const SignalRow& signal : TRY(signals_of(*database_, run))) {
    const std::uint64_t end = TRY(end_of(*database_, signal));
    const Bucket total = TRY(total_of(*database_, signal));
    signals.push_back(
        {.name = signal.name,
         .unit = signal.unit,
         .period = signal.period,
         .end = end,
         .total = total});
  }
  return signals;
}

Result<Trace> RunStore::samples(std::int64_t run, std::string_view signal, SampleRange range) {
  const SignalRow row = TRY(signal_of(*database_, run, signal));
  const std::uint64_t end = TRY(end_of(*database_, row));
  range.to = std::min(range.to, end);
  range.from = std::min(range.from, range.to);
  if (range.to - range.from > most_samples)
    return fail(
        Errc::invalid_argument, name(), ": wanted ", range.to - range.from,
        " samples at once, and the most is ", most_samples);
  Trace trace{.unit = row.unit, .period = row.period, .first = range.from, .samples = {}};
  trace.samples.assign(range.to - range.from, missing);
  ChunkReader reader(*database_, row, 0, range);
  while (const std::optional<Chunk> chunk = TRY(reader.next())) {
    const std::uint64_t from = std::max(range.from, chunk->first);
    const std::uint64_t to = std::min(range.to, chunk->first + chunk->samples.size());
    for (std::uint64_t i = from; i < to; ++i)
      trace.samples[i - range.from] = chunk->samples[i - chunk->first];
  }
  return trace;
}

Result<Overview> RunStore::overview(
    std::int64_t run, std::string_view signal, SampleRange range, std::size_t points) {
  const SignalRow row = TRY(signal_of(*database_, run, signal));
  const std::uint64_t end = TRY(end_of(*database_, row));
  range.to = std::min(range.to, end);
  if (range.from >= range.to) return Overview{};
  const Cut cut = cut_for(range, points, 0, signal_levels - 1);
  Overview overview{.first = cut.first, .width = cut.width, .buckets = {}};
  overview.buckets.resize(cut.count);
  const SampleRange entries{cut.first / cut.unit, (range.to + cut.unit - 1) / cut.unit};
  ChunkReader reader(*database_, row, cut.level, entries);
  while (const std::optional<Chunk> chunk = TRY(reader.next()))
    add_to(overview, *chunk, cut.unit);
  return overview;
}

Status RunStore::replay(std::int64_t run, SampleSink& sink) {
  const std::vector<SignalRow> signals = TRY(signals_of(*database_, run));
  TRY(BlockReader(*database_, signals).deliver(sink));
  for (const MarkEdge& edge : TRY(edges(run)))
    sink.on_edge(edge);
  return ok;
}

}  // namespace sunfleck::db
