#pragma once

#include <string>

#include "app/render/chart.h"
#include "app/render/figure.h"
#include "core/base/result.h"

namespace sunfleck::app {

// Refuses a name that ends in neither .svg nor .png, before any work is done for it.
Status check_figure_name(const std::string& option, const std::string& path);

// Draws a chart into a file, whole or not at all.
//
//   path   has passed check_figure_name()
Status write_figure(const Chart& chart, const std::string& path, const FigureSize& size);

}  // namespace sunfleck::app
