#include "db/database.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "db/migrations.h"
#include "tests/db/store_support.h"
#include "tests/support/shared_data.h"

namespace sunfleck::db {
namespace {

void write_file(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// The error of opening `path`; expects that the file and its folder are as they were.
std::string refusal(const TemporaryFolder& folder, const std::string& path) {
  const auto files = [&] {
    const std::filesystem::directory_iterator entries(folder / "");
    return std::distance(begin(entries), end(entries));
  };
  const std::vector<std::uint8_t> bytes = file_bytes(path);
  const auto count = files();
  std::string text = error_text(Database::open(path, Missing::create));
  EXPECT_EQ(file_bytes(path), bytes);
  EXPECT_EQ(files(), count);
  return text;
}

std::string a_foreign_database(const std::string& path, const std::string& pragma) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE bookmark (url TEXT);" + pragma);
  return path;
}

TEST(Database, MakesAStoreWhereThereIsNoneAndWhereAFileIsEmpty) {
  const TemporaryFolder folder;
  write_file(folder / "empty", "");
  for (const std::string& path : {folder / "new", folder / "empty"}) {
    ASSERT_VALUE(database, Database::open(path, Missing::create));
    ASSERT_VALUE(version, database->schema_version());
    EXPECT_EQ(version, newest_schema());
    const auto mode = database->connection().execAndGet("PRAGMA journal_mode");
    EXPECT_EQ(mode.getString(), "wal");
    EXPECT_EQ(database->connection().execAndGet("PRAGMA synchronous").getInt(), 1);  // NORMAL
    EXPECT_EQ(database->connection().execAndGet("PRAGMA foreign_keys").getInt(), 1);
    EXPECT_EQ(
        database->connection().execAndGet("PRAGMA application_id").getInt64(), application_id);
  }
  EXPECT_OK(Database::open(folder / "new", Missing::refuse));
}

TEST(Database, MakesNoStoreWhenNoneIsWanted) {
  const TemporaryFolder folder;
  const std::string path = folder / "none";
  EXPECT_EQ(error_text(Database::open(path, Missing::refuse)), path + ": there is no run store");
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Database, RefusesWhatIsNoStoreOfOursAndLeavesItAlone) {
  const TemporaryFolder folder;
  const std::string text = folder / "notes.txt";
  write_file(text, "not a database at all");
  EXPECT_EQ(refusal(folder, text), text + ": wanted a run store, and this is no SQLite database");
  const std::string foreign = a_foreign_database(folder / "foreign", "");
  EXPECT_EQ(
      refusal(folder, foreign),
      foreign +
          ": wanted a run store, and this SQLite database belongs to another program "
          "(application id 0, not 53464c4b)");
  const std::string package =
      a_foreign_database(folder / "gpkg", "PRAGMA application_id = 1196444487");
  EXPECT_EQ(
      refusal(folder, package),
      package +
          ": wanted a run store, and this SQLite database belongs to another program "
          "(application id 47504b47, not 53464c4b)");
  const std::string cut = folder / "cut";
  write_file(cut, std::string_view("SQLite format 3\0\x10", 17));
  EXPECT_EQ(refusal(folder, cut), cut + ": the run store is damaged: it ends after 17 bytes");
}

TEST(Database, RefusesAStoreOfANewerProgramAndLeavesItAlone) {
  const TemporaryFolder folder;
  const std::string path = folder / "newer";
  {
    ASSERT_VALUE(database, Database::open(path, Missing::create));
    EXPECT_OK(database->execute(join("PRAGMA user_version = ", newest_schema() + 1)));
  }
  EXPECT_EQ(
      refusal(folder, path),
      join(
          path, ": the run store has schema ", newest_schema() + 1,
          ", and this program knows up to ", newest_schema()));
}

TEST(Database, RefusesADamagedStore) {
  const TemporaryFolder folder;
  const std::string path = folder / "damaged";
  { ASSERT_VALUE(database, Database::open(path, Missing::create)); }
  std::vector<std::uint8_t> bytes = file_bytes(path);
  std::fill(bytes.begin() + 100, bytes.begin() + 4096, 0xA5);
  write_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  const std::string text = error_text(Database::open(path, Missing::create));
  EXPECT_TRUE(text.starts_with(path + ": the run store is damaged: cannot ")) << text;
  EXPECT_TRUE(text.ends_with("database disk image is malformed")) << text;
}

TEST(Database, RefusesAStoreWithAnotherSchemaThanItsNumberSays) {
  const TemporaryFolder folder;
  const std::string path = folder / "changed";
  {
    ASSERT_VALUE(database, Database::open(path, Missing::create));
    EXPECT_OK(database->execute("CREATE TABLE my_notes (text TEXT)"));  // no harm
  }
  {
    ASSERT_VALUE(database, Database::open(path, Missing::create));
    EXPECT_OK(database->execute("DROP TABLE edge"));
  }
  EXPECT_EQ(
      error_text(Database::open(path, Missing::create)),
      path + ": the run store is damaged: its table edge is not what it should be");
}

TEST(Database, RefusesTriggersOfOthers) {
  const TemporaryFolder folder;
  const std::string path = folder / "triggered";
  {
    ASSERT_VALUE(database, Database::open(path, Missing::create));
    EXPECT_OK(database->execute("CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM run; END"));
  }
  EXPECT_EQ(
      error_text(Database::open(path, Missing::create)),
      path + ": a run store has no triggers, and this one does");
}

TEST(Database, SaysWhenAFolderOrFileCannotBeUsed) {
  const TemporaryFolder folder;
  const std::string nowhere = folder / "no/such/folder/runs.sqlite";
  EXPECT_EQ(
      error_text(Database::open(nowhere, Missing::create)),
      nowhere +
          ": cannot open the run store for writing: unable to open database file; its folder "
          "must exist and be writable");
  EXPECT_EQ(
      error_text(Database::open(folder / "", Missing::create)),
      (folder / "") + ": wanted a run store, and this is no file");
  write_file(folder / "file", "x");
  const std::string below = folder / "file/runs.sqlite";
  EXPECT_EQ(
      error_text(Database::open(below, Missing::create)),
      below +
          ": cannot open the run store for writing: unable to open database file; its folder "
          "must exist and be writable");
  EXPECT_EQ(
      error_text(Database::open("", Missing::create)), "run store: wanted a path and got none");
  if (::geteuid() == 0) return;  // whom no permission stops
  std::filesystem::permissions(
      folder / "", std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_EQ(
      error_text(Database::open(folder / "new", Missing::create)),
      (folder / "new") +
          ": cannot open the run store for writing: unable to open database file; its "
          "folder must exist and be writable");
  std::filesystem::permissions(folder / "", std::filesystem::perms::owner_all);
}

TEST(Database, IsMadeOnceWhenSeveralProgramsMakeItAtTheSameTime) {
  const TemporaryFolder folder;
  const std::string path = folder / "race";
  std::vector<std::string> errors(4);
  {
    std::vector<std::jthread> programs;
    programs.reserve(errors.size());
    for (std::string& error : errors)
      programs.emplace_back([&] { error = error_text(Database::open(path, Missing::create)); });
  }
  for (const std::string& error : errors)
    EXPECT_EQ(error, "no error");
}

TEST(Database, TakesAMigrationBackThatFailedHalfWay) {
  const TemporaryFolder folder;
  const std::string path = folder / "half";
  ASSERT_VALUE(database, Database::open(path, Missing::create));
  const Status failed = database->transact("try", [&]() -> Status {
    database->connection().exec("CREATE TABLE half (x)");
    database->connection().exec("CREATE TABLE run (x)");
    return ok;
  });
  EXPECT_EQ(error_text(failed), path + ": cannot try: table run already exists");
  EXPECT_FALSE(database->connection().tableExists("half"));
}

}  // namespace
}  // namespace sunfleck::db
