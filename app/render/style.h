#pragma once

#include <QColor>
#include <QFont>
#include <QRectF>
#include <QString>

#include "app/render/chart.h"

class QPainter;

namespace sunfleck::app {

// What a theme looks like. Lengths are in the units of the picture.
struct Style {
  QColor background;
  QColor text;
  QColor muted;  // tick labels, notes
  QColor grid;
  QColor frame;
  Theme theme;

  QColor of(Colour colour, double strength = 1.0) const;
};

Style style_of(Theme theme);

enum class TextRole { title, label, small };

// The first of the fonts that figures are made for which this machine has, else its own sans serif.
QFont font_of(TextRole role);
double height_of(TextRole role);  // of a line

// Text in the vertical middle of a place; one that is too long ends in dots.
void write_text(
    QPainter& painter, const QRectF& at, Qt::Alignment align, TextRole role, const QColor& colour,
    const QString& text);

// Control characters, which no SVG file may have, become spaces.
QString to_text(const std::string& text);

}  // namespace sunfleck::app
