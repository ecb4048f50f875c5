#include "app/table.h"

#include <algorithm>
#include <cassert>

namespace sunfleck::app {
namespace {

// Characters, not bytes, of UTF-8 text.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(const std::string& text, std::size_t width, Align align) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return align == Align::left ? text + space : space + text;
}

void append_line(
    std::string& to, const std::vector<TableColumn>& columns,
    const std::vector<std::size_t>& widths, const std::vector<std::string>& cells) {
  std::string line = " ";
  for (std::size_t i = 0; i < columns.size(); ++i)
    line += " " + padded(cells[i], widths[i], columns[i].align) + " ";
  line.erase(line.find_last_not_of(' ') + 1);
  to += line + "\n";
}

}  // namespace

std::string table_text(
    const std::vector<TableColumn>& columns, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (const TableColumn& column : columns) {
    titles.push_back(column.title);
    widths.push_back(width_of(column.title));
  }
  for (const auto& row : rows) {
    assert(row.size() == columns.size());
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  append_line(text, columns, widths, titles);
  std::size_t rule = 0;
  for (const std::size_t width : widths)
    rule += width + 2;
  text += "  " + std::string(rule - 2, '-') + "\n";
  for (const auto& row : rows)
    append_line(text, columns, widths, row);
  return text;
}

}  // namespace sunfleck::app
