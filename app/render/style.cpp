#include "app/render/style.h"

#include <QFontDatabase>
#include <array>

namespace sunfleck::app {
namespace {

constexpr std::size_t colours = 7;

// In the order of Colour.
constexpr std::array<QRgb, colours> on_light{0xFF0072B2, 0xFFD98200, 0xFF009E73, 0xFFC9501C,
                                             0xFFB5659A, 0xFF3A9BD6, 0xFF7A8794};
constexpr std::array<QRgb, colours> on_dark{0xFF4DA8EA, 0xFFF2B134, 0xFF2CC9A0, 0xFFF07A4A,
                                            0xFFDD9BCB, 0xFF86CEF5, 0xFF93A1AF};

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
  const auto& palette = theme == Theme::dark ? on_dark : on_light;
  QColor chosen = QColor::fromRgb(palette.at(static_cast<std::size_t>(colour)));
  chosen.setAlphaF(static_cast<float>(strength));
  return chosen;
}

Style style_of(Theme theme) {
  if (theme == Theme::dark)
    return {
        .background = QColor(0x10, 0x17, 0x20),
        .text = QColor(0xE6, 0xED, 0xF3),
        .muted = QColor(0x9A, 0xA7, 0xB4),
        .grid = QColor(0x1F, 0x2A, 0x36),
        .frame = QColor(0x3D, 0x4A, 0x58),
        .theme = theme};
  return {
      .background = QColor(0xFF, 0xFF, 0xFF),
      .text = QColor(0x1B, 0x24, 0x2D),
      .muted = QColor(0x5A, 0x66, 0x73),
      .grid = QColor(0xE6, 0xEA, 0xEF),
      .frame = QColor(0x9A, 0xA5, 0xB1),
      .theme = theme};
}

QFont font_of(TextRole role) {
  QFont font(family());
  font.setPixelSize(size_of(role));
  if (role != TextRole::small) font.setWeight(QFont::DemiBold);
  return font;
}

double height_of(TextRole role) { return size_of(role) * 1.4; }

QString to_text(const std::string& text) { return QString::fromStdString(text); }

}  // namespace sunfleck::app
