// Reports as Markdown.

#include <array>
#include <set>

#include "app/report/clean_text.h"
#include "app/report/document_forms.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

// Letters that mean something in Markdown get a backslash, so that every text stands as it is.
// Source: GitHub Flavored Markdown, 2.4 (any ASCII punctuation may be escaped).
std::string escaped(std::string_view text) {
  constexpr std::string_view meaning = "\\`*_{}[]<>()#|~&!";
  std::string safe;
  for (const char letter : clean_text(text)) {
    if (meaning.find(letter) != std::string_view::npos) safe += '\\';
    safe += letter;
  }
  // At the beginning of a line "-", "+" and "1." begin a list.
  if (!safe.empty() && (safe.front() == '-' || safe.front() == '+')) safe.insert(0, "\\");
  const std::size_t digits = safe.find_first_not_of("0123456789");
  if (digits != 0 && digits != std::string::npos && safe[digits] == '.') safe.insert(digits, "\\");
  return safe;
}

void append_row(std::string& to, const std::vector<std::string>& cells) {
  for (const std::string& cell : cells)
    to += "| " + cell + " ";
  to += "|\n";
}

class MarkdownWriter {
 public:
  MarkdownWriter(std::string folder, Theme theme) : folder_(std::move(folder)), theme_(theme) {}

  Result<std::vector<DocumentFile>> files(const Document& document) {
    text_ = join("# ", escaped(document.title), "\n");
    paragraph(document.summary);
    for (const Section& section : document.sections) {
      if (!section.heading.empty()) text_ += join("\n## ", escaped(section.heading), "\n");
      for (const Block& block : section.blocks)
        TRY(std::visit(*this, block));
    }
    if (!document.footer.empty()) text_ += join("\n---\n\n", escaped(document.footer), "\n");
    files_.insert(files_.begin(), {{}, std::move(text_)});
    return std::move(files_);
  }

  Status operator()(const Paragraph& block) {
    paragraph(block.text);
    return ok;
  }

  Status operator()(const FactList& list) {
    if (list.facts.empty()) return ok;
    text_ += "\n|  |  |\n| --- | ---: |\n";
    for (const Fact& fact : list.facts)
      append_row(text_, {escaped(fact.label), escaped(fact.value.text)});
    return ok;
  }

  Status operator()(const DocumentTable& table) {
    paragraph(table.caption);
    std::vector<std::string> cells;
    std::vector<std::string> rules;
    for (const DocumentColumn& column : table.columns) {
      cells.push_back(escaped(column.title));
      rules.emplace_back(column.align == Align::right ? "---:" : "---");
    }
    text_ += "\n";
    append_row(text_, cells);
    append_row(text_, rules);
    for (const auto& row : table.rows) {
      const bool is_total = table.has_total && &row == &table.rows.back();
      cells.clear();
      for (std::size_t i = 0; i < row.size() && i < table.columns.size(); ++i)
        cells.push_back(
            is_total && !row[i].text.empty() ? "**" + escaped(row[i].text) + "**"
                                             : escaped(row[i].text));
      append_row(text_, cells);
    }
    return ok;
  }

  Status operator()(const Figure& figure) {
    DrawnFigure drawn = TRY(draw(figure, theme_));
    if (drawn.svg.empty()) {
      paragraph(drawn.missing);
      return ok;
    }
    const std::string name = file_name(figure.key);
    const std::string caption = escaped(figure.caption);
    text_ += join("\n![", caption, "](<", address_of(folder_), "/", name, ">)\n");
    paragraph(figure.caption);
    files_.push_back({"_files/" + name, std::move(drawn.svg)});
    return ok;
  }

 private:
  void paragraph(const std::string& text) {
    if (!text.empty()) text_ += join("\n", escaped(text), "\n");
  }

  std::string file_name(const std::string& key) {
    const std::string clean = clean_key(key);
    std::string name = clean + ".svg";
    for (int i = 2; !names_.insert(name).second; ++i)
      name = join(clean, "-", i, ".svg");
    return name;
  }

  // Between pointed brackets a name may have spaces, but not those.
  static std::string address_of(std::string_view folder) {
    std::string address;
    for (const char letter : clean_text(folder)) {
      if (letter == '<' || letter == '>' || letter == '\\') address += '\\';
      address += letter;
    }
    return address;
  }

  std::string folder_;
  Theme theme_;
  std::string text_;
  std::set<std::string> names_;
  std::vector<DocumentFile> files_;
};

}  // namespace

Result<std::vector<DocumentFile>> to_markdown(
    const Document& document, const std::string& folder, DocumentTheme theme) {
  return MarkdownWriter(folder, theme == DocumentTheme::dark ? Theme::dark : Theme::light)
      .files(document);
}

}  // namespace sunfleck::app
