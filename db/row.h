#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "db/database.h"

namespace sunfleck::db {

// The columns of a statement's row, one after the other. The content is not trusted: the first
// column that does not hold what it should makes status() an Error, and reads as zero or empty.
class Row {
 public:
  // `owner`: what the row belongs to, for the error: "<path>: run 3".
  Row(SQLite::Statement& statement, std::string owner)
      : statement_(statement), owner_(std::move(owner)) {}

  // A whole number in [low, high], by default all that `Integer` and SQLite have.
  template <std::integral Integer>
  Integer integer(
      Integer low = std::numeric_limits<Integer>::min(),
      Integer high = std::numeric_limits<Integer>::max()) {
    const SQLite::Column column = next();
    const std::int64_t value = column.getInt64();
    if (column.isInteger() && std::cmp_greater_equal(value, low) &&
        std::cmp_less_equal(value, high))
      return static_cast<Integer>(value);
    damaged(column.isInteger() ? join(value) : std::string("no whole number"));
    return Integer{};
  }
  template <std::integral Integer>
  std::optional<Integer> integer_or_null() {
    if (skip_null()) return std::nullopt;
    return integer<Integer>();
  }
  bool boolean() { return integer<int>(0, 1) == 1; }
  // All 64 bits, as a number without sign.
  std::uint64_t bits() { return static_cast<std::uint64_t>(integer<std::int64_t>()); }
  // Within 146 years, so that the difference of any two is a time.
  RunTime time() {
    constexpr std::int64_t most = std::int64_t{1} << 62;
    return RunTime(integer<std::int64_t>(-most, most));
  }
  double real();
  std::optional<double> real_or_null() {
    if (skip_null()) return std::nullopt;
    return real();
  }
  std::string text();
  std::string text_or_null() { return skip_null() ? std::string() : text(); }
  std::vector<std::uint8_t> blob(std::size_t most);

  // For what the caller finds wrong with the column read last.
  void damaged(const std::string& found);
  Status status() const {
    if (error_) return *error_;
    return ok;
  }

 private:
  SQLite::Column next() { return statement_.getColumn(column_++); }
  bool skip_null();

  SQLite::Statement& statement_;
  std::string owner_;
  int column_ = 0;
  std::optional<Error> error_;
};

// Fails with not_found unless there is such a run.
Status require_run(Database& database, std::int64_t run);

// The rows of a run that `sql` gives, made into values by `read(Row&)`. The statement has one
// parameter, the run; its first column is the row's number, which must grow from row to row, so
// that not even a file whose pages form a ring keeps us reading.
//
//   fails   not_found without such a run; io with the damage
template <class Read>
auto rows_of(Database& database, std::int64_t run, const char* sql, const Read& read)
    -> Result<std::vector<decltype(read(std::declval<Row&>()))>> {
  using Value = decltype(read(std::declval<Row&>()));
  return database.attempt("read a run", [&]() -> Result<std::vector<Value>> {
    TRY(require_run(database, run));
    SQLite::Statement statement(database.connection(), sql);
    statement.bind(1, run);
    std::vector<Value> values;
    std::int64_t least = 0;
    while (statement.executeStep()) {
      Row row(statement, join(database.name(), ": run ", run));
      least = row.integer<std::int64_t>(least, std::int64_t{1} << 62) + 1;
      values.push_back(read(row));
      TRY(row.status());
    }
    return values;
  });
}

}  // namespace sunfleck::db
