#include "app/sample_pieces.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/signal/compensated_sum.h"

namespace sunfleck::app {
namespace {

// Whole chunks of the store, which are then read once.
constexpr std::uint64_t piece_samples = std::uint64_t{1} << 16;
constexpr float missing = std::numeric_limits<float>::quiet_NaN();

RunTime end_of(const db::StoredSignal& signal) {
  return static_cast<RunTime::rep>(signal.end) * signal.period;
}

// Those of the names that were asked for, in their order; all without any.
Result<std::vector<db::StoredSignal>> chosen(
    const std::vector<db::StoredSignal>& signals, const RunExport& what) {
  if (what.signals.empty()) return signals;
  std::vector<db::StoredSignal> found;
  for (const std::string& name : what.signals) {
    const auto signal = std::ranges::find(signals, name, &db::StoredSignal::name);
    if (signal != signals.end()) {
      found.push_back(*signal);
      continue;
    }
    std::string known;
    for (const db::StoredSignal& one : signals)
      known += (known.empty() ? "" : ", ") + one.name;
    return fail(
        Errc::usage, "--signals: run ", what.run, " has ", known.empty() ? "none" : known,
        ", and no '", name, "'");
  }
  return found;
}

Status take_range(const RunExport& what, RunTime end, ExportSource& source) {
  source.from = what.from;
  source.to = std::min(what.to.value_or(end), end);
  if (source.from < source.to || (end == RunTime{} && what.from == RunTime{})) return ok;
  return fail(
      Errc::usage, "--from, --to: run ", what.run, " lasts ", engineering(to_seconds(end)),
      ", and nothing of it lies between ", engineering(to_seconds(what.from)), " and ",
      engineering(to_seconds(what.to.value_or(end))));
}

// Lowest, highest and mean of a column while its samples come.
struct Column {
  float low = 0.0F, high = 0.0F;
  std::uint64_t count = 0;
  CompensatedSum sum;

  void add(float sample) {
    if (!std::isfinite(sample)) return;
    low = count == 0 ? sample : std::min(low, sample);
    high = count == 0 ? sample : std::max(high, sample);
    sum.add(sample);
    ++count;
  }
  Bucket bucket() const {
    if (count == 0) return {};
    return {
        .low = low, .high = high, .mean = sum.value() / static_cast<double>(count), .count = count};
  }
};

std::optional<std::size_t> index_of(const ExportSource& source, const char* name) {
  const auto found = std::ranges::find(source.signals, name, &db::StoredSignal::name);
  if (found == source.signals.end()) return std::nullopt;
  return found - source.signals.begin();
}

}  // namespace

Result<ExportSource> open_export(db::RunStore& store, const RunExport& what) {
  ExportSource source;
  source.summary = TRY(store.find(join(what.run)));
  const std::vector<db::StoredSignal> signals = TRY(store.signals(what.run));
  RunTime end = source.summary.duration;
  for (const db::StoredSignal& signal : signals)
    end = std::max(end, end_of(signal));
  TRY(take_range(what, end, source));
  source.signals = TRY(chosen(signals, what));
  if (source.signals.empty()) return source;
  source.period = source.signals.front().period;
  RunTime sampled{};
  for (const db::StoredSignal& signal : source.signals) {
    if (signal.period != source.period)
      return fail(
          Errc::unsupported, store.name(), ": run ", what.run,
          ": its signals have samples at different times");
    sampled = std::max(sampled, end_of(signal));
  }
  const RunTime last = std::min(source.to, sampled);
  source.range.from = static_cast<std::uint64_t>(source.from / source.period);
  source.range.to = static_cast<std::uint64_t>((last + source.period - RunTime(1)) / source.period);
  source.range.to = std::max(source.range.from, source.range.to);
  return source;
}

Status for_each_piece(
    db::RunStore& store, const ExportSource& source, const ExportProgress& progress,
    const std::function<void(const SamplePiece&)>& take) {
  const SampleRange range = source.range;
  for (std::uint64_t first = range.from; first < range.to;) {
    const std::uint64_t end = std::min(range.to, first - first % piece_samples + piece_samples);
    SamplePiece piece{.first = first, .signals = {}};
    for (const db::StoredSignal& signal : source.signals) {
      Trace trace = TRY(store.samples(source.summary.id, signal.name, {first, end}));
      trace.samples.resize(end - first, missing);
      piece.signals.push_back(std::move(trace.samples));
    }
    take(piece);
    TRY(progress(
        static_cast<double>(end - range.from) / static_cast<double>(range.to - range.from)));
    first = end;
  }
  return ok;
}

Result<RunColumns> read_columns(
    db::RunStore& store, const ExportSource& source, std::size_t points,
    const ExportProgress& progress) {
  const std::uint64_t length = source.range.to - source.range.from;
  RunColumns result;
  result.width = std::max<std::uint64_t>(1, (length + points - 1) / points);
  const std::size_t count = (length + result.width - 1) / result.width;
  std::vector<std::vector<Column>> columns(source.signals.size(), std::vector<Column>(count));
  const std::optional<std::size_t> voltage = index_of(source, "voltage");
  const std::optional<std::size_t> current = index_of(source, "current");
  if (voltage && current) columns.emplace_back(count);
  TRY(for_each_piece(store, source, progress, [&](const SamplePiece& piece) {
    const std::uint64_t before = piece.first - source.range.from;
    const auto add = [&](std::vector<Column>& to, std::size_t i, float sample) {
      to[(before + i) / result.width].add(sample);
    };
    for (std::size_t lane = 0; lane < piece.signals.size(); ++lane)
      for (std::size_t i = 0; i < piece.signals[lane].size(); ++i)
        add(columns[lane], i, piece.signals[lane][i]);
    if (!voltage || !current) return;
    for (std::size_t i = 0; i < piece.signals[*voltage].size(); ++i)
      add(columns.back(), i, piece.signals[*voltage][i] * piece.signals[*current][i]);
  }));
  for (std::size_t lane = 0; lane < columns.size(); ++lane) {
    const bool is_power = lane == source.signals.size();
    SignalColumns& signal = result.signals.emplace_back();
    signal.name = is_power ? "power" : source.signals[lane].name;
    signal.unit = is_power ? "W" : source.signals[lane].unit;
    for (const Column& column : columns[lane])
      signal.columns.push_back(column.bucket());
  }
  return result;
}

}  // namespace sunfleck::app
