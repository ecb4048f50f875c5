#include "db/chunk_reader.h"

#include <algorithm>
#include <span>
#include <utility>

namespace sunfleck::db {
namespace {

// Nothing of ours is longer: four planes of floats that zstd could not make shorter.
constexpr std::size_t longest_blob = chunk_entries * 4 * sizeof(float);

constexpr const char* select_chunks =
    "SELECT first, count, codec, data FROM chunk"
    " WHERE signal = ? AND level = ? AND first > ? AND first < ? ORDER BY first";

}  // namespace

Result<std::vector<SignalRow>> signals_of(Database& database, std::int64_t run) {
  return rows_of(
      database, run, "SELECT id, id, name, unit, period_ns FROM signal WHERE run = ? ORDER BY id",
      [](Row& row) {
        return SignalRow{
            .id = row.integer<std::int64_t>(),
            .name = row.text(),
            .unit = row.text(),
            .period = RunTime(row.integer<std::int64_t>(1, std::int64_t{1} << 40))};
      });
}

Bucket read_bucket(Row& row, std::uint64_t most_samples) {
  Bucket bucket;
  bucket.count = row.integer<std::uint64_t>(0, most_samples);
  if (bucket.count == 0) return bucket;
  bucket.low = row.real();
  bucket.high = row.real();
  bucket.mean = row.real();
  return bucket;
}

ChunkReader::ChunkReader(Database& database, SignalRow signal, std::size_t level, SampleRange range)
    : database_(database), signal_(std::move(signal)), level_(level), range_(range) {}

Result<std::optional<Chunk>> ChunkReader::next() {
  return database_.attempt("read samples", [&]() -> Result<std::optional<Chunk>> {
    if (!statement_) {
      statement_ = std::make_unique<SQLite::Statement>(database_.connection(), select_chunks);
      statement_->bind(1, signal_.id);
      statement_->bind(2, static_cast<std::int64_t>(level_));
      statement_->bind(
          3, static_cast<std::int64_t>(range_.from) - static_cast<std::int64_t>(chunk_entries));
      statement_->bind(4, static_cast<std::int64_t>(std::min(range_.to, end_of_indexes)));
    }
    if (!statement_->executeStep()) return std::optional<Chunk>();
    Row row(*statement_, join(database_.name(), ": signal ", signal_.name, ", level ", level_));
    const auto first = row.integer<std::uint64_t>(least_, end_of_indexes);
    if (first % chunk_entries != 0) row.damaged(join(first));
    const auto count = row.integer<std::size_t>(1, chunk_entries);
    const std::string codec = row.text();
    const std::vector<std::uint8_t> data = row.blob(longest_blob);
    TRY(row.status());
    Result<Chunk> chunk = decode(level_, count, codec, data);
    if (!chunk)
      return fail(
          Errc::io, database_.name(), ": signal ", signal_.name, ", level ", level_,
          ": the run store is damaged: chunk ", first, ": ", chunk.error().text);
    least_ = first + chunk_entries;
    std::optional<Chunk> found = *std::move(chunk);
    found->first = first;
    return found;
  });
}

}  // namespace sunfleck::db
