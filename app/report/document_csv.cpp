// Reports as comma-separated values.

#include <algorithm>

#include "app/report/clean_text.h"
#include "app/report/document_forms.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

// Source: RFC 4180.
std::string csv_cell(std::string_view text) {
  const std::string clean = clean_text(text);
  if (clean.find_first_of(",\"") == std::string::npos) return clean;
  std::string quoted = "\"";
  for (const char letter : clean) {
    if (letter == '"') quoted += '"';
    quoted += letter;
  }
  return quoted + "\"";
}

std::string number(const std::optional<double>& value) { return value ? join(*value) : ""; }

void append_line(std::string& to, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i)
    to += (i == 0 ? "" : ",") + cells[i];
  to += "\n";
}

void append_facts(std::string& to, const FactList& list) {
  for (const Fact& fact : list.facts)
    append_line(
        to,
        {csv_cell(fact.key), csv_cell(fact.label), number(fact.value.value),
         number(fact.value.deviation), csv_cell(fact.value.text)});
}

// A column of deviations stands behind each column that has one.
std::string table_csv(const DocumentTable& table) {
  std::vector<bool> deviates(table.columns.size());
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < row.size() && i < deviates.size(); ++i)
      deviates[i] = deviates[i] || row[i].deviation;
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    cells.push_back(csv_cell(table.columns[i].key));
    if (deviates[i]) cells.push_back(csv_cell(table.columns[i].key + "_deviation"));
  }
  std::string text;
  append_line(text, cells);
  for (const auto& row : table.rows) {
    cells.clear();
    for (std::size_t i = 0; i < row.size() && i < deviates.size(); ++i) {
      cells.push_back(row[i].value ? number(row[i].value) : csv_cell(row[i].text));
      if (deviates[i]) cells.push_back(number(row[i].deviation));
    }
    append_line(text, cells);
  }
  return text;
}

}  // namespace

std::vector<DocumentFile> to_csv(const Document& document) {
  std::vector<DocumentFile> files(1);
  std::string& facts = files.front().bytes;
  append_line(facts, {"key", "label", "value", "deviation", "text"});
  append_line(facts, {"title", "Title", "", "", csv_cell(document.title)});
  append_line(facts, {"summary", "Summary", "", "", csv_cell(document.summary)});
  append_line(facts, {"footer", "Identity", "", "", csv_cell(document.footer)});
  std::vector<DocumentFile> tables;
  for (const Section& section : document.sections) {
    for (const Block& block : section.blocks) {
      if (const auto* list = std::get_if<FactList>(&block)) append_facts(facts, *list);
      if (const auto* table = std::get_if<DocumentTable>(&block))
        tables.push_back({"." + clean_key(table->key) + ".csv", table_csv(*table)});
    }
  }
  std::ranges::move(tables, std::back_inserter(files));
  return files;
}

}  // namespace sunfleck::app
