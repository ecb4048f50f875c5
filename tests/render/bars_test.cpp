#include <gtest/gtest.h>

#include <QColor>
#include <QImage>
#include <QRectF>
#include <QXmlStreamReader>
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "app/render/figure.h"
#include "app/render/palette.h"

namespace sunfleck::app {
namespace {

struct Drawn {
  std::map<QString, std::vector<QRectF>> rects;  // by the colour they are filled with
  std::map<QString, QPointF> texts;              // where each begins
};

// Of an SVG file that is not turned or scaled.
Drawn drawn(const Chart& chart) {
  const Result<std::string> svg = draw_figure(chart, FigureFormat::svg, {});
  EXPECT_TRUE(svg);
  Drawn found;
  QString fill;
  QXmlStreamReader reader(QByteArray::fromStdString(svg ? *svg : std::string()));
  while (!reader.atEnd()) {
    reader.readNext();
    if (!reader.isStartElement()) continue;
    const QXmlStreamAttributes attributes = reader.attributes();
    const auto number = [&attributes](const char* name) {
      return attributes.value(QLatin1String(name)).toDouble();
    };
    if (attributes.hasAttribute(QLatin1String("fill")))
      fill = attributes.value(QLatin1String("fill")).toString();
    if (reader.name() == QLatin1String("rect"))
      found.rects[fill].push_back({number("x"), number("y"), number("width"), number("height")});
    if (reader.name() == QLatin1String("text")) {
      const QPointF at(number("x"), number("y"));
      found.texts[reader.readElementText()] = at;
    }
  }
  EXPECT_FALSE(reader.hasError()) << reader.errorString().toStdString();
  return found;
}

QString name_of(Colour colour) {
  return QColor::fromRgb(palette_of(Theme::light).of(colour)).name();
}

// Those of a colour that are as high as a bar: a legend's swatch is not.
std::vector<QRectF> bars_of(const Drawn& from, Colour colour) {
  std::vector<QRectF> bars;
  const auto found = from.rects.find(name_of(colour));
  if (found == from.rects.end()) return bars;
  std::ranges::copy_if(found->second, std::back_inserter(bars), [](const QRectF& rect) {
    return rect.height() != rect.width();
  });
  return bars;
}

Chart two_bars() {
  Chart chart;
  chart.x = {.label = {}, .unit = "J"};
  ChartPanel panel;
  panel.bars = {
      {"conv", {{"compute", 3e-3, Colour::blue}, {"checkpoint", 1e-3, Colour::orange}}, "4 mJ"},
      {"dense", {{"compute", 1e-3, Colour::blue}, {"checkpoint", 0.0, Colour::orange}}, "1 mJ"}};
  chart.panels = {panel};
  return chart;
}

TEST(Bars, LengthsAreInProportionAndPartsBehindEachOther) {
  const Drawn picture = drawn(two_bars());
  const auto compute = bars_of(picture, Colour::blue);
  const auto checkpoint = bars_of(picture, Colour::orange);
  ASSERT_EQ(compute.size(), 2U);
  ASSERT_EQ(checkpoint.size(), 1U) << "a part of nothing is not drawn";
  EXPECT_NEAR(compute[0].width() / compute[1].width(), 3.0, 0.01);
  EXPECT_NEAR(compute[0].width() / checkpoint[0].width(), 3.0, 0.01);
  EXPECT_NEAR(compute[0].right(), checkpoint[0].left(), 0.01);
  EXPECT_NEAR(compute[0].left(), compute[1].left(), 0.01);
  EXPECT_LT(compute[0].bottom(), compute[1].top());
}

TEST(Bars, NamesStandLeftTextsAtTheEndAndEachPartOnceInTheLegend) {
  const Drawn picture = drawn(two_bars());
  const auto checkpoint = bars_of(picture, Colour::orange);
  for (const char* text : {"conv", "dense", "4 mJ", "1 mJ", "compute", "checkpoint"})
    ASSERT_TRUE(picture.texts.contains(text)) << text;
  EXPECT_LT(picture.texts.at("conv").x(), checkpoint[0].left());
  EXPECT_GT(picture.texts.at("4 mJ").x(), checkpoint[0].right());
  EXPECT_LT(picture.texts.at("4 mJ").x(), checkpoint[0].right() + 20.0);
  EXPECT_EQ(picture.texts.size(), 6U) << "no axis where none has a label";
}

TEST(Bars, AnAxisIsDrawnWhereItHasALabel) {
  Chart chart = two_bars();
  chart.x.label = "Energy";
  const Drawn picture = drawn(chart);
  EXPECT_TRUE(picture.texts.contains("Energy [mJ]"));
  EXPECT_TRUE(picture.texts.contains("0"));
}

TEST(Bars, AWhiskerOfTwoDeviationsPushesTheTextOut) {
  Chart chart = two_bars();
  const double before = drawn(chart).texts.at("4 mJ").x();
  const double bar = bars_of(drawn(chart), Colour::orange)[0].right();
  chart.panels[0].bars[0].deviation = 5e-4;
  const Drawn picture = drawn(chart);
  const auto compute = bars_of(picture, Colour::blue);
  const double per_joule = compute[0].width() / 3e-3;
  EXPECT_NEAR(
      picture.texts.at("4 mJ").x() - bars_of(picture, Colour::orange)[0].right(),
      before - bar + 2.0 * 5e-4 * per_joule, 0.5);
}

TEST(Bars, VeryManyAreDrawnLowerAndSomeNamesAreLeftOut) {
  Chart chart;
  ChartPanel panel;
  for (int i = 0; i < 2000; ++i)
    panel.bars.push_back({"bar " + std::to_string(i), {{{}, 1.0 + i, Colour::blue}}, {}});
  chart.panels = {panel};
  const Drawn picture = drawn(chart);
  EXPECT_EQ(picture.rects.at(name_of(Colour::blue)).size(), 2000U);
  EXPECT_GT(picture.texts.size(), 50U);
  EXPECT_LT(picture.texts.size(), 400U);
}

TEST(Bars, NumbersThatAreNoneAreLeftOut) {
  Chart chart = two_bars();
  chart.panels[0].bars[0].parts[0].value = std::nan("");
  chart.panels[0].bars[1].parts[0].value = std::numeric_limits<double>::infinity();
  chart.panels[0].bars[1].deviation = -1.0;
  const Drawn picture = drawn(chart);
  EXPECT_TRUE(bars_of(picture, Colour::blue).empty());
  EXPECT_EQ(bars_of(picture, Colour::orange).size(), 1U);
}

TEST(Columns, ReachFromTheirGroundToTheirValueAndToTheNext) {
  Chart chart;
  ChartPanel panel{.y = {.label = "Count", .unit = {}, .from = 0.0, .to = 8.0}};
  panel.series = {
      {.kind = SeriesKind::columns, .colour = Colour::green, .x = {0, 1, 3}, .y = {2, 4, 99}},
      {.kind = SeriesKind::columns,
       .colour = Colour::red,
       .x = {0, 1, 3},
       .y = {4, 8, 99},
       .low = {2, 4, 0}}};
  chart.panels = {panel};
  const Drawn picture = drawn(chart);
  const auto lower = picture.rects.at(name_of(Colour::green));
  const auto upper = picture.rects.at(name_of(Colour::red));
  ASSERT_EQ(lower.size(), 2U) << "the last value only ends the one before";
  ASSERT_EQ(upper.size(), 2U);
  EXPECT_NEAR(lower[1].height() / lower[0].height(), 2.0, 0.01);
  EXPECT_NEAR(lower[1].width() / lower[0].width(), 2.0, 0.02);
  EXPECT_NEAR(upper[0].bottom(), lower[0].top(), 0.01);
  EXPECT_NEAR(upper[1].height(), lower[1].height(), 0.01);
}

TEST(ErrorBars, ReachFromTheLowToTheHighEnd) {
  Chart chart;
  chart.x = {.label = {}, .unit = {}, .from = 0.0, .to = 2.0};
  ChartPanel panel{.y = {.label = {}, .unit = {}, .from = 0.0, .to = 4.0}};
  panel.series = {
      {.kind = SeriesKind::points,
       .colour = Colour::red,
       .x = {1.0},
       .y = {2.0},
       .low = {1.0},
       .high = {3.0}}};
  chart.panels = {panel};
  const auto png = draw_figure(chart, FigureFormat::png, {.width = 400, .height = 400, .scale = 1});
  ASSERT_TRUE(png);
  const QImage image = QImage::fromData(QByteArray::fromStdString(*png));
  int top = image.height();
  int bottom = 0;
  for (int y = 0; y < image.height(); ++y)
    for (int x = 0; x < image.width(); ++x)
      if (qRed(image.pixel(x, y)) > 150 && qBlue(image.pixel(x, y)) < 120) {
        top = std::min(top, y);
        bottom = std::max(bottom, y);
      }
  // The plot is about 350 high for 4 units, of which the bar has 2.
  EXPECT_NEAR(bottom - top, 175, 15);
}

}  // namespace
}  // namespace sunfleck::app
