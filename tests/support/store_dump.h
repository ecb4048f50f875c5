#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <string>

// What a query gives, as text: a line a row, columns by '|', blobs in hexadecimal. Read with SQLite
// itself, not with our own store.
inline std::string query_text(const std::string& store, const std::string& sql) {
  sqlite3* raw = nullptr;
  EXPECT_EQ(sqlite3_open_v2(store.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(raw, &sqlite3_close);
  sqlite3_busy_timeout(raw, 30'000);  // the program under test may be writing
  std::string text;
  const auto append_row = [](void* to, int columns, char** values, char**) {
    for (int i = 0; i < columns; ++i)
      *static_cast<std::string*>(to) += std::string(values[i] != nullptr ? values[i] : "") + "|";
    *static_cast<std::string*>(to) += "\n";
    return 0;
  };
  char* message = nullptr;
  EXPECT_EQ(sqlite3_exec(database.get(), sql.c_str(), append_row, &text, &message), SQLITE_OK)
      << message;
  sqlite3_free(message);
  return text;
}
