#pragma once

#include <QRectF>
#include <vector>

#include "app/render/chart.h"
#include "app/render/ticks.h"

namespace sunfleck::app {

// A word of a legend, and where it stands.
struct LegendEntry {
  std::string name{};
  SeriesKind kind = SeriesKind::line;
  Colour colour = Colour::blue;
  double strength = 1.0;
  QRectF at{};
};

struct PanelLayout {
  const ChartPanel* panel = nullptr;
  QRectF header;  // the axis's label and the legend
  QRectF plot;    // the data, the lanes or the bars
  std::vector<LegendEntry> legend;
  Range y;
  DisplayUnit unit;
  std::vector<Tick> ticks;
  double row_height = 0.0;  // of a lane or a bar
};

// Where everything in a chart stands. Texts have room of their own: headings, legends and labels
// stand outside the plots, and there are as many ticks as there is room for their numbers.
struct ChartLayout {
  QRectF area;
  QRectF title;
  QRectF note;
  QRectF markers;  // a row for their texts, above the first plot
  std::vector<PanelLayout> panels;
  Range x;
  DisplayUnit x_unit;
  std::vector<Tick> x_ticks;  // none: the x axis is not shown
  QRectF x_numbers;
  QRectF x_label;
};

inline constexpr double lane_height = 20.0;
inline constexpr double bar_height =
    24.0;  // and less where there are more than a page has room for

// A QGuiApplication exists, since fonts are measured.
ChartLayout layout_of(const Chart& chart, const QRectF& area);

// The height that suits a chart.
double natural_height(const Chart& chart);

// Where a bar ends.
double end_of(const Bar& bar);
// Where its whisker ends, if it has one.
double reach_of(const Bar& bar);

// "Harvested power [mW]".
std::string label_of(const Axis& axis, const DisplayUnit& unit);

}  // namespace sunfleck::app
