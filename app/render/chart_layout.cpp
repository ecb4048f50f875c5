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
    for (const Bar& bar : panel.bars) {
      take(range, 0.0);
      take(range, reach_of(bar));
    }
  }
  return with_ends(range, chart.x);
}

// Of the values that stand in the range of x.
Range y_range(const ChartPanel& panel, Range x) {
  constexpr double near_zero = 0.6;  // a lowest value below this share of the highest
  Range range = no_range;
  for (const Series& series : panel.series) {
    std::size_t count = std::min(series.x.size(), series.y.size());
    if (series.kind == SeriesKind::columns && count > 0)
      --count;  // the last only ends the one before
    for (std::size_t i = 0; i < count; ++i) {
      if (!(series.x[i] >= x.from && series.x[i] <= x.to)) continue;
      take(range, series.y[i]);
      if (i < series.low.size()) take(range, series.low[i]);
      if (i < series.high.size()) take(range, series.high[i]);
      if (series.kind == SeriesKind::area || series.kind == SeriesKind::columns) take(range, 0.0);
    }
  }
  for (const Level& level : panel.levels)
    take(range, level.at);
  if (range.from > 0.0 && range.from < near_zero * range.to) range.from = 0.0;
  return with_ends(range, panel.y);
}

double largest_of(Range range) { return std::max(std::abs(range.from), std::abs(range.to)); }

bool has_rows(const ChartPanel& panel) { return !panel.lanes.empty() || !panel.bars.empty(); }

bool has_bars(const ChartPanel& panel) { return panel.lanes.empty() && !panel.bars.empty(); }

// Bars alone tell their numbers themselves.
bool has_x_axis(const Chart& chart) {
  return !chart.x.label.empty() || chart.panels.empty() ||
      !std::ranges::all_of(chart.panels, &has_bars);
}

bool has_header(const ChartPanel& panel) {
  const auto has_name = [](const auto& one) { return !one.name.empty(); };
  return !panel.y.label.empty() || std::ranges::any_of(panel.series, has_name) ||
      std::ranges::any_of(panel.bars, [&has_name](const Bar& bar) {
        return std::ranges::any_of(bar.parts, has_name);
      });
}

// Where there are very many bars, each is lower.
double row_height_of(const ChartPanel& panel) {
  constexpr double most = 2400.0;
  if (!has_bars(panel)) return lane_height;
  return std::min(bar_height, most / static_cast<double>(panel.bars.size()));
}

double height_of_rows(const ChartPanel& panel) {
  const std::size_t rows = has_bars(panel) ? panel.bars.size() : panel.lanes.size();
  return row_height_of(panel) * static_cast<double>(rows);
}

// What a panel's legend lists, from left to right.
std::vector<LegendEntry> legend_names(const ChartPanel& panel) {
  std::vector<LegendEntry> entries;
  for (const Series& series : panel.series)
    if (!series.name.empty())
      entries.push_back({series.name, series.kind, series.colour, series.strength});
  for (const Bar& bar : panel.bars)
    for (const BarPart& part : bar.parts)
      if (!part.name.empty() &&
          std::ranges::find(entries, part.name, &LegendEntry::name) == entries.end())
        entries.push_back({part.name, SeriesKind::columns, part.colour, part.strength});
  return entries;
}

// Rows, the first of which leaves room for the axis's label; right-aligned, but those above bars.
std::vector<LegendEntry> legend_of(
    const ChartPanel& panel, double left, double right, double label) {
  const double row = height_of(TextRole::small);
  std::vector<LegendEntry> legend;
  std::size_t first_of_row = 0;
  double x = left + label;
  double y = 0.0;
  const auto end_row = [&] {
    const double by = has_bars(panel) ? 0.0 : right - (x - gap);
    for (std::size_t i = first_of_row; i < legend.size(); ++i)
      legend[i].at.translate(std::max(0.0, by), 0.0);
    first_of_row = legend.size();
  };
  for (LegendEntry& entry : legend_names(panel)) {
    const double width =
        std::min(swatch + width_of(entry.name, TextRole::small) + gap, right - left);
    if (x + width > right && (x > left)) {
      end_row();
      x = left;
      y += row;
    }
    entry.at = QRectF(x, y, width - gap, row);
    legend.push_back(std::move(entry));
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
    bottom_ = area_.height();
    if (has_x_axis(chart_)) bottom_ -= small + (chart_.x.label.empty() ? 0.0 : small) + gap / 2.0;
  }
  void panels(ChartLayout& to, double left, double right) {
    const double scale = height_per_weight(to);
    lower_bars(to);
    for (PanelLayout& panel : to.panels) {
      panel.header = row(panel.header.height());
      if (&panel == &to.panels.front() && !chart_.markers.empty())
        to.markers = row(height_of(TextRole::small));
      const double height =
          has_rows(*panel.panel) ? rows_of(panel) * panel.row_height : scale * panel.panel->weight;
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
  static double rows_of(const PanelLayout& panel) {
    return static_cast<double>(
        has_bars(*panel.panel) ? panel.panel->bars.size() : panel.panel->lanes.size());
  }
  // What rows, headers and gaps leave of the height; below zero when there is too little.
  double height_left(const ChartLayout& layout) const {
    double left = bottom_ - top_ + panel_gap;
    if (!chart_.markers.empty()) left -= height_of(TextRole::small);
    for (const PanelLayout& one : layout.panels)
      left -= one.header.height() + panel_gap + rows_of(one) * one.row_height;
    return left;
  }
  double height_per_weight(const ChartLayout& layout) const {
    constexpr double least = 20.0;
    double weights = 0.0;
    for (const PanelLayout& one : layout.panels)
      if (!has_rows(*one.panel)) weights += one.panel->weight;
    return weights > 0.0 ? std::max(least, height_left(layout) / weights) : 0.0;
  }
  // Bars get lower where a chart is not as high as they need.
  void lower_bars(ChartLayout& layout) const {
    const double excess = -height_left(layout);
    double height = 0.0;
    for (const PanelLayout& one : layout.panels)
      if (has_bars(*one.panel)) height += rows_of(one) * one.row_height;
    if (!(excess > 0.0) || !(height > 0.0)) return;
    constexpr double least_share = 0.02;
    for (PanelLayout& one : layout.panels)
      if (has_bars(*one.panel)) one.row_height *= std::max(least_share, 1.0 - excess / height);
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
  for (const Bar& bar : panel.panel->bars)
    widest = std::max(widest, std::min(width_of(bar.name, TextRole::small), widest_names * width));
  return widest + gap;
}

// Range, unit and ticks of a panel's y axis. Ends that the axis does not give move out to a tick.
void set_scale(PanelLayout& panel, Range x, double height) {
  if (has_rows(*panel.panel)) return;
  const Axis& axis = panel.panel->y;
  const int most = most_ticks_up(height);
  const Range data = y_range(*panel.panel, x);
  panel.unit = display_unit(axis.unit, largest_of(data));
  const Range rounded = rounded_out(data, panel.unit, most);
  panel.y = {axis.from.value_or(rounded.from), axis.to.value_or(rounded.to)};
  panel.ticks = ticks_in(panel.y, panel.unit, most);
}

// Moves the end of x so far out that every bar has room for its text.
Range with_texts(Range x, const Chart& chart, double width) {
  if (chart.x.to) return x;
  double scale = width / (x.to - x.from);  // units of the picture by unit of x
  for (const ChartPanel& panel : chart.panels) {
    for (const Bar& bar : panel.bars) {
      const double length = reach_of(bar) - x.from;
      if (bar.text.empty() || !(length > 0.0)) continue;
      const double room = width - width_of(bar.text, TextRole::small) - 2.0 * gap;
      scale = std::min(scale, std::max(room, 0.1 * width) / length);
    }
  }
  return {x.from, x.from + width / scale};
}

}  // namespace

double end_of(const Bar& bar) {
  double end = 0.0;
  for (const BarPart& part : bar.parts)
    if (std::isfinite(part.value)) end += std::max(0.0, part.value);
  return end;
}

double reach_of(const Bar& bar) {
  const double deviation = bar.deviation.value_or(0.0);
  return end_of(bar) + (std::isfinite(deviation) ? 2.0 * std::max(0.0, deviation) : 0.0);
}

std::string label_of(const Axis& axis, const DisplayUnit& unit) {
  if (unit.symbol.empty()) return axis.label;
  return join(axis.label, axis.label.empty() ? "[" : " [", unit.symbol, "]");
}

ChartLayout layout_of(const Chart& chart, const QRectF& area) {
  ChartLayout layout;
  layout.area = area.adjusted(margin, margin, -margin, -margin);
  layout.x = x_range(chart);
  Stack stack(chart, layout.area);
  stack.heading(layout);
  double left = 0.0;
  const double guess = layout.area.height() / static_cast<double>(chart.panels.size() + 1);
  for (const ChartPanel& panel : chart.panels) {
    layout.panels.push_back({.panel = &panel, .row_height = row_height_of(panel)});
    set_scale(layout.panels.back(), layout.x, guess);
    left = std::max(left, room_left_of(layout.panels.back(), layout.area.width()));
  }
  const double from = layout.area.left() + left;
  const double to = layout.area.right() - gap;
  layout.x = with_texts(layout.x, chart, to - from);
  layout.x_unit = display_unit(chart.x.unit, largest_of(layout.x));
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
  if (has_x_axis(chart)) layout.x_ticks = ticks_across(layout.x, layout.x_unit, to - from);
  const double small = height_of(TextRole::small);
  const double bottom =
      layout.panels.empty() ? layout.area.bottom() : layout.panels.back().plot.bottom();
  layout.x_numbers = QRectF(from, bottom + gap / 2.0, to - from, small);
  layout.x_label = QRectF(from, layout.x_numbers.bottom(), to - from, small);
  return layout;
}

double natural_height(const Chart& chart) {
  const double small = height_of(TextRole::small);
  double height = 2.0 * margin + (has_x_axis(chart) ? 2.0 * small + gap : 0.0);
  if (!chart.title.empty()) height += height_of(TextRole::title) + gap;
  if (!chart.note.empty()) height += small;
  if (!chart.markers.empty()) height += small;
  for (const ChartPanel& panel : chart.panels) {
    height += panel_gap + (has_header(panel) ? height_of(TextRole::label) + gap / 2.0 : 0.0);
    height += has_rows(panel) ? height_of_rows(panel) : panel.weight * panel_height;
  }
  return height;
}

}  // namespace sunfleck::app
