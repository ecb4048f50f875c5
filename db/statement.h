#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/units.h"

namespace sunfleck::db {

// Values into the parameters of a statement, one overload for each kind of column. Texts and bytes
// are not copied: they must live until the statement was executed.
template <std::integral Integer>
void bind(SQLite::Statement& statement, int parameter, Integer value) {
  statement.bind(parameter, static_cast<std::int64_t>(value));
}
inline void bind(SQLite::Statement& statement, int parameter, double value) {
  statement.bind(parameter, value);
}
template <int V, int A, int S>
void bind(SQLite::Statement& statement, int parameter, Quantity<V, A, S> value) {
  statement.bind(parameter, value.si);
}
inline void bind(SQLite::Statement& statement, int parameter, const std::string& value) {
  statement.bindNoCopy(parameter, value);
}
inline void bind(SQLite::Statement& statement, int parameter, const char* value) {
  statement.bindNoCopy(parameter, value);
}
inline void bind(SQLite::Statement& statement, int parameter, std::span<const std::uint8_t> value) {
  // SQLite takes a null pointer for NULL, whatever the size.
  static constexpr std::uint8_t nothing = 0;
  const std::uint8_t* bytes = value.empty() ? &nothing : value.data();
  statement.bindNoCopy(parameter, bytes, static_cast<int>(value.size()));
}
template <class Value>
void bind(SQLite::Statement& statement, int parameter, const std::optional<Value>& value) {
  if (value)
    bind(statement, parameter, *value);
  else
    statement.bind(parameter);
}

// Executes a statement that gives no rows, with all its parameters.
template <class... Values>
void execute(SQLite::Statement& statement, const Values&... values) {
  int parameter = 0;
  statement.reset();
  (bind(statement, ++parameter, values), ...);
  statement.exec();
}

}  // namespace sunfleck::db
