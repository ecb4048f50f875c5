#include "app/render/chart_layout.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <limits>

#include "app/render/style.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

constexpr double margin = 16.0;         // around all
constexpr double gap = 8.0;             // between texts, and between a number and its tick
constexpr double panel_gap = 10.0;      // between panels
constexpr double swatch = 16.0;         // of a legend entry, with the space behind it
constexpr double panel_height = 190.0;  // of a panel of weight 1 in a chart of natural height
constexpr double row_per_tick = 34.0;   // of an axis upwards
constexpr double widest_names = 0.25;   // of the picture: names of lanes

double width_of(const std::string& text, TextRole role) {
  return QFontMetricsF(font_of(role)).horizontalAdvance(to_text(text));
}

void take(Range& range, double value) {
  if (!std::isfinite(value)) return;
  range.from = std::min(range.from, value);
  range.to = std::max(range.to, value);
}

constexpr Range no_range{
    std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};

// What the axis's own ends say; a range of one value, or none, becomes one with a width.
Range with_ends(Range range, const Axis& axis) {
  if (!(range.from <= range.to)) range = {0.0, 0.0};
  range = {axis.from.value_or(range.from), axis.to.value_or(range.to)};
  if (range.to > range.from) return range;
  const double size = std::abs(range.from);
  return {range.from, range.from + (size > 0.0 ? 0.1 * size : 1.0)};
}

Range x_range(const Chart& chart) {
  Range range = no_range;
  for (const ChartPanel& panel : chart.panels) {
    for (const Series& series : panel.series)
      for (const double value : series.x)
        take(range, value);
    for (const Lane& lane : panel.lanes)
      for (const Span& span : lane.spans) {
        take(range, span.from);
        take(range, span.to);
      }
  }
  return with_ends(range, chart.x);
}

// Of the values that stand in the range of x.
Range y_range(const ChartPanel& panel, Range x) {
  constexpr double near_zero = 0.6;  // a lowest value below this share of the highest
  Range range = no_range;
  for (const Series& series : panel.series) {
    for (std::size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
      if (!(series.x[i] >= x.from && series.x[i] <= x.to)) continue;
      take(range, series.y[i]);
      if (i < series.low.size()) take(range, series.low[i]);
      if (series.kind == SeriesKind::area) take(range, 0.0);
    }
  }
  for (const Level& level : panel.levels)
    take(range, level.at);
  if (range.from > 0.0 && range.from < near_zero * range.to) range.from = 0.0;
  return with_ends(range, panel.y);
}

double largest_of(Range range) { return std::max(std::abs(range.from), std::abs(range.to)); }

bool has_lanes(const ChartPanel& panel) { return !panel.lanes.empty(); }

bool has_header(const ChartPanel& panel) {
  return !panel.y.label.empty() ||
      std::ranges::any_of(panel.series, [](const Series& one) { return !one.name.empty(); });
}

double height_of_lanes(const ChartPanel& panel) {
  return lane_height * static_cast<double>(panel.lanes.size());
}

// Right-aligned rows, the first of which leaves room for the axis's label.
std::vector<LegendEntry> legend_of(
    const ChartPanel& panel, double left, double right, double label) {
  const double row = height_of(TextRole::small);
  std::vector<LegendEntry> legend;
  std::size_t first_of_row = 0;
  double x = left + label;
  double y = 0.0;
  const auto end_row = [&] {
    const double by = right - (x - gap);
    for (std::size_t i = first_of_row; i < legend.size(); ++i)
      legend[i].at.translate(std::max(0.0, by), 0.0);
    first_of_row = legend.size();
  };
  for (const Series& series : panel.series) {
    if (series.name.empty()) continue;
    const double width =
        std::min(swatch + width_of(series.name, TextRole::small) + gap, right - left);
    if (x + width > right && (x > left)) {
      end_row();
      x = left;
      y += row;
    }
    legend.push_back({&series, QRectF(x, y, width - gap, row)});
    x += width + gap;
  }
  end_row();
  return legend;
}

int most_ticks_up(double height) { return std::max(2, static_cast<int>(height / row_per_tick)); }

// As many as have room beside each other.
std::vector<Tick> ticks_across(Range x, const DisplayUnit& unit, double width) {
  constexpr int most = 12;
  std::vector<Tick> ticks;
  for (int count = most; count >= 1; --count) {
    ticks = ticks_in(x, unit, count);
    double widest = 0.0;
    for (const Tick& tick : ticks)
      widest = std::max(widest, width_of(tick.text, TextRole::small));
    if (widest + 2.0 * gap <= width / std::max(1, count)) break;
  }
  return ticks;
}

// Where the panels' heights go: top to bottom, within what headings and the x axis leave.
class Stack {
 public:
  Stack(const Chart& chart, QRectF area) : chart_(chart), area_(area) {}

  void heading(ChartLayout& to) {
    if (!chart_.title.empty()) to.title = row(height_of(TextRole::title));
    if (!chart_.note.empty()) to.note = row(height_of(TextRole::small));
    if (top_ > 0.0) top_ += gap;
    const double small = height_of(TextRole::small);
    bottom_ = area_.height() - small - (chart_.x.label.empty() ? 0.0 : small) - gap / 2.0;
  }
  void panels(ChartLayout& to, double left, double right) {
    const double scale = height_per_weight(to);
    for (PanelLayout& panel : to.panels) {
      panel.header = row(panel.header.height());
      if (&panel == &to.panels.front() && !chart_.markers.empty())
        to.markers = row(height_of(TextRole::small));
      const double height =
          has_lanes(*panel.panel) ? height_of_lanes(*panel.panel) : scale * panel.panel->weight;
      panel.plot = QRectF(left, area_.top() + top_, right - left, height);
      top_ += height + panel_gap;
    }
  }

 private:
  QRectF row(double height) {
    const QRectF at(area_.left(), area_.top() + top_, area_.width(), height);
    top_ += height;
    return at;
  }
  double height_per_weight(const ChartLayout& layout) const {
    constexpr double least = 20.0;
    double left = bottom_ - top_ + panel_gap;
    if (!chart_.markers.empty()) left -= height_of(TextRole::small);
    double weights = 0.0;
    for (const PanelLayout& one : layout.panels) {
      left -= one.header.height() + panel_gap;
      if (has_lanes(*one.panel))
        left -= height_of_lanes(*one.panel);
      else
        weights += one.panel->weight;
    }
    return weights > 0.0 ? std::max(least, left / weights) : 0.0;
  }

  const Chart& chart_;
  QRectF area_;
  double top_ = 0.0;
  double bottom_ = 0.0;
};

double header_height(const PanelLayout& panel) {
  if (!has_header(*panel.panel)) return 0.0;
  double height = height_of(TextRole::label);
  for (const LegendEntry& entry : panel.legend)
    height = std::max(height, entry.at.bottom());
  return height + gap / 2.0;
}

// The room that the numbers or names left of a panel take.
double room_left_of(const PanelLayout& panel, double width) {
  double widest = 0.0;
  for (const Tick& tick : panel.ticks)
    widest = std::max(widest, width_of(tick.text, TextRole::small));
  for (const Lane& lane : panel.panel->lanes)
    widest = std::max(widest, std::min(width_of(lane.name, TextRole::small), widest_names * width));
  return widest + gap;
}

// Range, unit and ticks of a panel's y axis. Ends that the axis does not give move out to a tick.
void set_scale(PanelLayout& panel, Range x, double height) {
  if (has_lanes(*panel.panel)) return;
  const Axis& axis = panel.panel->y;
  const int most = most_ticks_up(height);
  const Range data = y_range(*panel.panel, x);
  panel.unit = display_unit(axis.unit, largest_of(data));
  const Range rounded = rounded_out(data, panel.unit, most);
  panel.y = {axis.from.value_or(rounded.from), axis.to.value_or(rounded.to)};
  panel.ticks = ticks_in(panel.y, panel.unit, most);
}

}  // namespace

std::string label_of(const Axis& axis, const DisplayUnit& unit) {
  if (unit.symbol.empty()) return axis.label;
  return join(axis.label, axis.label.empty() ? "[" : " [", unit.symbol, "]");
}

ChartLayout layout_of(const Chart& chart, const QRectF& area) {
  ChartLayout layout;
  layout.area = area.adjusted(margin, margin, -margin, -margin);
  layout.x = x_range(chart);
  layout.x_unit = display_unit(chart.x.unit, largest_of(layout.x));
  Stack stack(chart, layout.area);
  stack.heading(layout);
  double left = 0.0;
  const double guess = layout.area.height() / static_cast<double>(chart.panels.size() + 1);
  for (const ChartPanel& panel : chart.panels) {
    layout.panels.push_back({.panel = &panel});
    set_scale(layout.panels.back(), layout.x, guess);
    left = std::max(left, room_left_of(layout.panels.back(), layout.area.width()));
  }
  const double from = layout.area.left() + left;
  const double to = layout.area.right() - gap;
  for (PanelLayout& panel : layout.panels) {
    const std::string label = label_of(panel.panel->y, panel.unit);
    panel.legend = legend_of(
        *panel.panel, from, to, label.empty() ? 0.0 : width_of(label, TextRole::label) + 2.0 * gap);
    panel.header.setHeight(header_height(panel));
  }
  stack.panels(layout, from, to);
  for (PanelLayout& panel : layout.panels)
    for (LegendEntry& entry : panel.legend)
      entry.at.translate(0.0, panel.header.top());
  layout.x_ticks = ticks_across(layout.x, layout.x_unit, to - from);
  const double small = height_of(TextRole::small);
  const double bottom =
      layout.panels.empty() ? layout.area.bottom() : layout.panels.back().plot.bottom();
  layout.x_numbers = QRectF(from, bottom + gap / 2.0, to - from, small);
  layout.x_label = QRectF(from, layout.x_numbers.bottom(), to - from, small);
  return layout;
}

double natural_height(const Chart& chart) {
  const double small = height_of(TextRole::small);
  double height = 2.0 * margin + 2.0 * small + gap;
  if (!chart.title.empty()) height += height_of(TextRole::title) + gap;
  if (!chart.note.empty()) height += small;
  if (!chart.markers.empty()) height += small;
  for (const ChartPanel& panel : chart.panels) {
    height += panel_gap + (has_header(panel) ? height_of(TextRole::label) + gap / 2.0 : 0.0);
    height += has_lanes(panel) ? height_of_lanes(panel) : panel.weight * panel_height;
  }
  return height;
}

}  // namespace sunfleck::app
