#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "db/database.h"
#include "tests/db/store_support.h"

namespace sunfleck::db {
namespace {

using Schema = std::map<std::string, std::vector<std::string>>;

// What stands between pairs of backticks.
std::vector<std::string> quoted_words(const std::string& text) {
  std::vector<std::string> words;
  std::size_t open = text.find('`');
  while (open != std::string::npos) {
    const std::size_t close = text.find('`', open + 1);
    words.push_back(text.substr(open + 1, close - open - 1));
    open = text.find('`', close + 1);
  }
  return words;
}

// Rows "| `table` | text with `columns` |" of the README.
Schema documented() {
  Schema schema;
  std::ifstream readme("db/README.md");
  for (std::string line; std::getline(readme, line);) {
    if (!line.starts_with("| `")) continue;
    std::vector<std::string> words = quoted_words(line);
    const std::string table = words.front();
    words.erase(words.begin());
    schema[table] = words;
  }
  return schema;
}

Schema actual(SQLite::Database& database) {
  Schema schema;
  SQLite::Statement statement(
      database,
      "SELECT object.name, info.name FROM sqlite_master AS object"
      " JOIN pragma_table_info(object.name) AS info"
      " WHERE object.type IN ('table', 'view') AND object.name NOT LIKE 'sqlite_%'"
      " ORDER BY object.name, info.cid");
  while (statement.executeStep())
    schema[statement.getColumn(0).getString()].push_back(statement.getColumn(1).getString());
  return schema;
}

TEST(SchemaDocument, NamesEveryTableAndColumnInOrder) {
  const TemporaryFolder folder;
  ASSERT_VALUE(database, Database::open(folder / "store", Missing::create));
  const Schema wanted = actual(database->connection());
  EXPECT_GE(wanted.size(), 12U);
  EXPECT_EQ(documented(), wanted);
}

TEST(SchemaDocument, IsOfStrictTables) {
  const TemporaryFolder folder;
  ASSERT_VALUE(database, Database::open(folder / "store", Missing::create));
  SQLite::Statement statement(
      database->connection(),
      "SELECT name, strict FROM pragma_table_list WHERE type = 'table'"
      " AND schema = 'main' AND name NOT LIKE 'sqlite_%'");
  int tables = 0;
  for (; statement.executeStep(); ++tables)
    EXPECT_EQ(statement.getColumn(1).getInt(), 1) << statement.getColumn(0).getString();
  EXPECT_EQ(tables, 17);
}

}  // namespace
}  // namespace sunfleck::db
