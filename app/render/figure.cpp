#include "app/render/figure.h"

#include <QBuffer>
#include <QImage>
#include <QPainter>
#include <QSvgGenerator>
#include <algorithm>
#include <cmath>

#include "app/render/chart_layout.h"
#include "app/render/chart_painter.h"
#include "app/render/drawing.h"
#include "app/render/style.h"

namespace sunfleck::app {
namespace {

constexpr int least_side = 100;
constexpr int most_side = 10'000;
constexpr double most_pixels = 30'000.0;

QByteArray draw_svg(const Chart& chart, const QSize& size) {
  constexpr int units_per_inch = 96;
  QBuffer buffer;
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setResolution(units_per_inch);
  generator.setSize(size);
  generator.setViewBox(QRect(QPoint(), size));
  generator.setTitle(to_text(chart.title).toHtmlEscaped());  // which it does not do itself
  generator.setDescription(to_text(chart.note).toHtmlEscaped());
  QPainter painter(&generator);
  paint_chart(painter, QRectF(QPointF(), size), chart);
  painter.end();
  // Where the font is missing, another without serifs is better than the viewer's own.
  const QByteArray family = font_of(TextRole::small).family().toUtf8();
  QByteArray text = buffer.data();
  text.replace("font-family=\"" + family + "\"", "font-family=\"" + family + ", sans-serif\"");
  // Millimetres, which the generator writes, do not come to whole pixels.
  const qsizetype from = text.indexOf("width=\"");
  const qsizetype to = text.indexOf(" viewBox=");
  return text.replace(
      from, to - from,
      QByteArray::fromStdString(
          join("width=\"", size.width(), "\" height=\"", size.height(), "\"\n")));
}

QByteArray draw_png(const Chart& chart, const QSize& size, double scale) {
  constexpr double dots_per_metre = 96.0 / 0.0254;
  QImage image(
      static_cast<int>(std::lround(size.width() * scale)),
      static_cast<int>(std::lround(size.height() * scale)), QImage::Format_RGB32);
  if (image.isNull()) return {};
  // Fonts have their size in pixels, so that the scale alone makes them larger.
  image.setDotsPerMeterX(static_cast<int>(dots_per_metre));
  image.setDotsPerMeterY(static_cast<int>(dots_per_metre));
  QPainter painter(&image);
  painter.scale(scale, scale);
  paint_chart(painter, QRectF(QPointF(), size), chart);
  painter.end();
  QBuffer buffer;
  image.save(&buffer, "PNG");
  return buffer.data();
}

Status check(const FigureSize& size, const QSize& wanted) {
  for (const int side : {wanted.width(), wanted.height()})
    if (side < least_side || side > most_side)
      return fail(
          Errc::usage, "figure: sides of ", least_side, " to ", most_side, " were expected, not ",
          wanted.width(), " x ", wanted.height());
  const double longest = size.scale * std::max(wanted.width(), wanted.height());
  if (!(size.scale > 0.0 && longest <= most_pixels))
    return fail(
        Errc::usage, "figure: a scale above 0 with which no side has more than ", most_pixels,
        " pixels was expected, not ", size.scale);
  return ok;
}

}  // namespace

Result<std::string> draw_figure(const Chart& chart, FigureFormat format, const FigureSize& size) {
  const Drawing drawing;
  const QSize wanted(
      size.width,
      size.height != 0
          ? size.height
          : std::max(least_side, static_cast<int>(std::lround(natural_height(chart)))));
  TRY(check(size, wanted));
  const QByteArray bytes =
      format == FigureFormat::svg ? draw_svg(chart, wanted) : draw_png(chart, wanted, size.scale);
  if (bytes.isEmpty()) return fail(Errc::io, "figure: there is no memory for the picture");
  return std::string(bytes.constData(), static_cast<std::size_t>(bytes.size()));
}

}  // namespace sunfleck::app
