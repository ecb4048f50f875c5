#include "app/render/page_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace sunfleck::app {
namespace {

constexpr std::array sizes{8.5, 8.0, 7.5, 7.0, 6.5};  // of letters, the first that fits
constexpr double side = 5.0;                          // free at each side of a cell
constexpr double above = 3.0;                         // and above and below it
constexpr double narrowest = 34.0;                    // of a column that is made narrower
constexpr double swatch = 9.0;
constexpr double line = 0.5;
constexpr QRgb ground_of_titles = 0xFFE9EEF5;

double sum_of(const std::vector<double>& widths) {
  return std::accumulate(widths.begin(), widths.end(), 0.0);
}

double widest_word(const QString& text, const PageText& how) {
  double widest = 0.0;
  for (const QString& word : text.split(QLatin1Char(' ')))
    widest = std::max(widest, width_of(word, how));
  return widest;
}

double swatch_of(const Quantified& cell) { return cell.colour ? swatch : 0.0; }

}  // namespace

PageTable::PageTable(const DocumentTable& table) : table_(table) { choose_widths(); }

PageText PageTable::text_of(std::size_t column, bool is_title, bool is_total) const {
  const Style style = style_of(Theme::light);
  return {
      .size = size_,
      .bold = is_title || is_total,
      .align = table_.columns[column].align == Align::right ? Qt::AlignRight : Qt::AlignLeft,
      .colour = style.text};
}

// So that no cell is broken, and of the titles no word.
std::vector<double> PageTable::wanted_widths() const {
  std::vector<double> widths;
  for (std::size_t i = 0; i < table_.columns.size(); ++i) {
    double widest = widest_word(to_text(table_.columns[i].title), text_of(i, true, false));
    const PageText text = text_of(i, false, table_.has_total);
    for (const auto& row : table_.rows)
      if (i < row.size())
        widest = std::max(widest, swatch_of(row[i]) + width_of(to_text(row[i].text), text));
    widths.push_back(std::ceil(widest) + 2.0 * side);
  }
  return widths;
}

// What is left goes to all columns alike; what is too much is taken from the widest.
void PageTable::choose_widths() {
  for (const double size : sizes) {
    size_ = size;
    widths_ = wanted_widths();
    if (sum_of(widths_) <= PageCanvas::width) break;
  }
  if (widths_.empty()) return;
  for (double excess = sum_of(widths_) - PageCanvas::width; excess > 0.0;
       excess = sum_of(widths_) - PageCanvas::width) {
    const auto widest = std::ranges::max_element(widths_);
    if (*widest <= narrowest) break;
    double second = narrowest;
    for (const double& width : widths_)
      if (&width != &*widest) second = std::max(second, width);
    *widest = std::max({*widest - excess, std::min(second, *widest - 1.0), narrowest});
  }
  const double each = (PageCanvas::width - sum_of(widths_)) / static_cast<double>(widths_.size());
  for (double& width : widths_)
    width += each;
}

double PageTable::row_height(std::size_t row) const {
  double height = 0.0;
  const auto& cells = table_.rows[row];
  const bool is_total = table_.has_total && row + 1 == table_.rows.size();
  for (std::size_t i = 0; i < cells.size() && i < widths_.size(); ++i) {
    const double width = std::max(1.0, widths_[i] - 2.0 * side - swatch_of(cells[i]));
    height =
        std::max(height, height_of(to_text(cells[i].text), text_of(i, false, is_total), width));
  }
  return std::min(height + 2.0 * above, PageCanvas::column_height - titles_height());
}

double PageTable::titles_height() const {
  double height = 0.0;
  for (std::size_t i = 0; i < widths_.size(); ++i)
    height = std::max(
        height,
        height_of(
            to_text(table_.columns[i].title), text_of(i, true, false),
            std::max(1.0, widths_[i] - 2.0 * side)));
  return std::min(height + 2.0 * above, PageCanvas::column_height / 2.0);
}

double PageTable::least_height() const {
  constexpr std::size_t together = 2;
  double height = titles_height();
  for (std::size_t row = 0; row < std::min(together, table_.rows.size()); ++row)
    height += row_height(row);
  return std::min(height, PageCanvas::column_height);
}

void PageTable::paint_titles(PageCanvas& canvas) const {
  const double height = titles_height();
  QPainter& painter = canvas.painter();
  painter.fillRect(
      QRectF(PageCanvas::left, canvas.y(), PageCanvas::width, height),
      QColor::fromRgb(ground_of_titles));
  double x = PageCanvas::left;
  for (std::size_t i = 0; i < widths_.size(); ++i) {
    const QString title = to_text(table_.columns[i].title);
    const PageText text = text_of(i, true, false);
    const double width = std::max(1.0, widths_[i] - 2.0 * side);
    const double lower = height - above - height_of(title, text, width);
    paint_text(painter, {x + side, canvas.y() + lower}, width, title, text);
    x += widths_[i];
  }
  canvas.advance(height);
}

void PageTable::paint_row(PageCanvas& canvas, std::size_t row) const {
  const double height = row_height(row);
  const auto& cells = table_.rows[row];
  const bool is_total = table_.has_total && row + 1 == table_.rows.size();
  QPainter& painter = canvas.painter();
  double x = PageCanvas::left;
  for (std::size_t i = 0; i < cells.size() && i < widths_.size(); ++i) {
    const PageText text = text_of(i, false, is_total);
    const double indent = swatch_of(cells[i]);
    if (cells[i].colour) {
      constexpr double box = 6.0;
      const double middle = canvas.y() + above + line_height(text) / 2.0;
      painter.fillRect(
          QRectF(x + side, middle - box / 2.0, box, box), canvas.style().of(*cells[i].colour));
    }
    paint_text(
        painter, {x + side + indent, canvas.y() + above},
        std::max(1.0, widths_[i] - 2.0 * side - indent), to_text(cells[i].text), text);
    x += widths_[i];
  }
  canvas.advance(height);
  painter.setPen(QPen(canvas.style().grid, line));
  painter.drawLine(
      QPointF(PageCanvas::left, canvas.y()),
      QPointF(PageCanvas::left + PageCanvas::width, canvas.y()));
}

void PageTable::paint(PageCanvas& canvas) const {
  if (widths_.empty()) return;
  canvas.need(least_height());
  paint_titles(canvas);
  for (std::size_t row = 0; row < table_.rows.size(); ++row) {
    if (canvas.need(row_height(row))) paint_titles(canvas);
    paint_row(canvas, row);
  }
}

}  // namespace sunfleck::app
