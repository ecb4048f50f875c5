#include "db/database.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <span>
#include <system_error>

#include "db/migrations.h"

namespace sunfleck::db {
namespace {

constexpr int busy_timeout_ms = 10'000;
// More than the longest blob or text of ours; a damaged file must not make us allocate more.
constexpr int longest_value = 64 << 20;

// The header of an SQLite file. Source: "Database File Format", section 1.3, sqlite.org.
constexpr std::string_view magic("SQLite format 3\0", 16);
constexpr std::size_t header_size = 100;
constexpr std::size_t write_version_at = 18;
constexpr std::size_t read_version_at = 19;
constexpr std::size_t user_version_at = 60;
constexpr std::size_t application_id_at = 68;

std::uint32_t big_endian(std::span<const char> bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  return value;
}

std::string hexadecimal(std::uint32_t value) {
  std::array<char, 8> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return {digits.data(), end.ptr};
}

// Whether a file with this beginning is a run store that this program may open.
Status check_header(const std::string& path, std::span<const char> header) {
  const std::string_view text(header.data(), header.size());
  if (!text.starts_with(magic))
    return fail(Errc::protocol, path, ": wanted a run store, and this is no SQLite database");
  if (header.size() < header_size)
    return fail(
        Errc::io, path, ": the run store is damaged: it ends after ", header.size(), " bytes");
  const std::uint32_t owner = big_endian(header, application_id_at);
  if (owner != application_id)
    return fail(
        Errc::unsupported, path,
        ": wanted a run store, and this SQLite database belongs to another program (application "
        "id ",
        hexadecimal(owner), ", not ", hexadecimal(application_id), ")");
  const std::uint32_t schema = big_endian(header, user_version_at);
  if (schema > static_cast<std::uint32_t>(newest_schema()))
    return fail(
        Errc::unsupported, path, ": the run store has schema ", schema,
        ", and this program knows up to ", newest_schema());
  return ok;
}

// What is at the path, found out by reading alone.
enum class Place { vacant, store };

Result<Place> look_at(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return Place::vacant;
  if (status.type() == std::filesystem::file_type::none)
    return fail(Errc::io, path, ": cannot open the run store: ", error.message());
  if (status.type() != std::filesystem::file_type::regular)
    return fail(Errc::io, path, ": wanted a run store, and this is no file");
  std::ifstream file(path, std::ios::binary);
  std::array<char, header_size> header{};
  if (!file) return fail(Errc::io, path, ": cannot open the run store for reading");
  file.read(header.data(), header.size());
  const auto size = static_cast<std::size_t>(file.gcount());
  if (size == 0) return Place::vacant;
  TRY(check_header(path, std::span<const char>(header).first(size)));
  return Place::store;
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Missing missing) {
  if (path.empty()) return fail(Errc::invalid_argument, "run store: wanted a path and got none");
  const Place place = TRY(look_at(path));
  if (place == Place::vacant && missing == Missing::refuse)
    return fail(Errc::not_found, path, ": there is no run store");
  std::unique_ptr<Database> database = TRY(connect(path));
  TRY(database->become_store(place == Place::vacant));
  return database;
}

Status Database::become_store(bool is_new) {
  TRY(prepare());
  // First of all and alone, so that from now on the file is known as ours whatever happens.
  if (is_new) TRY(execute(join("PRAGMA application_id = ", application_id)));
  TRY(use_write_ahead_log());
  TRY(migrate(*this));
  return check_schema(*this);
}

Result<std::unique_ptr<Database>> Database::connect(const std::string& path) {
  try {
    // An absolute path, because SQLite takes names like ":memory:" for something else.
    return std::unique_ptr<Database>(new Database(
        std::make_unique<SQLite::Database>(
            std::filesystem::absolute(path).string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
            busy_timeout_ms),
        path));
  } catch (const SQLite::Exception& exception) {
    return fail(
        Errc::io, path, ": cannot open the run store for writing: ", exception.what(),
        "; its folder must exist and be writable");
  }
}

Result<std::unique_ptr<Database>> Database::from_bytes(
    std::vector<std::uint8_t> bytes, std::string name) {
  const std::span<const std::uint8_t> header =
      std::span(bytes).first(std::min(bytes.size(), header_size));
  TRY(check_header(name, std::string(header.begin(), header.end())));
  // Memory has no write-ahead log; the header must not ask for one.
  for (const std::size_t at : {write_version_at, read_version_at})
    bytes[at] = 1;
  std::unique_ptr<Database> database(new Database(
      std::make_unique<SQLite::Database>(":memory:", SQLite::OPEN_READWRITE), std::move(name)));
  database->bytes_ = std::move(bytes);
  const auto size = static_cast<sqlite3_int64>(database->bytes_.size());
  const int code = sqlite3_deserialize(
      database->connection_->getHandle(), "main", database->bytes_.data(), size, size,
      SQLITE_DESERIALIZE_READONLY);
  if (code != SQLITE_OK)
    return fail(Errc::io, database->name_, ": cannot read the run store: ", sqlite3_errstr(code));
  TRY(database->prepare());
  TRY(migrate(*database));
  TRY(check_schema(*database));
  return database;
}

// What every connection needs, before the first statement that looks into the file.
Status Database::prepare() {
  sqlite3* handle = connection_->getHandle();
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, longest_value);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return execute(
      "PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL;");
}

Status Database::use_write_ahead_log() {
  return attempt("switch to write-ahead logging", [&]() -> Status {
    const std::string mode = connection_->execAndGet("PRAGMA journal_mode = WAL").getString();
    if (mode != "wal")
      return fail(
          Errc::io, name_, ": wanted write-ahead logging, and this file system gives '", mode, "'");
    return ok;
  });
}

Status Database::execute(const std::string& sql) {
  return attempt("execute", [&]() -> Status {
    connection_->exec(sql);
    return ok;
  });
}

Result<int> Database::schema_version() {
  return attempt("read the schema version", [&]() -> Result<int> {
    return connection_->execAndGet("PRAGMA user_version").getInt();
  });
}

Error Database::error(std::string_view what, const SQLite::Exception& exception) const {
  const int code = exception.getErrorCode();
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
    return fail(
        Errc::io, name_, ": the run store is damaged: cannot ", what, ": ", exception.what());
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
    return fail(
        Errc::timeout, name_, ": cannot ", what, ": another program is writing to the store");
  const std::string_view hint =
      code == SQLITE_CANTOPEN ? "; its folder must exist and be writable" : "";
  return fail(Errc::io, name_, ": cannot ", what, ": ", exception.what(), hint);
}

}  // namespace sunfleck::db
