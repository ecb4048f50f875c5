#include "app/report/run_figures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "app/render/ticks.h"
#include "app/report/quantities.h"
#include "app/report/run_lanes.h"
#include "app/report/run_tables.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

constexpr std::int64_t lane_points = 1200;  // a lane's width in spans that are thin

struct SignalStyle {
  const char* name;
  const char* label;
  const char* unit;
  Colour colour;
};
constexpr SignalStyle harvest_style{"harvest", "Harvested power", "W", Colour::orange};
constexpr SignalStyle storage_style{"storage", "Capacitor voltage", "V", Colour::blue};
// Of a rig that sees neither.
constexpr SignalStyle current_style{"current", "Current at the rail", "A", Colour::orange};
constexpr SignalStyle voltage_style{"voltage", "Voltage at the rail", "V", Colour::blue};

// Lowest to highest as a band, and the mean as a line.
std::optional<ChartPanel> signal_panel(const RunWindow& window, const SignalStyle& style) {
  constexpr double band_strength = 0.35;
  constexpr double noise_share = 0.05;
  const auto view = std::ranges::find(window.signals, style.name, &SignalView::name);
  if (view == window.signals.end() || view->overview.buckets.empty()) return std::nullopt;
  const Overview& overview = view->overview;
  Series band{.kind = SeriesKind::envelope, .colour = style.colour, .strength = band_strength};
  Series mean{.kind = SeriesKind::line, .colour = style.colour};
  const double period = to_seconds(view->period).si;
  bool has_band = false;
  double lowest = 0.0;
  double highest = 0.0;
  for (std::size_t i = 0; i < overview.buckets.size(); ++i) {
    const Bucket& bucket = overview.buckets[i];
    const double middle = static_cast<double>(overview.first) +
        static_cast<double>(overview.width) * (static_cast<double>(i) + 0.5);
    for (Series* const series : {&band, &mean})
      series->x.push_back(middle * period);
    band.low.push_back(bucket.low);
    band.y.push_back(bucket.high);
    mean.y.push_back(bucket.mean);
    has_band = has_band || bucket.high > bucket.low;
    if (bucket.low < lowest) lowest = bucket.low;
    if (bucket.high > highest) highest = bucket.high;
  }
  ChartPanel panel{.y = {.label = style.label, .unit = style.unit}, .weight = 0.53};
  // What noise puts below zero is not worth an axis.
  if (lowest < 0.0 && -lowest < noise_share * highest) panel.y.from = 0.0;
  if (has_band) panel.series.push_back(std::move(band));
  panel.series.push_back(std::move(mean));
  return panel;
}

std::optional<ChartPanel> first_of(
    const RunWindow& window, const SignalStyle& wanted, const SignalStyle& otherwise) {
  auto panel = signal_panel(window, wanted);
  return panel ? std::move(panel) : signal_panel(window, otherwise);
}

void add_threshold(
    ChartPanel& panel, const nlohmann::json& plan, const char* key, const char* what,
    Colour colour) {
  const auto found = plan.find(key);
  if (found == plan.end() || !found->is_number()) return;
  const double volts = found->get<double>();
  panel.levels.push_back({volts, join(what, " at ", quantity_text(volts, "V")), colour});
}

// A capacitor that stays well above zero is shown between half volts around it.
void frame_voltage(ChartPanel& panel) {
  constexpr double steps_per_volt = 2.0;
  constexpr double far_from_zero = 0.3;
  double lowest = std::numeric_limits<double>::infinity();
  double highest = 0.0;
  for (const Series& series : panel.series) {
    for (const auto* values : {&series.low, &series.y})
      for (const double value : *values)
        if (std::isfinite(value)) lowest = std::min(lowest, value);
    for (const double value : series.y)
      if (std::isfinite(value)) highest = std::max(highest, value);
  }
  if (!(lowest > far_from_zero * highest) || !std::isfinite(lowest)) return;
  panel.y.from = std::floor(lowest * steps_per_volt) / steps_per_volt;
  panel.y.to = std::floor(highest * steps_per_volt + 1.0) / steps_per_volt;
}

constexpr std::array stacked{Activity::compute,   Activity::checkpoint,   Activity::restore,
                             Activity::boot,      Activity::re_execution, Activity::mark,
                             Activity::telemetry, Activity::sleep,        Activity::unattributed};

// [inferences or power cycles] joules of an activity.
std::vector<double> energies_of(
    const std::vector<Part>& parts, Activity activity, std::size_t count) {
  std::vector<double> energies(count);
  for (const Part& part : parts)
    if (part.activity == activity && part.index < count) energies[part.index] += part.energy.si;
  return energies;
}

// The means of `each` neighbours.
std::vector<double> means_of(const std::vector<double>& values, std::size_t each) {
  std::vector<double> means;
  for (std::size_t from = 0; from < values.size(); from += each) {
    const std::size_t to = std::min(from + each, values.size());
    double sum = 0.0;
    for (std::size_t i = from; i < to; ++i)
      sum += values[i];
    means.push_back(sum / static_cast<double>(to - from));
  }
  return means;
}

// The energy stacks of inferences or power cycles, side by side; of many, means of neighbours.
std::optional<Figure> stack_figure(
    const std::vector<Part>& parts, const char* key, const char* axis, const char* caption) {
  constexpr std::size_t most_columns = 240;
  std::size_t count = 0;
  for (const Part& part : parts)
    count = std::max<std::size_t>(count, part.index + std::size_t{1});
  constexpr std::size_t most_stacks = 10'000'000;
  if (count < 2 || count > most_stacks) return std::nullopt;
  const std::size_t each = (count + most_columns - 1) / most_columns;
  Figure figure{.key = key, .caption = {}, .chart = {}};
  figure.chart.x = {.label = axis, .unit = {}, .from = 0.0, .to = static_cast<double>(count)};
  ChartPanel panel{.y = {.label = "Energy at the rail", .unit = "J"}, .weight = 0.8};
  std::vector<double> ground((count + each - 1) / each);
  for (const Activity activity : stacked) {
    const auto energies = means_of(energies_of(parts, activity, count), each);
    if (std::ranges::none_of(energies, [](double energy) { return energy > 0.0; })) continue;
    Series series{
        .name = sunfleck::name_of(activity),
        .kind = SeriesKind::columns,
        .colour = colour_of(activity)};
    for (std::size_t i = 0; i < energies.size(); ++i) {
      series.x.push_back(static_cast<double>(i * each));
      series.low.push_back(ground[i]);
      ground[i] += std::max(0.0, energies[i]);
      series.y.push_back(ground[i]);
    }
    series.x.push_back(static_cast<double>(count));
    series.y.push_back(0.0);
    series.low.push_back(0.0);
    panel.series.push_back(std::move(series));
  }
  if (panel.series.empty()) return std::nullopt;
  figure.chart.panels.push_back(std::move(panel));
  figure.caption = caption;
  figure.caption += each > 1 ? join("; each column is the mean of ", each, " neighbours.") : ".";
  return figure;
}

}  // namespace

std::optional<Figure> timeline_figure(
    const RunReport& report, const RunDetail& detail, const RunWindow& window,
    const std::string& key) {
  Figure figure{.key = key, .caption = {}, .chart = {}};
  figure.chart.x = {
      .label = "Time",
      .unit = "s",
      .from = to_seconds(window.from).si,
      .to = to_seconds(window.to).si};
  if (auto panel = first_of(window, harvest_style, current_style))
    figure.chart.panels.push_back(std::move(*panel));
  ChartPanel lanes;
  lanes.lanes = lanes_of(
      detail.spans, detail.gaps, report.layers, window.from, window.to,
      std::max(RunTime(1), (window.to - window.from) / lane_points));
  if (!lanes.lanes.empty()) figure.chart.panels.push_back(std::move(lanes));
  if (auto panel = signal_panel(window, storage_style)) {
    frame_voltage(*panel);
    add_threshold(*panel, report.plan, "on_threshold_volts", "on", Colour::green);
    add_threshold(*panel, report.plan, "off_threshold_volts", "off", Colour::red);
    figure.chart.panels.push_back(std::move(*panel));
  } else if (auto rail = signal_panel(window, voltage_style)) {
    figure.chart.panels.push_back(std::move(*rail));
  }
  if (figure.chart.panels.empty() || window.to <= window.from) return std::nullopt;
  return figure;
}

std::optional<Figure> layer_figure(const RunReport& report) {
  Figure figure{.key = "energy_per_layer", .caption = {}, .chart = {}};
  figure.chart.x = {.label = {}, .unit = "J"};
  ChartPanel panel;
  const std::vector<std::string> names = short_layer_names(report.layers);
  for (const LayerRow& row : report.layers) {
    const double total = (row.compute_energy + row.checkpoint_energy + row.re_execution_energy).si;
    Bar bar{
        .name = join(row.index, "  ", names[panel.bars.size()]),
        .parts =
            {{"compute", row.compute_energy.si, colour_of(Activity::compute)},
             {"checkpoint", row.checkpoint_energy.si, colour_of(Activity::checkpoint)},
             {"re-execution", row.re_execution_energy.si, colour_of(Activity::re_execution)}},
        .text = quantity_text(total, "J"),
        .deviation = row.uncertainty.si};
    panel.bars.push_back(std::move(bar));
  }
  if (panel.bars.empty()) return std::nullopt;
  figure.chart.panels.push_back(std::move(panel));
  figure.caption =
      "Energy at the rail of all executions of each layer; a whisker, where it is wide enough to "
      "be "
      "seen, is the 95 % interval.";
  return figure;
}

std::optional<Figure> inference_figure(const RunDetail& detail) {
  return stack_figure(
      detail.by_inference, "energy_per_inference", "Inference",
      "Energy at the rail by inference, from its first record to that of the next");
}

std::optional<Figure> power_cycle_figure(const RunDetail& detail) {
  return stack_figure(
      detail.by_power_cycle, "energy_per_power_cycle", "Power cycle",
      "Energy at the rail by power cycle, from the rail's rise to its fall");
}

std::vector<Seconds> outage_lengths(const std::vector<PowerCycle>& cycles) {
  std::vector<Seconds> lengths;
  for (std::size_t i = 0; i + 1 < cycles.size(); ++i)
    if (cycles[i].outage && cycles[i + 1].on > cycles[i].off)
      lengths.push_back(to_seconds(cycles[i + 1].on - cycles[i].off));
  std::ranges::sort(lengths);
  return lengths;
}

std::optional<Figure> outage_figure(const std::vector<Seconds>& lengths) {
  constexpr int most_columns = 30;
  constexpr std::size_t few = 5;
  if (lengths.size() < few || !(lengths.back().si > 0.0)) return std::nullopt;
  const DisplayUnit unit = display_unit("s", lengths.back().si);
  const double width = tick_step({0.0, lengths.back().si / unit.size}, most_columns) * unit.size;
  const auto columns = static_cast<std::size_t>(lengths.back().si / width) + 1;
  Series series{.kind = SeriesKind::columns, .colour = colour_of(Activity::off)};
  series.y.resize(columns + 1);
  for (std::size_t i = 0; i <= columns; ++i)
    series.x.push_back(static_cast<double>(i) * width);
  for (const Seconds length : lengths)
    series.y[std::min(columns - 1, static_cast<std::size_t>(length.si / width))] += 1.0;
  Figure figure{.key = "outage_lengths", .caption = {}, .chart = {}};
  figure.chart.x = {.label = "Length of an outage", .unit = "s", .from = 0.0};
  figure.chart.panels = {ChartPanel{
      .y = {.label = "Outages", .unit = {}, .from = 0.0}, .series = {series}, .weight = 0.6}};
  figure.caption = join(
      "Histogram of ", lengths.size(), " outages in classes of ", quantity_text(width, "s"), ".");
  return figure;
}

}  // namespace sunfleck::app
