#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "db/missing.h"

namespace sunfleck::db {

// One open SQLite file that is a run store of the newest schema. Exceptions of SQLiteCpp end here.
class Database {
 public:
  // Opens a run store, brings it to the newest schema and to write-ahead logging. A path without a
  // file, or with an empty one, becomes a new store unless `missing` refuses that.
  //
  //   fails   not_found          there is none, and none was wanted
  //           io                 the file or its folder cannot be read or written, or is damaged
  //           protocol           the file is no SQLite database
  //           unsupported        it is a database of another program, or of a newer one of ours
  // A file that is refused was only read: nothing is written before it is known to be ours.
  static Result<std::unique_ptr<Database>> open(const std::string& path, Missing missing);

  // A store in memory, made of a file's bytes; changes to it are lost. `name` stands in errors.
  static Result<std::unique_ptr<Database>> from_bytes(
      std::vector<std::uint8_t> bytes, std::string name);

  SQLite::Database& connection() { return *connection_; }
  const std::string& name() const { return name_; }

  // Runs `action`, which returns a Result, and turns an exception of SQLiteCpp into its Error:
  // "<name>: <what>: <the exception's text>".
  template <class Action>
  auto attempt(std::string_view what, const Action& action) -> decltype(action()) {
    try {
      return action();
    } catch (const SQLite::Exception& exception) {
      return error(what, exception);
    }
  }
  // The same inside one transaction, which is rolled back unless all of it succeeded. It takes the
  // right to write at once, so that it cannot fail half way for want of it.
  template <class Action>
  auto transact(std::string_view what, const Action& action) -> decltype(action()) {
    return attempt(what, [&]() -> decltype(action()) {
      SQLite::Transaction transaction(*connection_, SQLite::TransactionBehavior::IMMEDIATE);
      auto result = action();
      if (result) transaction.commit();
      return result;
    });
  }

  Status execute(const std::string& sql);
  Result<int> schema_version();

 private:
  Database(std::unique_ptr<SQLite::Database> connection, std::string name)
      : connection_(std::move(connection)), name_(std::move(name)) {}
  static Result<std::unique_ptr<Database>> connect(const std::string& path);
  Status become_store(bool is_new);
  Status prepare();
  Status use_write_ahead_log();
  Error error(std::string_view what, const SQLite::Exception& exception) const;

  std::vector<std::uint8_t> bytes_;  // of a store in memory; outlives the connection
  std::unique_ptr<SQLite::Database> connection_;
  std::string name_;
};

}  // namespace sunfleck::db
