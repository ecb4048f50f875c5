#include "db/signal_ladder.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

namespace sunfleck::db {

std::vector<Chunk> SignalLadder::append(std::uint64_t first, std::span<const float> samples) {
  assert(first >= end_);
  std::vector<Chunk> full;
  if (!samples.empty()) end_ = first + samples.size();
  while (!samples.empty()) {
    // No piece reaches over the end of an entry, or of a chunk.
    const std::size_t piece =
        std::min<std::size_t>(samples.size(), Pyramid::fan - first % Pyramid::fan);
    put_samples(first, samples.first(piece), full);
    samples = samples.subspan(piece);
    first += piece;
  }
  return full;
}

std::vector<Chunk> SignalLadder::unfinished() const {
  SignalLadder copy = *this;
  std::vector<Chunk> chunks;
  for (std::size_t level = 0; level < signal_levels; ++level) {
    if (level > 0) copy.close_entry(level, chunks);
    copy.hand_over(level, chunks);
  }
  return chunks;
}

void SignalLadder::Sum::add(std::span<const float> samples) {
  for (const float sample : samples) {
    if (!std::isfinite(sample)) continue;
    bucket.low = bucket.count == 0 ? sample : std::min<double>(bucket.low, sample);
    bucket.high = bucket.count == 0 ? sample : std::max<double>(bucket.high, sample);
    sum += sample;
    ++bucket.count;
  }
  if (bucket.count > 0) bucket.mean = sum / static_cast<double>(bucket.count);
}

void SignalLadder::put_samples(
    std::uint64_t first, std::span<const float> samples, std::vector<Chunk>& full) {
  make_room(0, first, full);
  std::vector<float>& stored = levels_[0].chunk.samples;
  stored.insert(stored.end(), samples.begin(), samples.end());
  if (stored.size() == chunk_entries) hand_over(0, full);

  Level& finest = levels_[1];
  const std::uint64_t entry = first / Pyramid::fan;
  if (finest.open && *finest.open != entry) close_entry(1, full);
  finest.open = entry;
  finest_.add(samples);
  if ((first + samples.size()) % Pyramid::fan == 0) close_entry(1, full);
}

void SignalLadder::put_entry(
    std::size_t level, std::uint64_t index, const Bucket& bucket, std::vector<Chunk>& full) {
  make_room(level, index, full);
  std::vector<Bucket>& buckets = levels_[level].chunk.buckets;
  buckets.push_back(bucket);
  if (buckets.size() == chunk_entries) hand_over(level, full);
  if (level + 1 < signal_levels) add_below(level + 1, index, bucket, full);
}

// Entry `index` of the level below is done; level > 1.
void SignalLadder::add_below(
    std::size_t level, std::uint64_t index, const Bucket& bucket, std::vector<Chunk>& full) {
  Level& here = levels_[level];
  const std::uint64_t entry = index / Pyramid::fan;
  if (here.open && *here.open != entry) close_entry(level, full);
  here.bucket = here.open ? combined(here.bucket, bucket) : bucket;
  here.open = entry;
  if (index % Pyramid::fan == Pyramid::fan - 1) close_entry(level, full);
}

void SignalLadder::close_entry(std::size_t level, std::vector<Chunk>& full) {
  Level& here = levels_[level];
  if (!here.open) return;
  const std::uint64_t index = *here.open;
  here.open.reset();
  put_entry(level, index, level == 1 ? std::exchange(finest_, {}).bucket : here.bucket, full);
}

// Makes `index` the next entry of the level's chunk; what was skipped is missing.
void SignalLadder::make_room(std::size_t level, std::uint64_t index, std::vector<Chunk>& full) {
  Chunk& chunk = levels_[level].chunk;
  const std::uint64_t first = index - index % chunk_entries;
  if (chunk.first != first) hand_over(level, full);
  chunk.level = level;
  chunk.first = first;
  if (level == 0)
    chunk.samples.resize(index - first, std::numeric_limits<float>::quiet_NaN());
  else
    chunk.buckets.resize(index - first);
}

void SignalLadder::hand_over(std::size_t level, std::vector<Chunk>& full) {
  Chunk& chunk = levels_[level].chunk;
  if (chunk.size() > 0) full.push_back(std::exchange(chunk, Chunk()));
}

}  // namespace sunfleck::db
