// Reports as HTML.

#include <set>

#include "app/report/clean_text.h"
#include "app/report/document_forms.h"
#include "app/report/html_style.h"
#include "app/version.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

constexpr std::size_t sections_with_contents = 4;  // and more: a list of them stands at the top

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char letter : clean_text(text)) {
    if (letter == '&')
      safe += "&amp;";
    else if (letter == '<')
      safe += "&lt;";
    else if (letter == '>')
      safe += "&gt;";
    else if (letter == '"')
      safe += "&quot;";
    else
      safe += letter;
  }
  return safe;
}

// Names of places in the page, each used once.
class Anchors {
 public:
  std::string take(std::string_view wanted) {
    const std::string key = clean_key(wanted);
    std::string free = key;
    for (int i = 2; !taken_.insert(free).second; ++i)
      free = join(key, "-", i);
    return free;
  }

 private:
  std::set<std::string> taken_;
};

// The drawing alone, scaled to its column, with what it shows for those who do not see it.
std::string embedded(const std::string& svg, const std::string& label) {
  const std::size_t tag = svg.find("<svg");
  const std::size_t end = svg.find('>', tag);
  const std::size_t box = svg.find("viewBox=\"", tag);
  if (end == std::string::npos || box == std::string::npos || box > end) return {};
  const std::string view = svg.substr(box, svg.find('"', box + 9) + 1 - box);
  return join(
      "<svg ", view, " xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"",
      escaped(label), "\">", svg.substr(end + 1));
}

class HtmlWriter {
 public:
  explicit HtmlWriter(DocumentTheme theme) : theme_(theme) {}

  Result<std::string> page(const Document& document) {
    for (const Section& section : document.sections)
      addresses_.push_back(anchors_.take(section.heading));
    text_ = join(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"",
        scheme(), "\">\n<meta name=\"generator\" content=\"Sunfleck ", program_version,
        "\">\n<title>", escaped(document.title), "</title>\n<style>\n", html_style(theme_),
        "</style>\n</head>\n<body>\n<main>\n<header>\n<h1>", escaped(document.title), "</h1>\n");
    if (!document.summary.empty())
      text_ += join("<p class=\"summary\">", escaped(document.summary), "</p>\n");
    contents(document);
    text_ += "</header>\n";
    for (std::size_t i = 0; i < document.sections.size(); ++i)
      TRY(section(document.sections[i], addresses_[i]));
    text_ += join("<footer>", escaped(document.footer), "</footer>\n</main>\n</body>\n</html>\n");
    return std::move(text_);
  }

  Status operator()(const Paragraph& paragraph) {
    text_ += join("<p>", escaped(paragraph.text), "</p>\n");
    return ok;
  }

  Status operator()(const FactList& list) {
    if (list.facts.empty()) return ok;
    text_ += join("<dl class=\"", list.headline ? "headline" : "facts", "\">\n");
    for (const Fact& fact : list.facts)
      text_ += join(
          "<div><dt>", escaped(fact.label), "</dt><dd>", swatch(fact.value),
          escaped(fact.value.text), "</dd></div>\n");
    text_ += "</dl>\n";
    return ok;
  }

  Status operator()(const DocumentTable& table) {
    text_ += join("<div class=\"wide\"><table id=\"", anchors_.take(table.key), "\">\n");
    if (!table.caption.empty()) text_ += join("<caption>", escaped(table.caption), "</caption>\n");
    text_ += "<thead><tr>";
    for (const DocumentColumn& column : table.columns)
      text_ += join("<th scope=\"col\"", side(column), ">", escaped(column.title), "</th>");
    text_ += "</tr></thead>\n<tbody>\n";
    for (const auto& row : table.rows) {
      text_ += table.has_total && &row == &table.rows.back() ? "<tr class=\"total\">" : "<tr>";
      for (std::size_t i = 0; i < row.size() && i < table.columns.size(); ++i)
        text_ +=
            join("<td", side(table.columns[i]), ">", swatch(row[i]), escaped(row[i].text), "</td>");
      text_ += "</tr>\n";
    }
    text_ += "</tbody>\n</table></div>\n";
    return ok;
  }

  Status operator()(const Figure& figure) {
    const DrawnFigure drawn = TRY(draw(figure, Theme::light));
    if (drawn.svg.empty()) return (*this)(Paragraph{drawn.missing});
    text_ += join(
        "<figure id=\"", anchors_.take(figure.key), "\">\n", embedded(drawn.svg, figure.caption));
    if (!figure.caption.empty())
      text_ += join("<figcaption>", escaped(figure.caption), "</figcaption>\n");
    text_ += "</figure>\n";
    return ok;
  }

 private:
  const char* scheme() const {
    if (theme_ == DocumentTheme::reader) return "light dark";
    return theme_ == DocumentTheme::dark ? "dark" : "light";
  }

  static const char* side(const DocumentColumn& column) {
    return column.align == Align::right ? " class=\"right\"" : "";
  }

  static std::string swatch(const Quantified& cell) {
    if (!cell.colour) return {};
    return join("<i class=\"swatch ", name_of(*cell.colour), "\"></i>");
  }

  void contents(const Document& document) {
    if (document.sections.size() < sections_with_contents) return;
    text_ += "<nav aria-label=\"Contents\">\n";
    for (std::size_t i = 0; i < document.sections.size(); ++i)
      if (!document.sections[i].heading.empty())
        text_ += join(
            "<a href=\"#", addresses_[i], "\">", escaped(document.sections[i].heading), "</a>\n");
    text_ += "</nav>\n";
  }

  Status section(const Section& section, const std::string& address) {
    text_ += join("<section id=\"", address, "\">\n");
    if (!section.heading.empty()) text_ += join("<h2>", escaped(section.heading), "</h2>\n");
    for (const Block& block : section.blocks)
      TRY(std::visit(*this, block));
    text_ += "</section>\n";
    return ok;
  }

  DocumentTheme theme_;
  Anchors anchors_;
  std::vector<std::string> addresses_;  // of the sections
  std::string text_;
};

}  // namespace

Result<std::string> to_html(const Document& document, DocumentTheme theme) {
  return HtmlWriter(theme).page(document);
}

Result<DrawnFigure> draw(const Figure& figure, Theme theme) {
  Chart chart = figure.chart;
  chart.theme = theme;
  Result<std::string> svg = draw_figure(chart, FigureFormat::svg, {});
  if (svg) return DrawnFigure{.svg = std::move(*svg), .missing = {}};
  if (svg.error().code != Errc::unsupported) return std::move(svg).error();
  return DrawnFigure{
      .svg = {},
      .missing = join(
          "Here would stand the figure '", figure.key, "': ", svg.error().text,
          ". Its numbers are in the report as JSON.")};
}

}  // namespace sunfleck::app
