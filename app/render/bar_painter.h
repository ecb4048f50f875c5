#pragma once

#include "app/render/chart_layout.h"
#include "app/render/style.h"

class QPainter;

namespace sunfleck::app {

// Paints a panel's bars: names at their left, parts behind each other, a whisker of two deviations,
// and their texts at the end. Where rows are lower than letters, names and texts of some are left
// out.
void paint_bars(
    QPainter& painter, const ChartLayout& layout, const PanelLayout& panel, const Style& style);

}  // namespace sunfleck::app
