// Takes the place of figure.cpp and pages.cpp where Qt is missing.
#include "app/render/figure.h"
#include "app/render/pages.h"

namespace sunfleck::app {
namespace {

Error no_figures() {
  return fail(Errc::unsupported, "this build has no figures: Qt 6 Gui and Svg were not found");
}

}  // namespace

Result<std::string> draw_figure(
    const Chart& /*chart*/, FigureFormat /*format*/, const FigureSize& /*size*/) {
  return no_figures();
}

Result<std::string> draw_pages(const Document& /*document*/) { return no_figures(); }

}  // namespace sunfleck::app
