// Samples, spans and layers of a run as CSV: app/run_export.h.

#include <algorithm>
#include <charconv>
#include <cmath>

#include "app/run_export.h"
#include "app/sample_pieces.h"
#include "app/stored_timeline.h"
#include "app/whole_text_file.h"
#include "core/energy/attribution.h"

namespace sunfleck::app {
namespace {

// Seconds with nine decimals, exact.
std::string seconds_text(RunTime time) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::string decimals = std::to_string(second + time.count() % second);
  return join(time.count() / second, ".", decimals.substr(1));
}

// The shortest digits that give the same sample again; nothing of one that is missing.
void append_sample(std::string& line, float sample) {
  if (!std::isfinite(sample)) return;
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), sample);
  line.append(digits.data(), end.ptr);
}

// RFC 4180: in quotes where it must be.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text)
    quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string cell_of_layer(std::uint16_t layer) {
  return layer == no_layer ? std::string() : join(layer);
}

// A file of lines, with their number.
class Lines {
 public:
  explicit Lines(const std::filesystem::path& path) : file_(path) {}
  void title(const std::string& line) { file_.write(line + "\n"); }
  void add(const std::string& line) {
    file_.write(line + "\n");
    ++lines_;
  }
  Status status() const { return file_.status(); }
  Result<Exported> keep() {
    TRY(file_.keep());
    return Exported{.entries = lines_, .bytes = file_.bytes()};
  }

 private:
  WholeTextFile file_;
  std::uint64_t lines_ = 0;
};

void add_piece(const ExportSource& source, const SamplePiece& piece, Lines& lines) {
  const std::size_t size = piece.signals.empty() ? 0 : piece.signals.front().size();
  std::string line;
  for (std::size_t i = 0; i < size; ++i) {
    line = seconds_text(static_cast<RunTime::rep>(piece.first + i) * source.period);
    bool is_empty = true;
    for (const std::vector<float>& signal : piece.signals) {
      line += ',';
      append_sample(line, signal[i]);
      is_empty = is_empty && !std::isfinite(signal[i]);
    }
    if (!is_empty) lines.add(line);
  }
}

Status add_all_samples(
    db::RunStore& store, const ExportSource& source, const ExportProgress& progress, Lines& lines) {
  std::string title = "time_s";
  for (const db::StoredSignal& signal : source.signals)
    title += "," + cell(join(signal.name, "_", signal.unit));
  lines.title(title);
  return for_each_piece(
      store, source,
      [&](double share) -> Status {
        TRY(lines.status());
        return progress(share);
      },
      [&](const SamplePiece& piece) { add_piece(source, piece, lines); });
}

Status add_columns(
    db::RunStore& store, const ExportSource& source, std::size_t points,
    const ExportProgress& progress, Lines& lines) {
  const RunColumns columns = TRY(read_columns(store, source, points, progress));
  std::string title = "begin_s,end_s";
  for (const SignalColumns& signal : columns.signals)
    for (const char* which : {"min", "mean", "max"})
      title += "," + cell(join(signal.name, "_", which, "_", signal.unit));
  lines.title(title);
  const std::size_t count = columns.signals.empty() ? 0 : columns.signals.front().columns.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t first = source.range.from + i * columns.width;
    const std::uint64_t end = std::min(first + columns.width, source.range.to);
    std::string line = seconds_text(static_cast<RunTime::rep>(first) * source.period) + "," +
        seconds_text(static_cast<RunTime::rep>(end) * source.period);
    bool is_empty = true;
    for (const SignalColumns& signal : columns.signals) {
      const Bucket& column = signal.columns[i];
      is_empty = is_empty && column.count == 0;
      for (const double value : {column.low, column.mean, column.high})
        line += column.count == 0 ? std::string(",") : join(",", value);
    }
    if (!is_empty) lines.add(line);
  }
  return ok;
}

}  // namespace

Result<Exported> export_samples(
    db::RunStore& store, const RunExport& what, const std::filesystem::path& path,
    const ExportProgress& progress) {
  const ExportSource source = TRY(open_export(store, what));
  Lines lines(path);
  if (what.points)
    TRY(add_columns(store, source, *what.points, progress, lines));
  else
    TRY(add_all_samples(store, source, progress, lines));
  return lines.keep();
}

Result<Exported> export_spans(
    db::RunStore& store, const RunExport& what, const std::filesystem::path& path,
    const ExportProgress& progress) {
  const ExportSource source = TRY(open_export(store, what));
  const Timeline timeline = TRY(stored_timeline(store, what.run));
  const std::vector<db::StoredLayer> layers = TRY(store.layers(what.run));
  const db::MarkNames marks = TRY(store.mark_names(what.run));
  TRY(progress(0.0));
  Lines lines(path);
  lines.title("begin_s,end_s,activity,layer,layer_name,inference,power_cycle,mark_name");
  for (const Span& span : timeline.spans) {
    const RunTime from = std::max(span.from, source.from);
    const RunTime to = std::min(span.to, source.to);
    if (from >= to) continue;
    const std::string layer =
        span.layer < layers.size() ? layers[span.layer].counts.name : std::string();
    const std::string mark = span.mark < marks.size() ? marks[span.mark] : std::string();
    lines.add(join(
        seconds_text(from), ",", seconds_text(to), ",", sunfleck::name_of(span.activity), ",",
        cell_of_layer(span.layer), ",", cell(layer), ",", span.inference, ",", span.power_cycle,
        ",", cell(mark)));
  }
  return lines.keep();
}

Result<Exported> export_layers(
    db::RunStore& store, const RunExport& what, const std::filesystem::path& path,
    const ExportProgress& progress) {
  const Attribution attribution = TRY(store.attribution(what.run));
  const std::vector<db::StoredLayer> layers = TRY(store.layers(what.run));
  TRY(progress(0.0));
  Lines lines(path);
  lines.title("layer,layer_name,operator,macs,activity,spans,time_s,energy_J,uncertainty_J");
  for (const Share& share : attribution.shares) {
    const bool is_known = share.layer < layers.size();
    const std::string name = is_known ? layers[share.layer].counts.name : std::string();
    const std::string op = is_known ? sunfleck::name_of(layers[share.layer].counts.op) : "";
    const std::string macs = is_known ? join(layers[share.layer].counts.macs) : std::string();
    lines.add(join(
        cell_of_layer(share.layer), ",", cell(name), ",", op, ",", macs, ",",
        sunfleck::name_of(share.activity), ",", share.spans, ",", share.time.si, ",",
        share.energy.si, ",", share.uncertainty.si));
  }
  return lines.keep();
}

}  // namespace sunfleck::app
