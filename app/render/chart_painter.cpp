#include "app/render/chart_painter.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>

#include "app/render/bar_painter.h"
#include "app/render/chart_layout.h"
#include "app/render/plot_area.h"

namespace sunfleck::app {
namespace {

constexpr double thin = 0.6;  // grid and frame
constexpr double padding = 4.0;

// Paints what a layout says.
class ChartPainter {
 public:
  ChartPainter(QPainter& painter, const Chart& chart, const ChartLayout& layout)
      : painter_(painter), chart_(chart), layout_(layout), style_(style_of(chart.theme)) {}

  void paint(const QRectF& area) {
    painter_.fillRect(area, style_.background);
    write(layout_.title, Qt::AlignLeft, TextRole::title, style_.text, to_text(chart_.title));
    write(layout_.note, Qt::AlignLeft, TextRole::small, style_.muted, to_text(chart_.note));
    for (const PanelLayout& panel : layout_.panels)
      paint(panel);
    paint_x_axis();
    paint_markers();
  }

 private:
  void write(
      const QRectF& at, Qt::Alignment align, TextRole role, const QColor& colour,
      const QString& text) {
    write_text(painter_, at, align, role, colour, text);
  }

  void paint(const PanelLayout& panel) {
    paint_header(panel);
    if (!panel.panel->lanes.empty()) return paint_lanes(panel);
    if (!panel.panel->bars.empty()) return paint_bars(painter_, layout_, panel, style_);
    const PlotArea area{panel.plot, layout_.x, panel.y};
    paint_grid(panel, area);
    for (const Series& series : panel.panel->series)
      paint_series(painter_, area, series, style_);
    paint_levels(panel, area);
    paint_frame(panel.plot);
  }

  void paint_header(const PanelLayout& panel) {
    QRectF label = panel.header;
    label.setLeft(panel.plot.left());
    label.setHeight(height_of(TextRole::label));
    write(
        label, Qt::AlignLeft, TextRole::label, style_.text,
        to_text(label_of(panel.panel->y, panel.unit)));
    for (const LegendEntry& entry : panel.legend) {
      paint_swatch(entry, QRectF(entry.at.topLeft(), QSizeF(12.0, entry.at.height())));
      write(
          entry.at.adjusted(16.0, 0.0, 0.0, 0.0), Qt::AlignLeft, TextRole::small, style_.muted,
          to_text(entry.name));
    }
  }

  void paint_swatch(const LegendEntry& entry, const QRectF& at) {
    const QColor colour = style_.of(entry.colour, entry.strength);
    const QPointF middle = at.center();
    painter_.setPen(Qt::NoPen);
    painter_.setBrush(colour);
    if (entry.kind == SeriesKind::points)
      painter_.drawEllipse(middle, 2.6, 2.6);
    else if (entry.kind == SeriesKind::columns)
      painter_.drawRect(QRectF(at.left() + 2.0, middle.y() - 4.5, 9.0, 9.0));
    else if (entry.kind == SeriesKind::envelope)
      painter_.drawRect(QRectF(at.left(), middle.y() - 4.0, at.width(), 8.0));
    else
      painter_.drawRect(QRectF(at.left(), middle.y() - 1.0, at.width(), 2.0));
  }

  void paint_grid(const PanelLayout& panel, const PlotArea& area) {
    painter_.setPen(QPen(style_.grid, thin));
    for (const Tick& tick : layout_.x_ticks)
      painter_.drawLine(
          QPointF(area.x_of(tick.at), area.rect.top()),
          QPointF(area.x_of(tick.at), area.rect.bottom()));
    for (const Tick& tick : panel.ticks)
      painter_.drawLine(
          QPointF(area.rect.left(), area.y_of(tick.at)),
          QPointF(area.rect.right(), area.y_of(tick.at)));
    const double half = height_of(TextRole::small) / 2.0;
    for (const Tick& tick : panel.ticks)
      write(
          QRectF(
              layout_.area.left(), area.y_of(tick.at) - half,
              area.rect.left() - 6.0 - layout_.area.left(), 2.0 * half),
          Qt::AlignRight, TextRole::small, style_.muted, to_text(tick.text));
  }

  void paint_frame(const QRectF& rect) {
    painter_.setPen(QPen(style_.frame, thin));
    painter_.setBrush(Qt::NoBrush);
    painter_.drawRect(rect);
  }

  // Each with its text at the right: above the line, or wherever no other text or line stands.
  void paint_levels(const PanelLayout& panel, const PlotArea& area) {
    std::vector<const Level*> shown;
    std::vector<QRectF> taken;
    for (const Level& level : panel.panel->levels) {
      if (!(level.at >= area.y.from && level.at <= area.y.to)) continue;
      shown.push_back(&level);
      const double y = area.y_of(level.at);
      painter_.setPen(QPen(style_.of(level.colour), 1.0, Qt::DashLine));
      painter_.drawLine(QPointF(area.rect.left(), y), QPointF(area.rect.right(), y));
      taken.push_back(QRectF(area.rect.left(), y - 0.5, area.rect.width(), 1.0));
    }
    for (const Level* const level : shown) {
      const QRectF place = free_place(area.rect, area.y_of(level->at), to_text(level->text), taken);
      if (place.isEmpty()) continue;
      taken.push_back(place);
      QColor veil = style_.background;
      veil.setAlphaF(0.75F);
      painter_.fillRect(place, veil);
      write(
          place.adjusted(padding / 2.0, 0.0, 0.0, 0.0), Qt::AlignLeft, TextRole::small,
          style_.of(level->colour), to_text(level->text));
    }
  }

  // Empty when there is none, or no text.
  static QRectF free_place(
      const QRectF& rect, double y, const QString& text, const std::vector<QRectF>& taken) {
    if (text.isEmpty()) return {};
    const double width = QFontMetricsF(font_of(TextRole::small)).horizontalAdvance(text) + padding;
    const double height = height_of(TextRole::small);
    for (double right = rect.right() - padding; right - width > rect.left(); right -= width / 2.0) {
      for (const double top : {y - height - 1.0, y + 1.0}) {
        const QRectF place(right - width, top, width, height);
        const auto hits = [&place](const QRectF& other) { return other.intersects(place); };
        if (rect.contains(place) && std::ranges::none_of(taken, hits)) return place;
      }
    }
    return {};
  }

  void paint_lanes(const PanelLayout& panel) {
    const PlotArea area{panel.plot, layout_.x, {0.0, 1.0}};
    QRectF row(panel.plot.left(), panel.plot.top(), panel.plot.width(), lane_height);
    for (const Lane& lane : panel.panel->lanes) {
      const QRectF name(
          layout_.area.left(), row.top(), row.left() - 6.0 - layout_.area.left(), row.height());
      write(name, Qt::AlignRight, TextRole::small, style_.muted, to_text(lane.name));
      painter_.fillRect(row.adjusted(0.0, 3.0, 0.0, -3.0), style_.grid);
      for (const Span& span : lane.spans)
        paint_span(span, area, row.adjusted(0.0, 3.0, 0.0, -3.0));
      row.translate(0.0, lane_height);
    }
  }

  void paint_span(const Span& span, const PlotArea& area, const QRectF& row) {
    constexpr double least_width = 0.5;
    const double from = std::max(area.x_of(span.from), row.left());
    const double to = std::min(area.x_of(span.to), row.right());
    if (!(to >= from)) return;
    const QRectF at(from, row.top(), std::max(to - from, least_width), row.height());
    painter_.setPen(Qt::NoPen);
    painter_.setBrush(style_.of(span.colour, span.strength));
    const double radius = at.width() > 6.0 ? 2.0 : 0.0;
    painter_.drawRoundedRect(at, radius, radius);
    const QString text = to_text(span.text);
    const double wanted = QFontMetricsF(font_of(TextRole::small)).horizontalAdvance(text);
    if (wanted + 2.0 * padding <= at.width())
      write(at, Qt::AlignHCenter, TextRole::small, style_.background, text);
  }

  void paint_x_axis() {
    const PlotArea area{layout_.x_numbers, layout_.x, {0.0, 1.0}};
    if (layout_.x_ticks.empty()) return;
    for (const Tick& tick : layout_.x_ticks) {
      const double width =
          QFontMetricsF(font_of(TextRole::small)).horizontalAdvance(to_text(tick.text)) + 1.0;
      const double middle = std::min(area.x_of(tick.at), layout_.area.right() - width / 2.0);
      write(
          QRectF(middle - width / 2.0, area.rect.top(), width, area.rect.height()),
          Qt::AlignHCenter, TextRole::small, style_.muted, to_text(tick.text));
    }
    if (!chart_.x.label.empty())
      write(
          layout_.x_label, Qt::AlignHCenter, TextRole::small, style_.text,
          to_text(label_of(chart_.x, layout_.x_unit)));
  }

  // Their texts stand in a row of their own; one that would touch the text before it is left out.
  void paint_markers() {
    if (layout_.panels.empty()) return;
    const PlotArea area{layout_.panels.front().plot, layout_.x, {0.0, 1.0}};
    double free_from = layout_.area.left();
    for (const Marker& marker : chart_.markers) {
      if (!(marker.at >= layout_.x.from && marker.at <= layout_.x.to)) continue;
      const double x = area.x_of(marker.at);
      painter_.setPen(QPen(style_.muted, 1.0));
      for (const PanelLayout& panel : layout_.panels)
        painter_.drawLine(QPointF(x, panel.plot.top()), QPointF(x, panel.plot.bottom()));
      const QString text = to_text(marker.text);
      const double width =
          QFontMetricsF(font_of(TextRole::small)).horizontalAdvance(text) + padding;
      const double left =
          std::clamp(x - width / 2.0, layout_.area.left(), layout_.area.right() - width);
      if (left < free_from) continue;
      free_from = left + width + padding;
      write(
          QRectF(left, layout_.markers.top(), width, layout_.markers.height()), Qt::AlignHCenter,
          TextRole::small, style_.text, text);
    }
  }

  QPainter& painter_;
  const Chart& chart_;
  const ChartLayout& layout_;
  Style style_;
};

}  // namespace

void paint_chart(QPainter& painter, const QRectF& area, const Chart& chart) {
  painter.save();
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  ChartPainter(painter, chart, layout_of(chart, area)).paint(area);
  painter.restore();
}

}  // namespace sunfleck::app
