#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/render/figure.h"
#include "app/report/document.h"
#include "app/report/write_document.h"
#include "core/base/result.h"

namespace sunfleck::app {

// A file of a report: its bytes and, after the report's own name, what its name has. Empty: the
// report itself; ".layers.csv" a table beside report.csv; "_files/timeline.svg" in a folder.
struct DocumentFile {
  std::string suffix;
  std::string bytes;
};

// One page without anything outside it: figures are drawings in it, in colours that follow the
// theme. Where this build has no figures, a sentence stands in their place.
Result<std::string> to_html(const Document& document, DocumentTheme theme);

// GitHub's Markdown, and the figures as SVG files beside it.
//
//   folder   of the figures, as the text refers to it
Result<std::vector<DocumentFile>> to_markdown(
    const Document& document, const std::string& folder, DocumentTheme theme);

// A file of the facts and one of each table, each with a line of keys and then values in SI units:
// what pandas.read_csv() takes as it is.
std::vector<DocumentFile> to_csv(const Document& document);

// All that is shown, by key, and the document's data.
nlohmann::json to_json(const Document& document);

// A figure's SVG text; a sentence in place of it where this build has no figures.
struct DrawnFigure {
  std::string svg;      // empty: not drawn
  std::string missing;  // why
};
Result<DrawnFigure> draw(const Figure& figure, Theme theme);

}  // namespace sunfleck::app
