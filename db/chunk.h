#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/signal/pyramid.h"

namespace sunfleck::db {

// Entries of a chunk; and the levels of a signal: 0 has samples, an entry of level k stands for
// 16^k.
inline constexpr std::size_t chunk_entries = 16384;
inline constexpr std::size_t signal_levels = 7;
// Above the index of any sample: 2^50 of them are 350 years at 100 kS/s.
inline constexpr std::uint64_t end_of_indexes = std::uint64_t{1} << 50;

// One row of the table `chunk`, with its floats as numbers.
struct Chunk {
  std::size_t level = 0;
  std::uint64_t first = 0;      // index of the first entry
  std::vector<float> samples;   // at level 0
  std::vector<Bucket> buckets;  // at other levels

  std::size_t size() const { return level == 0 ? samples.size() : buckets.size(); }
  Bucket total() const;  // of all samples that it stands for
};

struct EncodedChunk {
  const char* codec = nullptr;
  std::vector<std::uint8_t> data;
};

// Bytes of equal significance side by side, then zstd; raw when that saves nothing. The same chunk
// always gives the same bytes (of one version of zstd).
EncodedChunk encode(const Chunk& chunk);

// The inverse. Nothing about the arguments is trusted: memory is bounded by chunk_entries.
//
//   fails   with what does not fit, in words, when the data are not `count` entries of that level
Result<Chunk> decode(
    std::size_t level, std::size_t count, std::string_view codec,
    std::span<const std::uint8_t> data);

}  // namespace sunfleck::db
