#include <gtest/gtest.h>

#include "db/database.h"
#include "db/migrations.h"
#include "db/run_store.h"
#include "tests/db/store_support.h"

namespace sunfleck::db {
namespace {

std::vector<std::string> texts(SQLite::Database& database, const std::string& query) {
  std::vector<std::string> found;
  SQLite::Statement statement(database, query);
  while (statement.executeStep())
    found.push_back(statement.getColumn(0).getString());
  return found;
}

// A store as a program of schema `version` left it, with those columns of `newest` that it knew.
void make_old_store(const std::string& path, const std::string& newest, int version) {
  SQLite::Database old(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  for (int step = 0; step < version; ++step)
    old.exec(schema_step(step));
  old.exec(join("ATTACH '", newest, "' AS newest"));
  const std::string names =
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
  for (const std::string& table : texts(old, names)) {
    std::string columns;
    for (const std::string& column :
         texts(old, join("SELECT name FROM pragma_table_info('", table, "')")))
      columns += (columns.empty() ? "" : ", ") + column;
    old.exec(join(
        "INSERT INTO main.", table, " (", columns, ") SELECT ", columns, " FROM newest.", table));
  }
  old.exec(join("PRAGMA application_id = ", application_id));
  old.exec(join("PRAGMA user_version = ", version));
}

class OldStore : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    EXPECT_OK(write_run(newest, "run", a_recording(50'000, 20)));
    make_old_store(old, newest, GetParam());
  }

  const TemporaryFolder folder;
  const std::string newest = folder / "newest.sqlite";
  const std::string old = folder / "old.sqlite";
};

TEST_P(OldStore, IsReadLikeANewOneAfterItsMigration) {
  ASSERT_VALUE(migrated, RunStore::open(old, Missing::refuse));
  ASSERT_VALUE(reference, RunStore::open(newest, Missing::refuse));
  ASSERT_VALUE(summary, migrated.find("run"));
  EXPECT_EQ(summary.status, RunStatus::finished);
  EXPECT_EQ(summary.identity.seed, a_start("").identity.seed);

  ASSERT_VALUE(got, migrated.attribution(1));
  ASSERT_VALUE(wanted, reference.attribution(1));
  ASSERT_EQ(got.shares.size(), wanted.shares.size());
  EXPECT_EQ(got.shares.back().energy, wanted.shares.back().energy);
  EXPECT_EQ(got.total, wanted.total);

  // What its program did not know is absent, or the default that its columns have.
  EXPECT_TRUE(got.by_inference.empty());
  EXPECT_TRUE(got.by_power_cycle.empty());
  ASSERT_VALUE(clock, migrated.board_clock(1));
  EXPECT_FALSE(clock.has_value());
  ASSERT_VALUE(timeline, migrated.timeline(1));
  EXPECT_TRUE(timeline.spans.empty());
  EXPECT_EQ(timeline.power_cycles.size(), 2U);
  EXPECT_EQ(timeline.refused.spans, 0U);
  EXPECT_EQ(timeline.set_aside, 0U);
  ASSERT_VALUE(layers, migrated.layers(1));
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_EQ(layers[0].counts.macs, 86400U);
  EXPECT_EQ(layers[0].counts.kernel.inner_calls, 0U);
  EXPECT_EQ(layers[0].counts.tiles_per_commit, 1U);
  EXPECT_EQ(layers[0].counts.activation_bits, 8U);
  EXPECT_EQ(layers[0].counts.weight_bits, 0U);

  // Without stored sums, energies are made of the samples, and are the same.
  ASSERT_VALUE(energy, migrated.rail_energy(1, RunTime(77), RunTime(450'000'003)));
  ASSERT_VALUE(summed, reference.rail_energy(1, RunTime(77), RunTime(450'000'003)));
  EXPECT_EQ(energy.energy, summed.energy);
  EXPECT_EQ(energy.charge, summed.charge);
}

TEST_P(OldStore, TakesNewRunsBesideTheOldOnes) {
  ASSERT_VALUE(id, write_run(old, "second", a_recording(50'000, 20)));
  ASSERT_VALUE(store, RunStore::open(old));
  ASSERT_VALUE(parts, store.attribution(id));
  EXPECT_EQ(parts.by_inference.size(), an_analysis().attribution.by_inference.size());
  ASSERT_VALUE(runs, store.runs());
  EXPECT_EQ(runs.size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Schema, OldStore, testing::Values(2, 3), [](const auto& tested) {
  return "OfVersion" + std::to_string(tested.param);
});

}  // namespace
}  // namespace sunfleck::db
