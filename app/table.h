#pragma once

#include <string>
#include <vector>

namespace sunfleck::app {

enum class Align { left, right };

struct TableColumn {
  std::string title;
  Align align = Align::right;
};

// Aligned text: a line of titles, a rule, a line a row. Every row has a cell for every column.
std::string table_text(
    const std::vector<TableColumn>& columns, const std::vector<std::vector<std::string>>& rows);

}  // namespace sunfleck::app
