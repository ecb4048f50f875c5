#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "db/chunk.h"
#include "db/database.h"
#include "db/row.h"

namespace sunfleck::db {

// A row of the table `signal`.
struct SignalRow {
  std::int64_t id = 0;
  std::string name;
  std::string unit;
  RunTime period{};
};

// Fails with not_found without such a run.
Result<std::vector<SignalRow>> signals_of(Database& database, std::int64_t run);

// From the columns samples, min, max and mean of a chunk, which come next in the row.
Bucket read_bucket(Row& row, std::uint64_t most_samples);

// The chunks of one level of a signal, in order. Each is checked: its place, its size, its data.
class ChunkReader {
 public:
  // Those with entries in [range.from, range.to), counted in entries of the level; whole ones.
  ChunkReader(Database& database, SignalRow signal, std::size_t level, SampleRange range);

  // Nothing after the last.
  Result<std::optional<Chunk>> next();

 private:
  Database& database_;
  SignalRow signal_;
  std::size_t level_;
  SampleRange range_;
  std::uint64_t least_ = 0;  // that the next chunk may begin at
  std::unique_ptr<SQLite::Statement> statement_;
};

}  // namespace sunfleck::db
