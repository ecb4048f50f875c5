#pragma once

#include <QColor>
#include <QPainter>
#include <QPdfWriter>
#include <QRectF>
#include <QString>

#include "app/render/style.h"

namespace sunfleck::app {

// Where a report is painted, page after page from top to bottom. Lengths are in points.
class PageCanvas {
 public:
  static constexpr double page_width = 595.28;  // A4
  static constexpr double page_height = 841.89;
  static constexpr double margin = 48.0;
  static constexpr double left = margin;
  static constexpr double width = page_width - 2.0 * margin;
  static constexpr double bottom = page_height - margin - 22.0;  // above the footer
  static constexpr double column_height = bottom - margin;

  //   pages   of the whole report, for the footers; 0: not known yet
  PageCanvas(QPdfWriter& writer, QString footer, int pages);

  QPainter& painter() { return painter_; }
  const Style& style() const { return style_; }
  double y() const { return y_; }
  void advance(double by) { y_ += by; }
  bool has_room(double height) const { return y_ + height <= bottom; }
  // Goes on to the next page unless there is room, or the page is empty; whether it did.
  bool need(double height);
  void end();  // the last page
  int pages() const { return page_; }

 private:
  void footer();

  QPdfWriter& writer_;
  QPainter painter_;
  QString footer_;
  int pages_;
  int page_ = 1;
  double y_ = margin;
  Style style_ = style_of(Theme::light);
};

// How a text is set.
struct PageText {
  double size = 9.0;
  bool bold = false;
  Qt::Alignment align = Qt::AlignLeft;
  QColor colour;
};

double line_height(const PageText& how);
// On one line.
double width_of(const QString& text, const PageText& how);
// With dots in its middle where it is wider.
QString shortened(const QString& text, const PageText& how, double width);
// Of lines that are broken where they must; words that are too long are broken too.
double height_of(const QString& text, const PageText& how, double width);
void paint_text(
    QPainter& painter, QPointF at, double width, const QString& text, const PageText& how);

}  // namespace sunfleck::app
