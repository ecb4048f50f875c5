#include "app/figure_file.h"

#include "app/files.h"

namespace sunfleck::app {

Status check_figure_name(const std::string& option, const std::string& path) {
  if (figure_format_of(path)) return ok;
  return fail(
      Errc::usage, option, ": a file name that ends in .svg or .png was wanted, not '", path, "'");
}

Status write_figure(const Chart& chart, const std::string& path, const FigureSize& size) {
  const std::optional<FigureFormat> format = figure_format_of(path);
  if (!format) return check_figure_name("figure", path);
  const std::string bytes = TRY(draw_figure(chart, *format, size));
  return write_file(path, bytes);
}

}  // namespace sunfleck::app
