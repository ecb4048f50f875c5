#include "app/power_charts.h"

#include <array>
#include <cmath>

#include "app/render/ticks.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

Seconds begin_of(const TimeColumns& columns, std::size_t index) {
  return to_seconds(columns.begin() + static_cast<std::int64_t>(index) * columns.width());
}

// Where the columns' values stand: at their beginnings and ends, so that they hold, or in their
// middles, so that they join.
enum class Shape { held, joined };

struct Outline {
  Series band;
  Series mean;
  bool has_band = false;
};

void add_corner(Outline& to, double x, const Bucket& column) {
  to.band.x.push_back(x);
  to.band.low.push_back(column.low);
  to.band.y.push_back(column.high);
  to.mean.x.push_back(x);
  to.mean.y.push_back(column.mean);
}

Outline outline_of(const TimeColumns& columns, Colour colour, Shape shape) {
  constexpr double band_strength = 0.35;
  Outline outline;
  outline.band = {.kind = SeriesKind::envelope, .colour = colour, .strength = band_strength};
  outline.mean = {.kind = SeriesKind::line, .colour = colour};
  const double width = to_seconds(columns.width()).si;
  const auto all = columns.columns();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double begin = begin_of(columns, i).si;
    if (shape == Shape::held || i == 0) add_corner(outline, begin, all[i]);
    if (shape == Shape::joined) add_corner(outline, begin + 0.5 * width, all[i]);
    if (shape == Shape::held || i + 1 == all.size()) add_corner(outline, begin + width, all[i]);
    outline.has_band = outline.has_band || all[i].high > all[i].low;
  }
  return outline;
}

std::vector<Series> series_of(Outline outline, const std::string& name) {
  outline.mean.name = name;
  std::vector<Series> series;
  if (outline.has_band) series.push_back(std::move(outline.band));
  series.push_back(std::move(outline.mean));
  return series;
}

// Columns in which something was on, wholly or for a share, as stretches.
Lane lane_of(const std::string& name, const TimeColumns& columns, Colour colour) {
  constexpr double faintest = 0.15;
  Lane lane{.name = name, .spans = {}};
  const auto all = columns.columns();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!(all[i].mean > 0.0)) continue;
    const double strength = faintest + (1.0 - faintest) * all[i].mean;
    const double from = begin_of(columns, i).si;
    const double to = begin_of(columns, i + 1).si;
    const bool goes_on = !lane.spans.empty() && lane.spans.back().to == from &&
        lane.spans.back().strength == strength;
    if (goes_on)
      lane.spans.back().to = to;
    else
      lane.spans.push_back(
          {.from = from, .to = to, .text = {}, .colour = colour, .strength = strength});
  }
  return lane;
}

void append(std::vector<Series>& to, std::vector<Series> more) {
  for (Series& series : more)
    to.push_back(std::move(series));
}

std::string threshold_text(const char* what, Volts at) {
  return join(what, " at ", quantity_text(at.si, symbol(at)));
}

constexpr std::array curve_colours{Colour::blue, Colour::orange, Colour::green,
                                   Colour::red,  Colour::purple, Colour::sky};

}  // namespace

std::vector<Series> held_series(
    const TimeColumns& columns, const std::string& name, Colour colour) {
  return series_of(outline_of(columns, colour, Shape::held), name);
}

void PowerFigure::add(const SimulationSample& sample) {
  harvested_.add(sample.from, sample.time, sample.harvested.si);
  delivered_.add(sample.from, sample.time, sample.delivered.si);
  const RunTime middle = sample.from + (sample.time - sample.from) / 2;
  storage_.add(sample.from, middle, sample.lowest_storage.si);
  storage_.add(middle, sample.time, sample.highest_storage.si);
  rail_.add(sample.from, sample.time, sample.rail_share);
  good_.add(sample.from, sample.time, sample.good_share);
}

Chart PowerFigure::chart(const Regulator& regulator) const {
  constexpr double half = 0.75;
  Chart chart;
  chart.x = {.label = "Time", .unit = "s"};
  ChartPanel power{.y = {.label = "Power", .unit = "W"}, .weight = half};
  append(power.series, held_series(delivered_, "to the load", Colour::purple));
  append(power.series, held_series(harvested_, "from the source", Colour::orange));
  ChartPanel storage{.y = {.label = "Capacitor voltage", .unit = "V"}};
  storage.series = series_of(outline_of(storage_, Colour::blue, Shape::joined), "");
  storage.levels = {
      {regulator.on.si, threshold_text("on", regulator.on), Colour::green},
      {regulator.off.si, threshold_text("off", regulator.off), Colour::red}};
  ChartPanel states;
  states.lanes = {lane_of("Rail", rail_, Colour::green), lane_of("Power good", good_, Colour::sky)};
  chart.panels = {std::move(power), std::move(storage), std::move(states)};
  return chart;
}

Chart curve_chart(const SourceTrace& trace) {
  Chart chart;
  chart.x = {.label = "Voltage of the source", .unit = "V", .from = 0.0};
  ChartPanel current{.y = {.label = "Current", .unit = "A"}};
  ChartPanel power{.y = {.label = "Power", .unit = "W"}};
  Series held_current{.name = "held here", .kind = SeriesKind::points, .colour = Colour::grey};
  held_current.strength = 0.6;
  for (const OperatingPoint& point : trace.held) {
    held_current.x.push_back(point.voltage.si);
    held_current.y.push_back(point.current.si);
  }
  Series held_power = held_current;
  held_power.name.clear();
  for (std::size_t i = 0; i < held_power.x.size(); ++i)
    held_power.y[i] *= held_power.x[i];
  Series best_current{.name = "most power", .kind = SeriesKind::points, .colour = Colour::red};
  Series best_power{.kind = SeriesKind::points, .colour = Colour::red};
  for (std::size_t i = 0; i < trace.curves.size(); ++i) {
    const CurveAt& curve = trace.curves[i];
    Series line{
        .name = join("at ", quantity_text(to_seconds(curve.at).si, "s")),
        .colour = curve_colours.at(i % curve_colours.size())};
    Series watts{.colour = line.colour};
    for (const OperatingPoint& point : curve.points) {
      line.x.push_back(point.voltage.si);
      line.y.push_back(point.current.si);
      watts.x.push_back(point.voltage.si);
      watts.y.push_back((point.voltage * point.current).si);
    }
    best_current.x.push_back(curve.best.voltage.si);
    best_current.y.push_back(curve.best.current.si);
    best_power.x.push_back(curve.best.voltage.si);
    best_power.y.push_back((curve.best.voltage * curve.best.current).si);
    current.series.push_back(std::move(line));
    power.series.push_back(std::move(watts));
  }
  if (!trace.held.empty()) {
    current.series.push_back(std::move(held_current));
    power.series.push_back(std::move(held_power));
  }
  current.series.push_back(std::move(best_current));
  power.series.push_back(std::move(best_power));
  chart.panels = {std::move(current), std::move(power)};
  return chart;
}

}  // namespace sunfleck::app
