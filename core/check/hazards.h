#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/check/crash_subject.h"

namespace sunfleck {

// Bytes that were read and then written in one atomic part of the work: were the part done again
// after a power failure, it would not read what it read before.
struct Hazard {
  std::string region;
  std::uint32_t offset = 0;  // of the first byte, in non-volatile memory
  std::uint32_t bytes = 0;   // from the first to the last, in a row
  friend auto operator<=>(const Hazard&, const Hazard&) = default;
};

// Finds write-after-read hazards without enumerating failures, by a shadow of the memory: what was
// read since the last commit, before it was written, must not be written until the next one.
// Regions of records are left out: their two slots are the protocol that makes a commit.
class HazardDetector final : public MemoryObserver {
 public:
  // `bytes` of non-volatile memory.
  HazardDetector(std::vector<MemoryRegion> regions, std::size_t bytes);

  void on_read(std::uint32_t offset, std::uint32_t size) override;
  void on_write(std::uint32_t offset, std::span<const std::uint8_t> bytes) override;
  // Power comes: the work since the last commit is done again.
  void power_up() { ++part_; }

  // What was found so far, in order of the memory, neighbours joined.
  std::vector<Hazard> hazards() const;

 private:
  // What happened first to a byte in the atomic part `part`.
  struct Shadow {
    std::uint64_t part = 0;
    bool read_first = false;
  };
  bool is_watched(std::uint32_t offset) const { return watched_[offset]; }

  std::vector<MemoryRegion> regions_;
  std::vector<Shadow> shadow_;
  std::vector<bool> watched_, commits_, hazardous_;  // by byte
  std::uint64_t part_ = 1;
};

}  // namespace sunfleck
