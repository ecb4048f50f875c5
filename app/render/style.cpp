#include "app/render/style.h"

#include <QFontDatabase>
#include <QFontMetricsF>
#include <QPainter>

#include "app/render/palette.h"

namespace sunfleck::app {
namespace {

constexpr int title_size = 15;
constexpr int label_size = 12;
constexpr int small_size = 11;

int size_of(TextRole role) {
  switch (role) {
    case TextRole::title:
      return title_size;
    case TextRole::label:
      return label_size;
    case TextRole::small:
      break;
  }
  return small_size;
}

QString family() {
  const QStringList known = QFontDatabase::families();
  for (const char* wanted : {"Inter", "DejaVu Sans", "Liberation Sans", "Noto Sans"})
    if (known.contains(QLatin1String(wanted))) return QString::fromLatin1(wanted);
  return QStringLiteral("sans-serif");
}

}  // namespace

QColor Style::of(Colour colour, double strength) const {
  QColor chosen = QColor::fromRgb(palette_of(theme).of(colour));
  chosen.setAlphaF(static_cast<float>(strength));
  return chosen;
}

Style style_of(Theme theme) {
  const Palette& palette = palette_of(theme);
  return {
      .background = QColor::fromRgb(palette.background),
      .text = QColor::fromRgb(palette.text),
      .muted = QColor::fromRgb(palette.muted),
      .grid = QColor::fromRgb(palette.grid),
      .frame = QColor::fromRgb(palette.frame),
      .theme = theme};
}

QFont font_of(TextRole role) {
  QFont font(family());
  font.setPixelSize(size_of(role));
  if (role != TextRole::small) font.setWeight(QFont::DemiBold);
  return font;
}

double height_of(TextRole role) { return size_of(role) * 1.4; }

void write_text(
    QPainter& painter, const QRectF& at, Qt::Alignment align, TextRole role, const QColor& colour,
    const QString& text) {
  if (text.isEmpty() || at.isEmpty()) return;
  const QFont font = font_of(role);
  painter.setFont(font);
  painter.setPen(colour);
  const QString fitting = QFontMetricsF(font).elidedText(text, Qt::ElideRight, at.width() + 0.5);
  painter.drawText(at, static_cast<int>(align | Qt::AlignVCenter) | Qt::TextDontClip, fitting);
}

QString to_text(const std::string& text) {
  QString shown = QString::fromStdString(text);
  for (QChar& letter : shown)
    if (letter.category() == QChar::Other_Control) letter = QLatin1Char(' ');
  return shown;
}

}  // namespace sunfleck::app
