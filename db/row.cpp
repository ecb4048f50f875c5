#include "db/row.h"

#include <cmath>

namespace sunfleck::db {

double Row::real() {
  const SQLite::Column column = next();
  const double value = column.getDouble();
  if (column.isFloat() && std::isfinite(value)) return value;
  damaged("no finite number");
  return 0.0;
}

std::string Row::text() {
  const SQLite::Column column = next();
  if (column.isText()) return column.getString();
  damaged("no text");
  return {};
}

std::vector<std::uint8_t> Row::blob(std::size_t most) {
  const SQLite::Column column = next();
  if (!column.isBlob()) {
    damaged("no bytes");
    return {};
  }
  const auto* bytes = static_cast<const std::uint8_t*>(column.getBlob());
  const auto size = static_cast<std::size_t>(column.getBytes());
  if (size <= most) return {bytes, bytes + size};
  damaged(join(size, " bytes long"));
  return {};
}

void Row::damaged(const std::string& found) {
  constexpr std::size_t longest = 60;  // of what a stranger may have written there
  if (error_) return;
  error_ = fail(
      Errc::io, owner_, ": the run store is damaged: ", statement_.getColumnName(column_ - 1),
      " is ", found.substr(0, longest));
}

bool Row::skip_null() {
  if (!statement_.isColumnNull(column_)) return false;
  ++column_;
  return true;
}

Status require_run(Database& database, std::int64_t run) {
  SQLite::Statement statement(database.connection(), "SELECT 1 FROM run WHERE id = ?");
  statement.bind(1, run);
  if (!statement.executeStep())
    return fail(Errc::not_found, database.name(), ": there is no run ", run);
  return ok;
}

}  // namespace sunfleck::db
