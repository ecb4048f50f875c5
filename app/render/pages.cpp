#include "app/render/pages.h"

#include <QBuffer>
#include <QMarginsF>
#include <QPageSize>
#include <QPdfWriter>
#include <algorithm>

#include "app/render/chart_layout.h"
#include "app/render/chart_painter.h"
#include "app/render/drawing.h"
#include "app/render/page_canvas.h"
#include "app/render/page_table.h"

namespace sunfleck::app {
namespace {

constexpr double title_size = 20.0;
constexpr double heading_size = 12.5;
constexpr double summary_size = 9.5;
constexpr double body_size = 9.0;
constexpr double caption_size = 7.5;
constexpr double gap = 8.0;               // between blocks
constexpr double heading_gap = 16.0;      // above a heading
constexpr double points_per_unit = 0.62;  // of a figure: its letters are 7 points high
constexpr QRgb heading_colour = 0xFF1F4F8F;
constexpr QRgb raised = 0xFFF0F4F9;

// Paints a report's parts, one below the other.
class PagePainter {
 public:
  explicit PagePainter(PageCanvas& canvas) : canvas_(canvas) {}

  void paint(const Document& document) {
    const QColor text = canvas_.style().text;
    paragraph(document.title, {.size = title_size, .bold = true, .colour = text});
    canvas_.advance(2.0);
    paragraph(document.summary, {.size = summary_size, .colour = text});
    for (const Section& section : document.sections)
      paint(section);
  }

  void operator()(const Paragraph& block) { paragraph(block.text, body()); }

  void operator()(const FactList& list) {
    if (list.headline)
      headline(list);
    else
      facts(list);
  }

  void operator()(const DocumentTable& table) {
    const PageTable painted(table);
    if (!table.caption.empty()) {
      canvas_.need(
          height_of(to_text(table.caption), caption(), PageCanvas::width) + 3.0 +
          painted.least_height());
      paragraph(table.caption, caption());
      canvas_.advance(3.0 - gap);
    }
    painted.paint(canvas_);
    canvas_.advance(gap);
  }

  void operator()(const Figure& figure) {
    const QRectF at = room_of(figure);
    QPainter& painter = canvas_.painter();
    painter.save();
    painter.translate(at.topLeft());
    painter.scale(points_per_unit, points_per_unit);
    Chart chart = figure.chart;
    chart.theme = Theme::light;
    paint_chart(painter, QRectF(QPointF(), at.size() / points_per_unit), chart);
    painter.restore();
    canvas_.advance(at.height());
    if (!figure.caption.empty())
      paragraph(figure.caption, caption());
    else
      canvas_.advance(gap);
  }

 private:
  PageText body() const { return {.size = body_size, .colour = canvas_.style().text}; }
  PageText caption() const { return {.size = caption_size, .colour = canvas_.style().muted}; }

  // Lines that do not all fit on a page go on over the next ones.
  void paragraph(const std::string& words, const PageText& how) {
    const QString text = to_text(words);
    if (text.isEmpty()) return;
    const double height = height_of(text, how, PageCanvas::width);
    canvas_.need(std::min(height, PageCanvas::column_height));
    paint_text(canvas_.painter(), {PageCanvas::left, canvas_.y()}, PageCanvas::width, text, how);
    canvas_.advance(height + gap);
  }

  void paint(const Section& section) {
    if (!section.heading.empty()) {
      const PageText how{
          .size = heading_size, .bold = true, .colour = QColor::fromRgb(heading_colour)};
      const QString text = to_text(section.heading);
      const double height = heading_gap + height_of(text, how, PageCanvas::width) + gap;
      const double next = section.blocks.empty() ? 0.0 : least_height(section.blocks.front());
      canvas_.need(std::min(height + next, PageCanvas::column_height));
      if (canvas_.y() > PageCanvas::margin) canvas_.advance(heading_gap);
      paragraph(section.heading, how);
    }
    for (const Block& block : section.blocks)
      std::visit(*this, block);
  }

  // Of what must stand on the page of the heading above it.
  double least_height(const Block& block) const {
    if (const auto* text = std::get_if<Paragraph>(&block))
      return height_of(to_text(text->text), body(), PageCanvas::width);
    if (const auto* table = std::get_if<DocumentTable>(&block))
      return PageTable(*table).least_height() + 2.0 * line_height(caption());
    if (const auto* figure = std::get_if<Figure>(&block)) return height_with_caption(*figure);
    constexpr double some_facts = 60.0;
    return some_facts;
  }

  static double height_of_chart(const Figure& figure) {
    return std::min(
        natural_height(figure.chart) * points_per_unit, 0.9 * PageCanvas::column_height);
  }

  double height_with_caption(const Figure& figure) const {
    return height_of_chart(figure) +
        height_of(to_text(figure.caption), caption(), PageCanvas::width);
  }

  // A figure and its caption on one page.
  QRectF room_of(const Figure& figure) {
    canvas_.need(std::min(height_with_caption(figure), PageCanvas::column_height));
    return {PageCanvas::left, canvas_.y(), PageCanvas::width, height_of_chart(figure)};
  }

  // Side by side in boxes: a large number, and below it what it is.
  void headline(const FactList& list) {
    constexpr std::size_t most_in_row = 5;
    constexpr double between = 7.0;
    constexpr double inside = 7.0;
    const PageText number{.size = 12.0, .bold = true, .colour = canvas_.style().text};
    const double height = 2.0 * inside + line_height(number) + 2.0 * line_height(caption());
    for (std::size_t from = 0; from < list.facts.size(); from += most_in_row) {
      const std::size_t count = std::min(most_in_row, list.facts.size() - from);
      const double width = (PageCanvas::width + between) / static_cast<double>(count) - between;
      canvas_.need(height);
      for (std::size_t i = 0; i < count; ++i) {
        const Fact& fact = list.facts[from + i];
        const QRectF box(
            PageCanvas::left + static_cast<double>(i) * (width + between), canvas_.y(), width,
            height);
        canvas_.painter().setPen(Qt::NoPen);
        canvas_.painter().setBrush(QColor::fromRgb(raised));
        canvas_.painter().drawRoundedRect(box, 4.0, 4.0);
        const double room = width - 2.0 * inside;
        const QPointF at = box.topLeft() + QPointF(inside, inside);
        paint_text(
            canvas_.painter(), at, room, shortened(to_text(fact.value.text), number, room), number);
        paint_text(
            canvas_.painter(), at + QPointF(0.0, line_height(number)), room, to_text(fact.label),
            caption());
      }
      canvas_.advance(height + between);
    }
    canvas_.advance(gap - between);
  }

  // In two columns where all fit, else in one.
  void facts(const FactList& list) {
    constexpr double between = 24.0;
    constexpr double apart = 12.0;  // label and value
    const PageText label{.size = 8.5, .colour = canvas_.style().muted};
    const PageText value{.size = 8.5, .align = Qt::AlignRight, .colour = canvas_.style().text};
    double widest = 0.0;
    for (const Fact& fact : list.facts)
      widest = std::max(
          widest,
          width_of(to_text(fact.label), label) + width_of(to_text(fact.value.text), value) + apart);
    const bool is_double = list.facts.size() > 3 && widest <= (PageCanvas::width - between) / 2.0;
    const std::size_t columns = is_double ? 2 : 1;
    const double width = (PageCanvas::width + between) / static_cast<double>(columns) - between;
    for (std::size_t from = 0; from < list.facts.size(); from += columns)
      fact_row(list, from, columns, width, between, label, value);
    canvas_.advance(gap);
  }

  void fact_row(
      const FactList& list, std::size_t from, std::size_t columns, double width, double between,
      const PageText& label, const PageText& value) {
    constexpr double above = 2.5;
    const std::size_t to = std::min(from + columns, list.facts.size());
    double height = 0.0;
    const auto label_width = [&](const Fact& fact) {
      return std::min(width_of(to_text(fact.label), label) + 1.0, 0.6 * width);
    };
    for (std::size_t i = from; i < to; ++i) {
      const Fact& fact = list.facts[i];
      const double room = width - label_width(fact) - 12.0;
      height = std::max(
          {height, height_of(to_text(fact.value.text), value, room),
           height_of(to_text(fact.label), label, label_width(fact))});
    }
    height = std::min(height + 2.0 * above, PageCanvas::column_height);
    canvas_.need(height);
    QPainter& painter = canvas_.painter();
    for (std::size_t i = from; i < to; ++i) {
      const Fact& fact = list.facts[i];
      const double x = PageCanvas::left + static_cast<double>(i - from) * (width + between);
      const double taken = label_width(fact) + 12.0;
      paint_text(painter, {x, canvas_.y() + above}, label_width(fact), to_text(fact.label), label);
      paint_text(
          painter, {x + taken, canvas_.y() + above}, width - taken, to_text(fact.value.text),
          value);
      painter.setPen(QPen(canvas_.style().grid, 0.5));
      painter.drawLine(QPointF(x, canvas_.y() + height), QPointF(x + width, canvas_.y() + height));
    }
    canvas_.advance(height);
  }

  PageCanvas& canvas_;
};

struct Pages {
  QByteArray bytes;
  int count = 0;
};

Pages paint(const Document& document, int pages) {
  constexpr int dots_per_inch = 1200;
  Pages painted;
  QBuffer buffer(&painted.bytes);
  buffer.open(QIODevice::WriteOnly);
  QPdfWriter writer(&buffer);
  writer.setPageSize(QPageSize(QPageSize::A4));
  writer.setPageMargins(QMarginsF());
  writer.setResolution(dots_per_inch);
  writer.setTitle(to_text(document.title));
  writer.setCreator(QStringLiteral("Sunfleck"));
  PageCanvas canvas(writer, to_text(document.footer), pages);
  PagePainter(canvas).paint(document);
  canvas.end();
  painted.count = canvas.pages();
  return painted;
}

}  // namespace

Result<std::string> draw_pages(const Document& document) {
  const Drawing drawing;
  const int pages = paint(document, 0).count;
  const QByteArray bytes = paint(document, pages).bytes;
  if (bytes.isEmpty()) return fail(Errc::io, "report: there is no memory for its pages");
  return std::string(bytes.constData(), static_cast<std::size_t>(bytes.size()));
}

}  // namespace sunfleck::app
