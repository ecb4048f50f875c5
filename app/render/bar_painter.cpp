#include "app/render/bar_painter.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/render/plot_area.h"

namespace sunfleck::app {
namespace {

constexpr double bar_share = 0.6;  // of its row's height
constexpr double thin = 0.6;
constexpr double between = 6.0;  // bar and texts

void paint_grid(QPainter& painter, const ChartLayout& layout, const PlotArea& area, QColor colour) {
  painter.setPen(QPen(colour, thin));
  for (const Tick& tick : layout.x_ticks) {
    const double x = area.x_of(tick.at);
    painter.drawLine(QPointF(x, area.rect.top()), QPointF(x, area.rect.bottom()));
  }
}

double clamped(double x, const QRectF& to) { return std::clamp(x, to.left(), to.right()); }

void paint_parts(
    QPainter& painter, const PlotArea& area, const Bar& bar, const QRectF& row,
    const Style& style) {
  painter.setPen(Qt::NoPen);
  double from = 0.0;
  for (const BarPart& part : bar.parts) {
    if (!(part.value > 0.0) || !std::isfinite(part.value)) continue;
    const double begin = clamped(area.x_of(from), row);
    from += part.value;
    const double end = clamped(area.x_of(from), row);
    painter.setBrush(style.of(part.colour, part.strength));
    painter.drawRect(QRectF(begin, row.top(), end - begin, row.height()));
  }
}

void paint_whisker(
    QPainter& painter, const PlotArea& area, const Bar& bar, const QRectF& row,
    const Style& style) {
  if (!bar.deviation || !(*bar.deviation > 0.0) || !std::isfinite(*bar.deviation)) return;
  const double half = row.height() / 4.0;
  const double middle = row.center().y();
  const double begin = clamped(area.x_of(end_of(bar) - 2.0 * *bar.deviation), row);
  const double end = clamped(area.x_of(reach_of(bar)), row);
  painter.setPen(QPen(style.text, 1.0));
  painter.drawLine(QPointF(begin, middle), QPointF(end, middle));
  for (const double x : {begin, end})
    painter.drawLine(QPointF(x, middle - half), QPointF(x, middle + half));
}

}  // namespace

void paint_bars(
    QPainter& painter, const ChartLayout& layout, const PanelLayout& panel, const Style& style) {
  const PlotArea area{panel.plot, layout.x, {0.0, 1.0}};
  paint_grid(painter, layout, area, style.grid);
  const double letters = height_of(TextRole::small);
  const auto every = static_cast<std::size_t>(std::ceil(letters / std::max(panel.row_height, 0.1)));
  const double margin = (1.0 - bar_share) / 2.0 * panel.row_height;
  QRectF row(panel.plot.left(), panel.plot.top(), panel.plot.width(), panel.row_height);
  for (std::size_t i = 0; i < panel.panel->bars.size(); ++i) {
    const Bar& bar = panel.panel->bars[i];
    const QRectF inner = row.adjusted(0.0, margin, 0.0, -margin);
    paint_parts(painter, area, bar, inner, style);
    paint_whisker(painter, area, bar, inner, style);
    if (i % every == 0) {
      const double top = row.center().y() - letters / 2.0;
      const QRectF name(
          layout.area.left(), top, row.left() - between - layout.area.left(), letters);
      write_text(painter, name, Qt::AlignRight, TextRole::small, style.muted, to_text(bar.name));
      const double end = clamped(area.x_of(reach_of(bar)), row) + between;
      write_text(
          painter, QRectF(end, top, layout.area.right() - end, letters), Qt::AlignLeft,
          TextRole::small, style.text, to_text(bar.text));
    }
    row.translate(0.0, panel.row_height);
  }
  painter.setPen(QPen(style.frame, thin));
  painter.drawLine(panel.plot.topLeft(), panel.plot.bottomLeft());
}

}  // namespace sunfleck::app
