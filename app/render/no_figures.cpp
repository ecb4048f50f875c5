// Takes the place of figure.cpp where Qt is missing.
#include "app/render/figure.h"

namespace sunfleck::app {

Result<std::string> draw_figure(
    const Chart& /*chart*/, FigureFormat /*format*/, const FigureSize& /*size*/) {
  return fail(Errc::unsupported, "this build has no figures: Qt 6 Gui and Svg were not found");
}

}  // namespace sunfleck::app
