#pragma once

#include <QPolygonF>
#include <QRectF>
#include <vector>

#include "app/render/style.h"
#include "app/render/ticks.h"

class QPainter;

namespace sunfleck::app {

// The rectangle of a panel in which its data stand.
struct PlotArea {
  QRectF rect;
  Range x;
  Range y;

  double x_of(double value) const {
    return rect.left() + (value - x.from) / (x.to - x.from) * rect.width();
  }
  double y_of(double value) const {
    return rect.bottom() - (value - y.from) / (y.to - y.from) * rect.height();
  }
};

// The parts of a line that lie in a rectangle, without its gaps (points that are not finite).
std::vector<QPolygonF> clipped_line(const QPolygonF& line, const QRectF& to);
// The part of a polygon that lies in a rectangle.
//
// Source: Sutherland and Hodgman, "Reentrant polygon clipping", 1974. The picture's own clipping is
// not used, since SVG files made by Qt 6.4 have none.
QPolygonF clipped_polygon(const QPolygonF& polygon, const QRectF& to);

void paint_series(
    QPainter& painter, const PlotArea& area, const Series& series, const Style& style);

}  // namespace sunfleck::app
