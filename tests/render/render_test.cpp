#include <gtest/gtest.h>

#include <QFontMetricsF>
#include <QGuiApplication>
#include <QImage>
#include <QXmlStreamReader>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "app/render/figure.h"
#include "app/render/ticks.h"

namespace sunfleck::app {
namespace {

std::vector<std::string> texts_of(const std::vector<Tick>& ticks) {
  std::vector<std::string> texts;
  for (const Tick& tick : ticks)
    texts.push_back(tick.text);
  return texts;
}

TEST(Ticks, StepsAreOneTwoOrFiveTimesAPowerOfTen) {
  struct Case {
    double from, to;
    int most;
    double step;
  };
  for (const Case& one :
       {Case{0.0, 10.0, 10, 1.0}, Case{0.0, 10.0, 9, 2.0}, Case{0.0, 10.0, 4, 5.0},
        Case{0.0, 10.0, 1, 10.0}, Case{-3e-6, 4e-6, 5, 2e-6}, Case{1e9, 1.3e9, 3, 1e8}})
    EXPECT_NEAR(tick_step({one.from, one.to}, one.most) / one.step, 1.0, 1e-9);
}

TEST(Ticks, NumbersHaveTheStepsDecimalsAndTheUnitsPrefix) {
  EXPECT_EQ(
      texts_of(ticks_in({0.0, 2.5e-3}, display_unit("W", 2.5e-3), 5)),
      (std::vector<std::string>{"0", "0.5", "1.0", "1.5", "2.0", "2.5"}));
  EXPECT_EQ(
      texts_of(ticks_in({-1.0, 1.0}, display_unit("V", 1.0), 2)),
      (std::vector<std::string>{"\u22121", "0", "1"}));
  EXPECT_EQ(
      texts_of(ticks_in({0.0, 7200.0}, display_unit("s", 7200.0), 4)),
      (std::vector<std::string>{"0", "50", "100"}))
      << "minutes";
}

TEST(Ticks, UnitsSuitTheLargestNumber) {
  struct Case {
    const char* unit;
    double largest;
    const char* symbol;
    double size;
  };
  for (const Case& one :
       {Case{"W", 0.0123, "mW", 1e-3}, Case{"W", 1e-3, "mW", 1e-3},
        Case{"A", 999e-6, "\u00b5A", 1e-6}, Case{"s", 299.0, "s", 1.0},
        Case{"s", 301.0, "min", 60.0}, Case{"s", 86400.0, "h", 3600.0}, Case{"s", 2e-3, "ms", 1e-3},
        Case{"Ohm", 4700.0, "k\u2126", 1e3}, Case{"%", 100.0, "%", 1.0}, Case{"", 1e6, "", 1.0},
        Case{"V", 0.0, "V", 1.0}, Case{"V", std::nan(""), "V", 1.0}}) {
    const DisplayUnit unit = display_unit(one.unit, one.largest);
    EXPECT_EQ(unit.symbol, one.symbol);
    EXPECT_NEAR(unit.size / one.size, 1.0, 1e-12);
  }
}

TEST(Ticks, QuantitiesInWordsHaveNoIdleZeros) {
  EXPECT_EQ(quantity_text(2e-3, "A"), "2 mA");
  EXPECT_EQ(quantity_text(2.34, "V"), "2.34 V");
  EXPECT_EQ(quantity_text(100e-6, "F"), "100 \u00b5F");
  EXPECT_EQ(quantity_text(1234.5, "W"), "1.234 kW");
  EXPECT_EQ(quantity_text(0.0, "V"), "0 V");
}

// Series of every kind, lanes, thresholds that lie close, markers, long names.
Chart rich_chart() {
  Chart chart;
  chart.title = "All kinds & <names> with \"marks\"";
  chart.note = "a note";
  chart.x = {.label = "Time", .unit = "s"};
  ChartPanel power{.y = {.label = "Harvested power", .unit = "W"}};
  const std::array kinds{
      SeriesKind::line, SeriesKind::steps, SeriesKind::area, SeriesKind::envelope,
      SeriesKind::points};
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    Series series{.name = "series number " + std::to_string(k), .kind = kinds[k]};
    series.colour = static_cast<Colour>(k);
    for (int i = 0; i < 200; ++i) {
      series.x.push_back(i * 0.01);
      series.y.push_back(1e-3 * (2.0 + std::sin(i * 0.1 + static_cast<double>(k))));
      series.low.push_back(series.y.back() - 2e-4);
    }
    power.series.push_back(series);
  }
  power.levels = {
      {1.9e-3, "on at 1.9 mW", Colour::green},
      {1.52e-3, "good at 1.52 mW", Colour::grey},
      {1.45e-3, "off at 1.45 mW", Colour::red}};
  ChartPanel lanes;
  lanes.lanes = {
      {"Rail", {{0.1, 0.7, "on", Colour::green}, {0.9, 0.91, "on", Colour::green}}},
      {"Power good", {{0.2, 0.6, "good", Colour::sky}}}};
  chart.panels = {power, lanes};
  chart.markers = {{0.5, "first on"}, {0.52, "too close to be named"}, {1.5, "cloud"}};
  return chart;
}

struct Word {
  QString text;
  QRectF at;
};

// The texts of an SVG file and where they stand; fails the test when it is not well-formed.
std::vector<Word> words_of(const std::string& svg) {
  std::vector<Word> words;
  QXmlStreamReader reader(QByteArray::fromStdString(svg));
  while (!reader.atEnd()) {
    reader.readNext();
    if (!reader.isStartElement() || reader.name() != QLatin1String("text")) continue;
    const QXmlStreamAttributes attributes = reader.attributes();
    const auto number = [&attributes](const char* name) {
      return attributes.value(QLatin1String(name)).toDouble();
    };
    QFont font(attributes.value(QLatin1String("font-family")).toString().section(',', 0, 0));
    font.setPixelSize(static_cast<int>(number("font-size")));
    font.setWeight(static_cast<QFont::Weight>(static_cast<int>(number("font-weight"))));
    const QPointF begin(number("x"), number("y"));
    const QString text = reader.readElementText();
    QRectF at = QFontMetricsF(font).tightBoundingRect(text);
    words.push_back({text, at.translated(begin)});
  }
  EXPECT_FALSE(reader.hasError()) << reader.errorString().toStdString();
  return words;
}

std::string svg_of(const Chart& chart, const FigureSize& size = {}) {
  const Result<std::string> svg = draw_figure(chart, FigureFormat::svg, size);
  EXPECT_TRUE(svg);
  return svg ? *svg : std::string();
}

// Fonts are measured: Qt needs an application, without a display.
class Drawn : public testing::Test {
 private:
  int count_ = 3;
  std::array<char, 5> name_{"test"};
  std::array<char, 10> option_{"-platform"};
  std::array<char, 10> platform_{"offscreen"};
  std::array<char*, 4> words_{name_.data(), option_.data(), platform_.data(), nullptr};
  QGuiApplication application_{count_, words_.data()};
};

TEST_F(Drawn, TextsInAnSvgAreTextsAndDoNotOverlap) {
  for (const int width : {320, 500, 960, 2000}) {
    SCOPED_TRACE(width);
    const std::vector<Word> words = words_of(svg_of(rich_chart(), {.width = width}));
    EXPECT_GT(words.size(), 15U);
    for (std::size_t i = 0; i < words.size(); ++i) {
      EXPECT_TRUE(QRectF(0, 0, width, 5000).contains(words[i].at)) << words[i].text.toStdString();
      for (std::size_t k = 0; k < i; ++k)
        EXPECT_FALSE(words[i].at.intersects(words[k].at))
            << words[i].text.toStdString() << " and " << words[k].text.toStdString();
    }
  }
}

TEST_F(Drawn, ASvgNamesItsUnitsAndEscapesItsNames) {
  std::vector<std::string> texts;
  for (const Word& word : words_of(svg_of(rich_chart())))
    texts.push_back(word.text.toStdString());
  for (const char* wanted :
       {"Harvested power [mW]", "Time [s]", "All kinds & <names> with \"marks\"", "first on",
        "Power good", "off at 1.45 mW", "good at 1.52 mW", "on at 1.9 mW", "series number 4"})
    EXPECT_NE(std::ranges::find(texts, wanted), texts.end()) << wanted;
  EXPECT_EQ(std::ranges::find(texts, "too close to be named"), texts.end());
}

TEST_F(Drawn, NothingIsDrawnOutsideThePlotsWhereverTheDataAre) {
  Chart chart;
  chart.x = {.label = {}, .unit = "s", .from = 0.0, .to = 1.0};
  Series wild{.kind = SeriesKind::envelope};
  for (int i = -50; i < 50; ++i) {
    wild.x.push_back(i * 0.1);
    wild.y.push_back(i % 7 == 0 ? std::numeric_limits<double>::infinity() : 1e6 * i);
    wild.low.push_back(i % 5 == 0 ? std::nan("") : -1e6);
  }
  chart.panels = {
      ChartPanel{.y = {.label = {}, .unit = "V", .from = -1.0, .to = 1.0}, .series = {wild}}};
  const Result<std::string> png =
      draw_figure(chart, FigureFormat::png, {.width = 300, .height = 200});
  ASSERT_TRUE(png);
  const QImage image = QImage::fromData(QByteArray::fromStdString(*png));
  ASSERT_EQ(image.size(), QSize(600, 400));
  for (int i = 0; i < 600; ++i) {
    EXPECT_EQ(image.pixel(i, 4), qRgb(255, 255, 255));
    EXPECT_EQ(image.pixel(i, 396), qRgb(255, 255, 255));
  }
}

TEST(Figure, TheSameChartGivesTheSameBytesWithOrWithoutAnApplication) {
  const std::string first = svg_of(rich_chart());
  EXPECT_EQ(svg_of(rich_chart()), first);
  EXPECT_NE(first.find("width=\"960\""), std::string::npos);
  EXPECT_NE(first.find(", sans-serif"), std::string::npos);
}

TEST(Figure, APngHasItsScaleAndItsTheme) {
  Chart chart = rich_chart();
  chart.theme = Theme::dark;
  const auto png =
      draw_figure(chart, FigureFormat::png, {.width = 400, .height = 300, .scale = 3.0});
  ASSERT_TRUE(png);
  const QImage image = QImage::fromData(QByteArray::fromStdString(*png));
  EXPECT_EQ(image.size(), QSize(1200, 900));
  EXPECT_LT(qGray(image.pixel(2, 2)), 40);
}

TEST(Figure, ChartsWithNothingInThemAreDrawnToo) {
  Chart chart;
  EXPECT_TRUE(draw_figure(chart, FigureFormat::svg, {}));
  chart.panels = {ChartPanel{}, ChartPanel{.series = {Series{}}}, ChartPanel{.lanes = {Lane{}}}};
  EXPECT_TRUE(draw_figure(chart, FigureFormat::svg, {}));
  chart.panels = {ChartPanel{.series = {Series{.x = {1.0}, .y = {0.0}}}}};
  EXPECT_TRUE(draw_figure(chart, FigureFormat::png, {}));
}

TEST(Figure, SizesThatNoPictureHasAreRefused) {
  for (const FigureSize& size :
       {FigureSize{.width = 99}, FigureSize{.width = 10'001}, FigureSize{.height = -1},
        FigureSize{.scale = 0.0}, FigureSize{.scale = 1000.0}, FigureSize{.scale = std::nan("")}}) {
    const auto refused = draw_figure(rich_chart(), FigureFormat::png, size);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::usage);
  }
}

TEST(Figure, TheFileNameTellsTheFormat) {
  EXPECT_EQ(figure_format_of("a/b.SVG"), FigureFormat::svg);
  EXPECT_EQ(figure_format_of("b.c.png"), FigureFormat::png);
  EXPECT_FALSE(figure_format_of("svg"));
  EXPECT_FALSE(figure_format_of("a.pdf"));
}

}  // namespace
}  // namespace sunfleck::app
