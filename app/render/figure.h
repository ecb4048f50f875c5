#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "app/render/chart.h"
#include "core/base/result.h"

namespace sunfleck::app {

enum class FigureFormat { svg, png };

// By the ending of a file's name, ".svg" or ".png" in any case; nothing for another.
std::optional<FigureFormat> figure_format_of(const std::filesystem::path& path);

struct FigureSize {
  int width = 960;     // of 100 to 10 000, in units of which a letter is about ten high
  int height = 0;      // likewise; 0: what the panels need
  double scale = 2.0;  // png: pixels per unit, > 0, so that no side has more than 30 000
};

// Draws a chart into a picture, without a display.
//
//   returns   the bytes of an SVG or PNG file; the same for the same chart and fonts
//   fails     usage when the size is out of range; unsupported when this build has no figures
Result<std::string> draw_figure(const Chart& chart, FigureFormat format, const FigureSize& size);

}  // namespace sunfleck::app
