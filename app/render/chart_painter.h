#pragma once

#include "app/render/chart.h"

class QPainter;
class QRectF;

namespace sunfleck::app {

// Draws a chart into a rectangle: into a picture, a page of PDF or a window. A unit of the painter
// is a tenth or so of a letter's height; a page whose unit is a point scales the painter first. A
// QGuiApplication exists.
void paint_chart(QPainter& painter, const QRectF& area, const Chart& chart);

}  // namespace sunfleck::app
