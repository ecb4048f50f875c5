#include "app/render/page_canvas.h"

#include <QFontMetricsF>
#include <QTextLayout>
#include <utility>

namespace sunfleck::app {
namespace {

constexpr double points_per_inch = 72.0;
constexpr double footer_size = 7.0;
constexpr double line_spacing = 1.38;

// Text is set in tenths of a point: sizes of fonts are whole numbers, and widths of letters are
// rounded less.
constexpr double fine = 10.0;

QFont font_for(const PageText& how) {
  QFont font = font_of(TextRole::small);
  font.setHintingPreference(QFont::PreferNoHinting);
  font.setWeight(how.bold ? QFont::DemiBold : QFont::Normal);
  // In pixels: a size in points would be multiplied by the painter's scale.
  font.setPixelSize(static_cast<int>(fine * how.size));
  return font;
}

// Breaks a text into lines, each at its place below the one before; returns the height of all.
double set_lines(QTextLayout& layout, const PageText& how, double width) {
  QTextOption option(how.align);
  option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  layout.setTextOption(option);
  const double above = (fine * line_height(how) - QFontMetricsF(layout.font()).height()) / 2.0;
  double y = 0.0;
  layout.beginLayout();
  for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
    line.setLineWidth(fine * width);
    line.setPosition({0.0, fine * y + above});
    y += line_height(how);
  }
  layout.endLayout();
  return y;
}

}  // namespace

PageCanvas::PageCanvas(QPdfWriter& writer, QString footer, int pages)
    : writer_(writer), painter_(&writer), footer_(std::move(footer)), pages_(pages) {
  const double dots_per_point = writer.resolution() / points_per_inch;
  painter_.scale(dots_per_point, dots_per_point);
  painter_.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
}

bool PageCanvas::need(double height) {
  if (has_room(height) || y_ <= margin) return false;
  footer();
  writer_.newPage();
  ++page_;
  y_ = margin;
  return true;
}

void PageCanvas::end() {
  footer();
  painter_.end();
}

void PageCanvas::footer() {
  constexpr double number_width = 60.0;
  PageText text{.size = footer_size, .colour = style_.muted};
  const double y = page_height - margin + footer_size / 2.0;
  paint_text(
      painter_, {left, y}, width - number_width, shortened(footer_, text, width - number_width),
      text);
  text.align = Qt::AlignRight;
  paint_text(
      painter_, {left + width - number_width, y}, number_width,
      QStringLiteral("%1 / %2").arg(page_).arg(pages_), text);
}

double line_height(const PageText& how) { return line_spacing * how.size; }

double width_of(const QString& text, const PageText& how) {
  return QFontMetricsF(font_for(how)).horizontalAdvance(text) / fine;
}

double height_of(const QString& text, const PageText& how, double width) {
  QTextLayout layout(text, font_for(how));
  return set_lines(layout, how, width);
}

QString shortened(const QString& text, const PageText& how, double width) {
  return QFontMetricsF(font_for(how)).elidedText(text, Qt::ElideMiddle, fine * width);
}

void paint_text(
    QPainter& painter, QPointF at, double width, const QString& text, const PageText& how) {
  if (text.isEmpty()) return;
  QTextLayout layout(text, font_for(how));
  set_lines(layout, how, width);
  painter.save();
  painter.translate(at);
  painter.scale(1.0 / fine, 1.0 / fine);
  painter.setPen(how.colour);
  layout.draw(&painter, {});
  painter.restore();
}

}  // namespace sunfleck::app
