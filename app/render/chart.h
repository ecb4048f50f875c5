#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace sunfleck::app {

// The colours of a theme, told apart by people who do not see red and green alike.
// Source: the palette of Okabe and Ito, darkened for thin lines on white, lightened for dark.
enum class Colour { blue, orange, green, red, purple, sky, grey };

enum class Theme { light, dark };

// An axis. Values are in the unit as it stands here; the picture shows them with the SI prefix that
// suits the largest, and long times in minutes or hours.
struct Axis {
  std::string label{};  // "Harvested power"
  std::string unit{};   // "W"; empty: plain numbers
  // Ends of the axis; otherwise from the data: x from end to end, y to the next tick, and from zero
  // where that costs little.
  std::optional<double> from{};
  std::optional<double> to{};
};

enum class SeriesKind {
  line,      // straight lines from point to point
  steps,     // a value holds until the next point
  area,      // as line, filled down to zero
  envelope,  // what lies between `low` and `y` is filled
  points,    // a dot each
  columns,   // a column up to y, from `low` or zero, from each x to the next; the last y has no
             // meaning
};

// Numbers over x. One that is not finite leaves a gap.
struct Series {
  std::string name{};  // in the legend; empty: not listed
  SeriesKind kind = SeriesKind::line;
  Colour colour = Colour::blue;
  std::vector<double> x{};  // [n] ascending, but for points and lines of a sweep
  std::vector<double> y{};  // [n]
  // [n] envelope: <= y; points: lower end of an error bar, or empty; columns: where each begins, or
  // empty: at zero.
  std::vector<double> low{};
  std::vector<double> high{};  // [n] points: upper end of an error bar, or empty
  double strength = 1.0;       // 0 to 1: how much of its colour it shows
};

// A value that matters, as a dashed line across: a threshold.
struct Level {
  double at = 0.0;
  std::string text{};  // "on at 3.0 V"
  Colour colour = Colour::grey;
};

// A stretch of a lane.
struct Span {
  double from = 0.0;
  double to = 0.0;
  std::string text{};  // shown where it fits
  Colour colour = Colour::blue;
  double strength = 1.0;  // 0 to 1
};

// A row of stretches: what was on, or what was done, when.
struct Lane {
  std::string name{};
  std::vector<Span> spans{};
};

// A part of a bar. Parts of the same name have the same colour, and one entry in the legend.
struct BarPart {
  std::string name{};  // "checkpoint"
  double value = 0.0;  // >= 0
  Colour colour = Colour::blue;
  double strength = 1.0;  // 0 to 1
};

// A bar of parts, one behind the other, lying along x: an energy stack.
struct Bar {
  std::string name{};  // to its left: "conv_2d 3"
  std::vector<BarPart> parts{};
  std::string text{};                 // at its end: "0.55 mJ"
  std::optional<double> deviation{};  // a whisker of two deviations to either side of its end
};

// One of the plots that stand above each other over the same x: either series over a y axis, or
// lanes, or bars.
struct ChartPanel {
  Axis y{};
  std::vector<Series> series{};
  std::vector<Level> levels{};
  std::vector<Lane> lanes{};
  std::vector<Bar> bars{};
  double weight = 1.0;  // > 0: share of the height that lanes leave
};

// A moment that matters, as a line down through all panels.
struct Marker {
  double at = 0.0;
  std::string text{};
};

// A figure as a value. What is drawn from it into a picture, a page or a window is the same.
struct Chart {
  std::string title{};
  std::string note{};  // a line below the title
  Axis x{};
  std::vector<ChartPanel> panels{};  // from top to bottom
  std::vector<Marker> markers{};
  Theme theme = Theme::light;
};

}  // namespace sunfleck::app
