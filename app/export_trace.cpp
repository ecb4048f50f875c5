// A run as a trace: app/run_export.h.

#include <algorithm>
#include <array>
#include <cmath>

#include "app/run_export.h"
#include "app/sample_pieces.h"
#include "app/stored_timeline.h"
#include "app/trace_file.h"
#include "app/utc.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

constexpr std::size_t default_points = 5000;

enum Track { power = 1, inference, layers, checkpoints, other, samples };
constexpr std::array tracks{
    std::pair{Track::power, "power"},   std::pair{Track::inference, "inference"},
    std::pair{Track::layers, "layers"}, std::pair{Track::checkpoints, "boot, restore, checkpoint"},
    std::pair{Track::other, "other"},   std::pair{Track::samples, "samples"},
};

// Where the spans of an activity are shown. Those of `off` are what lies between power cycles.
constexpr std::array track_of_activity{
    std::pair{Activity::off, Track::power},
    std::pair{Activity::boot, Track::checkpoints},
    std::pair{Activity::restore, Track::checkpoints},
    std::pair{Activity::compute, Track::layers},
    std::pair{Activity::checkpoint, Track::checkpoints},
    std::pair{Activity::re_execution, Track::layers},
};

Track track_of(Activity activity) {
  for (const auto& [known, track] : track_of_activity)
    if (known == activity) return track;
  return Track::other;
}

// What counters are called for those who read the trace.
constexpr std::array counter_names{
    std::pair{"voltage", "rail voltage"},      std::pair{"current", "rail current"},
    std::pair{"storage", "capacitor voltage"}, std::pair{"harvest", "harvested power"},
    std::pair{"power", "rail power"},
};

std::string counter_name(const std::string& signal) {
  for (const auto& [known, name] : counter_names)
    if (signal == known) return name;
  return signal;
}

class RunTrace {
 public:
  RunTrace(TraceFile& file, const ExportSource& source) : file_(file), source_(source) {}

  Status read_names(db::RunStore& store) {
    for (const db::StoredLayer& layer : TRY(store.layers(source_.summary.id)))
      layers_.push_back(layer);
    marks_ = TRY(store.mark_names(source_.summary.id));
    for (const auto& [track, name] : tracks)
      file_.name_track(track, name);
    return ok;
  }

  void add_power_cycles(const Timeline& timeline) {
    RunTime end{};
    for (std::size_t i = 0; i < timeline.power_cycles.size(); ++i) {
      const PowerCycle& cycle = timeline.power_cycles[i];
      put(Track::power, i == 0 ? "charging" : "outage", "off", end, cycle.on, json::object());
      put(Track::power, join("power cycle ", i), "power cycle", cycle.on, cycle.off,
          {{"power_cycle", i}, {"records", cycle.records}, {"ended_by_outage", cycle.outage}});
      end = cycle.off;
    }
    put(Track::power, timeline.power_cycles.empty() ? "charging" : "outage", "off", end,
        timeline.end, json::object());
  }

  // From the first to the last span of each inference in which the rail is on.
  void add_inferences(const std::vector<Span>& spans) {
    const Span* first = nullptr;
    const Span* last = nullptr;
    const auto close = [&] {
      if (first != nullptr)
        put(Track::inference, join("inference ", first->inference), "inference", first->from,
            last->to, {{"inference", first->inference}});
    };
    for (const Span& span : spans) {
      if (span.activity == Activity::off) continue;
      if (first == nullptr || span.inference != first->inference) {
        close();
        first = &span;
      }
      last = &span;
    }
    close();
  }

  Status add_spans(const std::vector<Span>& spans, const ExportProgress& progress) {
    constexpr std::size_t between_checks = 65'536;
    for (std::size_t i = 0; i < spans.size(); ++i) {
      if (i % between_checks == 0) TRY(progress(0.0));
      const Track track = track_of(spans[i].activity);
      if (track == Track::power) continue;
      put(track, title_of(spans[i]), sunfleck::name_of(spans[i].activity), spans[i].from,
          spans[i].to, arguments_of(spans[i]));
    }
    return file_.status();
  }

  void add_counters(const RunColumns& columns) {
    for (const SignalColumns& signal : columns.signals)
      add_counter(signal, columns.width);
    if (!columns.signals.empty()) add_missing(columns);
  }

 private:
  // The part of a span that is exported.
  void put(
      Track track, const std::string& name, const std::string& category, RunTime from, RunTime to,
      const json& arguments) {
    file_.span(
        track, name, category, std::max(from, source_.from), std::min(to, source_.to), arguments);
  }

  std::string title_of(const Span& span) const {
    if (span.activity == Activity::mark && span.mark < marks_.size() && !marks_[span.mark].empty())
      return marks_[span.mark];
    const std::string activity = sunfleck::name_of(span.activity);
    if (span.layer == no_layer) return activity;
    const std::string layer =
        span.layer < layers_.size() ? layers_[span.layer].counts.name : join("task ", span.layer);
    return span.activity == Activity::compute ? layer : join(activity, " ", layer);
  }

  json arguments_of(const Span& span) const {
    json arguments{{"inference", span.inference}, {"power_cycle", span.power_cycle}};
    if (span.mark != no_mark) arguments["pin"] = span.mark;
    if (span.layer == no_layer) return arguments;
    arguments["layer"] = span.layer;
    if (span.layer < layers_.size())
      arguments["operator"] = sunfleck::name_of(layers_[span.layer].counts.op);
    return arguments;
  }

  RunTime time_of(std::uint64_t column, std::uint64_t width) const {
    const std::uint64_t sample = source_.range.from + column * width;
    return std::clamp(static_cast<RunTime::rep>(sample) * source_.period, source_.from, source_.to);
  }

  // Lowest and highest of each column, that first which is nearer to what came before.
  void add_counter(const SignalColumns& signal, std::uint64_t width) {
    const std::string name = counter_name(signal.name);
    double before = 0.0;
    for (std::size_t i = 0; i < signal.columns.size(); ++i) {
      const Bucket& column = signal.columns[i];
      if (column.count == 0) continue;
      const bool rises = std::abs(column.low - before) <= std::abs(column.high - before);
      const double first = rises ? column.low : column.high;
      const double second = rises ? column.high : column.low;
      const RunTime begin = time_of(i, width);
      file_.counter(name, signal.unit, begin, first);
      if (second != first)
        file_.counter(name, signal.unit, begin + (time_of(i + 1, width) - begin) / 2, second);
      before = second;
    }
  }

  // A counter holds its value until the next: where there are no samples, a span says so.
  void add_missing(const RunColumns& columns) {
    const std::vector<Bucket>& first = columns.signals.front().columns;
    for (std::size_t i = 0; i < first.size();) {
      std::size_t end = i;
      while (end < first.size() && first[end].count == 0)
        ++end;
      if (end > i)
        put(Track::samples, "no samples", "missing", time_of(i, columns.width),
            time_of(end, columns.width), json::object());
      i = end + 1;
    }
  }

  TraceFile& file_;
  const ExportSource& source_;
  std::vector<db::StoredLayer> layers_;
  db::MarkNames marks_;
};

json about(const ExportSource& source, std::size_t points) {
  const db::RunIdentity& identity = source.summary.identity;
  return {
      {"run", source.summary.id},
      {"name", identity.name},
      {"status", db::name_of(source.summary.status)},
      {"started_at", utc_text(source.summary.started_at)},
      {"program", "sunfleck " + identity.program_version},
      {"rig", identity.rig_name},
      {"network", identity.network_name},
      {"profile", identity.profile_name},
      {"firmware_sha256", identity.firmware_sha256},
      {"network_sha256", identity.network_sha256},
      {"profile_sha256", identity.profile_sha256},
      {"seed", identity.seed},
      {"from_seconds", to_seconds(source.from).si},
      {"to_seconds", to_seconds(source.to).si},
      {"time", "microseconds since the run began"},
      {"counters",
       join(
           "in at most ", points,
           " columns of equal length: of each its lowest and highest sample, at its begin and its "
           "middle; which came first is not kept")},
  };
}

}  // namespace

Result<Exported> export_trace(
    db::RunStore& store, const RunExport& what, const std::filesystem::path& path,
    const ExportProgress& progress) {
  const ExportSource source = TRY(open_export(store, what));
  const std::size_t points = what.points.value_or(default_points);
  const Timeline timeline = TRY(stored_timeline(store, what.run));
  TraceFile file(path, join("sunfleck run ", what.run, ": ", source.summary.identity.name));
  RunTrace trace(file, source);
  TRY(trace.read_names(store));
  trace.add_power_cycles(timeline);
  trace.add_inferences(timeline.spans);
  TRY(trace.add_spans(timeline.spans, progress));
  trace.add_counters(TRY(read_columns(store, source, points, progress)));
  TRY(file.keep(about(source, points)));
  return Exported{.entries = file.events(), .bytes = file.bytes()};
}

}  // namespace sunfleck::app
