#pragma once

#include "app/render/page_canvas.h"
#include "app/report/document.h"

namespace sunfleck::app {

// A table on a page: over its whole width, with columns as wide as what they hold. Where that is
// too much, letters get smaller and texts are broken.
class PageTable {
 public:
  explicit PageTable(const DocumentTable& table);

  // Of the titles and the first rows: what must stand together.
  double least_height() const;
  void paint(PageCanvas& canvas) const;

 private:
  void choose_widths();
  std::vector<double> wanted_widths() const;
  PageText text_of(std::size_t column, bool is_title, bool is_total) const;
  double row_height(std::size_t row) const;
  double titles_height() const;
  void paint_titles(PageCanvas& canvas) const;
  void paint_row(PageCanvas& canvas, std::size_t row) const;

  const DocumentTable& table_;
  double size_ = 0.0;
  std::vector<double> widths_;  // [columns]
};

}  // namespace sunfleck::app
