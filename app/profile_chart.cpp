#include "app/profile_chart.h"

#include "app/operating_points.h"
#include "app/power_charts.h"
#include "app/render/ticks.h"
#include "core/base/text.h"
#include "core/power/harvest_cursor.h"
#include "core/power/harvest_statistics.h"

namespace sunfleck::app {
namespace {

// A source whose open-circuit voltage says more than its power does.
bool has_open_voltage(HarvestKind kind) {
  switch (kind) {
    case HarvestKind::iv_curve:
    case HarvestKind::isc_voc:
    case HarvestKind::diode:
    case HarvestKind::voltage_behind_resistance:
      return true;
    case HarvestKind::power:
    case HarvestKind::received_power:
    case HarvestKind::voltage_into_load:
    case HarvestKind::operating_point:
    case HarvestKind::irradiance:
      break;
  }
  return false;
}

// Fills columns from the samples of a source.
class Columns {
 public:
  Columns(const HarvestFormat& format, const ProfileView& view)
      : from_(view.from),
        power_of_(format, view.assumptions),
        power_(figure_columns, view.from, view.to),
        voltage_(figure_columns, view.from, view.to) {
    if (has_open_voltage(format.kind)) curve_.emplace(format, view.assumptions);
  }

  void see(const float* sample, RunTime from, RunTime to) {
    if (to <= from_) return;
    power_.add(from, to, sample == nullptr ? 0.0 : power_of_.of(sample).si);
    if (!curve_) return;
    curve_->set(sample);
    voltage_.add(from, to, sample == nullptr ? 0.0 : curve_->open_voltage().si);
  }

  const TimeColumns& power() const { return power_; }
  const TimeColumns& voltage() const { return voltage_; }
  bool has_voltage() const { return curve_.has_value(); }

 private:
  RunTime from_;
  SamplePower power_of_;
  std::optional<SourceCurve> curve_;
  TimeColumns power_;
  TimeColumns voltage_;
};

Status read(HarvestSource& source, const ProfileView& view, Columns& to) {
  constexpr RunTime stretch = std::chrono::seconds(1);
  const std::size_t width = sample_width(source.format());
  HarvestCursor cursor(source, 1);
  while (!cursor.source_ended() && cursor.now() < view.to) {
    RunTime at = cursor.now();
    const HarvestStep step = TRY(cursor.next(stretch));
    for (const HarvestPiece& piece : step.pieces()) {
      for (std::uint32_t i = 0; i < piece.count; ++i) {
        to.see(
            piece.samples == nullptr ? nullptr : piece.samples + i * width, at,
            at + piece.duration);
        at += piece.duration;
      }
    }
  }
  return ok;
}

Axis power_axis(HarvestKind kind, const SourceAssumptions& assumptions) {
  if (kind == HarvestKind::irradiance && !assumptions.panel)
    return {.label = "Light per square metre", .unit = "W"};
  if (kind == HarvestKind::received_power) return {.label = "Received power", .unit = "W"};
  if (has_open_voltage(kind)) return {.label = "Maximum power", .unit = "W"};
  return {.label = "Power", .unit = "W"};
}

Watts mean_of(const TimeColumns& columns) {
  Bucket all;
  for (const Bucket& column : columns.columns())
    all = combined(all, column);
  return {all.count > 0 ? all.mean : 0.0};
}

Error nothing_shown(const OpenProfile& profile) {
  return fail(Errc::usage, "--from, --to: '", profile.name, "' has nothing between them");
}

}  // namespace

Result<Chart> profile_chart(const OpenProfile& profile, const ProfileView& view) {
  const HarvestFormat format = profile.source->format();
  Columns columns(format, view);
  TRY(read(*profile.source, view, columns));
  if (columns.power().columns().empty()) return nothing_shown(profile);
  Chart chart;
  chart.title = profile.name;
  chart.note = join(
      "mean ", quantity_text(mean_of(columns.power()).si, "W"), ", ", assumption_of(format.kind));
  chart.x = {.label = "Time", .unit = "s"};
  ChartPanel power{.y = power_axis(format.kind, view.assumptions)};
  power.series = held_series(columns.power(), "", Colour::orange);
  chart.panels.push_back(std::move(power));
  if (columns.has_voltage()) {
    ChartPanel voltage{.y = {.label = "Open-circuit voltage", .unit = "V"}, .weight = 0.6};
    voltage.series = held_series(columns.voltage(), "", Colour::blue);
    chart.panels.push_back(std::move(voltage));
  }
  return chart;
}

Result<Chart> profile_curves(const OpenProfile& profile, const ProfileView& view) {
  const HarvestFormat format = profile.source->format();
  if (!has_curve(format.kind))
    return fail(Errc::usage, "--curves: '", profile.name, "' is a mere power and has no I-V curve");
  const SourceTrace trace = TRY(trace_source(
      *profile.source, {.assumptions = view.assumptions, .from = view.from, .until = view.to}));
  if (trace.curves.empty()) return nothing_shown(profile);
  Chart chart = curve_chart(trace);
  chart.title = profile.name;
  chart.note = join(trace.curves.size(), " of its curves");
  return chart;
}

}  // namespace sunfleck::app
