#pragma once

#include <string>

#include "app/operating_points.h"
#include "app/render/chart.h"
#include "core/power/simulate.h"
#include "core/signal/time_columns.h"

namespace sunfleck::app {

// About as many columns as a figure has pixels.
inline constexpr std::size_t figure_columns = 1600;

// A signal of values that hold, as steps: its mean, and ahead of it what lies between its lowest
// and highest wherever they differ.
std::vector<Series> held_series(const TimeColumns& columns, const std::string& name, Colour colour);

// Gathers what a simulation does, in memory that does not depend on how long it lasts.
class PowerFigure {
 public:
  void add(const SimulationSample& sample);
  // Power, the capacitor's voltage with its thresholds, and when the rail was on and power good.
  Chart chart(const Regulator& regulator) const;

 private:
  TimeColumns harvested_{figure_columns};
  TimeColumns delivered_{figure_columns};
  TimeColumns storage_{figure_columns};
  TimeColumns rail_{figure_columns};
  TimeColumns good_{figure_columns};
};

// Curves of a source: current and power over voltage, the best point of each, and where it was
// held.
Chart curve_chart(const SourceTrace& trace);

}  // namespace sunfleck::app
