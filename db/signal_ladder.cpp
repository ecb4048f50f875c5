#include "db/signal_ladder.h"

#include <cassert>
#include <limits>
#include <utility>

namespace sunfleck::db {

std::vector<Chunk> SignalLadder::append(std::uint64_t first, std::span<const float> samples) {
  assert(first >= end_);
  std::vector<Chunk> full;
  for (std::size_t i = 0; i < samples.size(); ++i)
    put_sample(first + i, samples[i], full);
  if (!samples.empty()) end_ = first + samples.size();
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

void SignalLadder::put_sample(std::uint64_t index, float sample, std::vector<Chunk>& full) {
  make_room(0, index, full);
  std::vector<float>& samples = levels_[0].chunk.samples;
  samples.push_back(sample);
  if (samples.size() == chunk_entries) hand_over(0, full);
  add_below(1, index, bucket_of(sample), full);
}

void SignalLadder::put_entry(
    std::size_t level, std::uint64_t index, const Bucket& bucket, std::vector<Chunk>& full) {
  make_room(level, index, full);
  std::vector<Bucket>& buckets = levels_[level].chunk.buckets;
  buckets.push_back(bucket);
  if (buckets.size() == chunk_entries) hand_over(level, full);
  if (level + 1 < signal_levels) add_below(level + 1, index, bucket, full);
}

// Entry `index` of the level below is done.
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
  put_entry(level, index, here.bucket, full);
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
