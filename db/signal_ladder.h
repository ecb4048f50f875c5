#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "db/chunk.h"

namespace sunfleck::db {

// Makes the chunks of all levels of one signal, as its samples come. What the chunks are depends on
// the samples alone, never on how they were cut into blocks. Missing samples cost nothing: a chunk
// in which there is none is not made.
class SignalLadder {
 public:
  // The samples from index `first` on; all below are in, or missing. Returns chunks that will not
  // change any more.
  //
  //   first   >= end()
  std::vector<Chunk> append(std::uint64_t first, std::span<const float> samples);

  // What append() has not returned yet, as chunks that are not full and entries that stand for
  // fewer samples. The chunks that append() gives later replace those with the same level and
  // `first`.
  std::vector<Chunk> unfinished() const;

  std::uint64_t end() const { return end_; }  // the index after the last sample

 private:
  // Of the samples of one entry of level 1, summed in order, wherever a block ends.
  struct Sum {
    Bucket bucket;
    double sum = 0.0;
    void add(std::span<const float> samples);
  };
  struct Level {
    Chunk chunk;
    std::optional<std::uint64_t> open;  // index of the entry being put together
    Bucket bucket;                      // that entry so far, at levels above 1
  };
  void put_samples(std::uint64_t first, std::span<const float> samples, std::vector<Chunk>& full);
  void put_entry(
      std::size_t level, std::uint64_t index, const Bucket& bucket, std::vector<Chunk>& full);
  void add_below(
      std::size_t level, std::uint64_t index, const Bucket& bucket, std::vector<Chunk>& full);
  void close_entry(std::size_t level, std::vector<Chunk>& full);
  void make_room(std::size_t level, std::uint64_t index, std::vector<Chunk>& full);
  void hand_over(std::size_t level, std::vector<Chunk>& full);

  Sum finest_;  // the open entry of level 1
  std::array<Level, signal_levels> levels_;
  std::uint64_t end_ = 0;
};

}  // namespace sunfleck::db
