#include "app/render/plot_area.h"

#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace sunfleck::app {
namespace {

constexpr double line_width = 1.4;
constexpr double dot_radius = 2.6;
constexpr double fill_share = 0.22;  // of its line's colour, below an area

bool is_point(QPointF at) { return std::isfinite(at.x()) && std::isfinite(at.y()); }

// The part of a segment that lies in a rectangle.
// Source: Liang and Barsky, "A new concept and method for line clipping", 1984.
std::optional<QLineF> clipped_segment(QPointF from, QPointF to, const QRectF& box) {
  const QPointF way = to - from;
  double begin = 0.0;
  double end = 1.0;
  const std::array<std::pair<double, double>, 4> edges{
      std::pair{-way.x(), from.x() - box.left()}, std::pair{way.x(), box.right() - from.x()},
      std::pair{-way.y(), from.y() - box.top()}, std::pair{way.y(), box.bottom() - from.y()}};
  for (const auto& [speed, room] : edges) {
    if (speed == 0.0 && room < 0.0) return std::nullopt;
    if (speed < 0.0) begin = std::max(begin, room / speed);
    if (speed > 0.0) end = std::min(end, room / speed);
  }
  if (begin > end) return std::nullopt;
  return QLineF(begin > 0.0 ? from + begin * way : from, end < 1.0 ? from + end * way : to);
}

// One edge of the rectangle: what is kept has coordinate * sign <= limit.
struct Edge {
  bool is_x;
  double sign;
  double limit;

  double beyond(QPointF at) const { return sign * (is_x ? at.x() : at.y()) - limit; }
};

QPolygonF cut(const QPolygonF& polygon, const Edge& edge) {
  QPolygonF kept;
  for (qsizetype i = 0; i < polygon.size(); ++i) {
    const QPointF here = polygon[i];
    const QPointF before = polygon[(i + polygon.size() - 1) % polygon.size()];
    const double a = edge.beyond(before);
    const double b = edge.beyond(here);
    if ((a <= 0.0) != (b <= 0.0)) kept << before + a / (a - b) * (here - before);
    if (b <= 0.0) kept << here;
  }
  return kept;
}

// The corners of a series in the picture; a value that is not finite stays one.
QPolygonF corners_of(
    const PlotArea& area, const Series& series, const std::vector<double>& values) {
  QPolygonF corners;
  const std::size_t count = std::min(series.x.size(), values.size());
  for (std::size_t i = 0; i < count; ++i) {
    const QPointF at(area.x_of(series.x[i]), area.y_of(values[i]));
    if (series.kind == SeriesKind::steps && i > 0) corners << QPointF(at.x(), corners.back().y());
    corners << at;
  }
  return corners;
}

// The stretches of a band in which both of its sides are known.
std::vector<QPolygonF> bands_between(const QPolygonF& high, const QPolygonF& low) {
  std::vector<QPolygonF> bands;
  const auto count = std::min(high.size(), low.size());
  for (qsizetype from = 0; from < count;) {
    qsizetype to = from;
    while (to < count && is_point(high[to]) && is_point(low[to]))
      ++to;
    QPolygonF band = high.mid(from, to - from);
    for (qsizetype i = to - 1; i >= from; --i)
      band << low[i];
    if (band.size() > 2) bands.push_back(band);
    from = std::max(to, from + 1);
  }
  return bands;
}

void paint_line(QPainter& painter, const QRectF& rect, const QPolygonF& line, const QPen& pen) {
  painter.setPen(pen);
  painter.setBrush(Qt::NoBrush);
  for (const QPolygonF& part : clipped_line(line, rect))
    painter.drawPolyline(part);
}

void paint_bands(
    QPainter& painter, const QRectF& rect, const QPolygonF& high, const QPolygonF& low,
    const QColor& colour) {
  painter.setPen(Qt::NoPen);
  painter.setBrush(colour);
  for (const QPolygonF& band : bands_between(high, low))
    painter.drawPolygon(clipped_polygon(band, rect));
}

void paint_points(
    QPainter& painter, const QRectF& rect, const QPolygonF& at, const QColor& colour) {
  painter.setPen(Qt::NoPen);
  painter.setBrush(colour);
  for (const QPointF& point : at)
    if (is_point(point) && rect.contains(point)) painter.drawEllipse(point, dot_radius, dot_radius);
}

// From the lower to the upper end at each point, with a stroke across at either.
void paint_error_bars(
    QPainter& painter, const PlotArea& area, const Series& series, const QColor& colour) {
  constexpr double half = 2.5;
  painter.setPen(QPen(colour, 1.0));
  for (std::size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
    const double low = i < series.low.size() ? series.low[i] : series.y[i];
    const double high = i < series.high.size() ? series.high[i] : series.y[i];
    const double x = area.x_of(series.x[i]);
    const auto line =
        clipped_segment(QPointF(x, area.y_of(low)), QPointF(x, area.y_of(high)), area.rect);
    if (!(low < high) || !std::isfinite(x) || !line) continue;
    painter.drawLine(*line);
    for (const double end : {low, high})
      if (end >= area.y.from && end <= area.y.to)
        painter.drawLine(QPointF(x - half, area.y_of(end)), QPointF(x + half, area.y_of(end)));
  }
}

// Those that are wide enough stand a little apart.
void paint_columns(
    QPainter& painter, const PlotArea& area, const Series& series, const QColor& colour) {
  constexpr double wide = 5.0;
  constexpr double apart = 0.5;
  painter.setPen(Qt::NoPen);
  painter.setBrush(colour);
  const std::size_t count = std::min(series.x.size(), series.y.size());
  for (std::size_t i = 0; i + 1 < count; ++i) {
    const double low = i < series.low.size() ? series.low[i] : 0.0;
    QRectF column(
        QPointF(area.x_of(series.x[i]), area.y_of(series.y[i])),
        QPointF(area.x_of(series.x[i + 1]), area.y_of(low)));
    column = column.normalized();
    if (column.width() > wide) column.adjust(apart, 0.0, -apart, 0.0);
    column = column.intersected(area.rect);
    if (!column.isEmpty()) painter.drawRect(column);
  }
}

}  // namespace

std::vector<QPolygonF> clipped_line(const QPolygonF& line, const QRectF& to) {
  std::vector<QPolygonF> parts;
  for (qsizetype i = 1; i < line.size(); ++i) {
    if (!is_point(line[i - 1]) || !is_point(line[i])) continue;
    const auto segment = clipped_segment(line[i - 1], line[i], to);
    if (!segment) continue;
    if (parts.empty() || parts.back().back() != segment->p1())
      parts.push_back(QPolygonF{segment->p1()});
    parts.back() << segment->p2();
  }
  return parts;
}

QPolygonF clipped_polygon(const QPolygonF& polygon, const QRectF& to) {
  QPolygonF kept = polygon;
  for (const Edge& edge :
       {Edge{true, -1.0, -to.left()}, Edge{true, 1.0, to.right()}, Edge{false, -1.0, -to.top()},
        Edge{false, 1.0, to.bottom()}})
    kept = cut(kept, edge);
  return kept;
}

void paint_series(
    QPainter& painter, const PlotArea& area, const Series& series, const Style& style) {
  const QColor colour = style.of(series.colour, series.strength);
  const QPolygonF corners = corners_of(area, series, series.y);
  QPen pen(colour, line_width);
  pen.setJoinStyle(Qt::RoundJoin);
  if (series.kind == SeriesKind::columns) return paint_columns(painter, area, series, colour);
  if (series.kind == SeriesKind::points) {
    if (!series.low.empty() || !series.high.empty())
      paint_error_bars(painter, area, series, colour);
    return paint_points(painter, area.rect, corners, colour);
  }
  if (series.kind == SeriesKind::area) {
    QPolygonF ground = corners;
    for (QPointF& at : ground)
      at.setY(area.y_of(std::clamp(0.0, area.y.from, area.y.to)));
    paint_bands(
        painter, area.rect, corners, ground, style.of(series.colour, fill_share * series.strength));
  }
  if (series.kind == SeriesKind::envelope) {
    const QPolygonF low = corners_of(area, series, series.low);
    paint_bands(painter, area.rect, corners, low, colour);
    pen.setWidthF(line_width / 2.0);  // a band without height still shows
    paint_line(painter, area.rect, low, pen);
  }
  paint_line(painter, area.rect, corners, pen);
}

}  // namespace sunfleck::app
