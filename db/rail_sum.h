#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/instrument/instrument.h"
#include "core/signal/compensated_sum.h"

namespace sunfleck::db {

// Energy and charge at the rail: sums of voltage * current * time and of current * time over
// full-rate samples, compensated. A sample that is not finite in both is missing and adds nothing.
class RailTotals {
 public:
  // A sample that counts for `seconds`; returns whether it was there.
  bool add(float voltage, float current, double seconds);
  void add(Joules energy, Coulombs charge);

  Joules energy() const { return {energy_.value()}; }
  Coulombs charge() const { return {charge_.value()}; }

 private:
  CompensatedSum energy_;  // J
  CompensatedSum charge_;  // C
};

// A row of the table `rail_sum`.
struct RailSum {
  std::uint64_t first = 0;    // index of the first sample, a multiple of chunk_entries
  std::uint64_t samples = 0;  // of the chunk, those that are present in voltage and current
  Joules energy;
  Coulombs charge;
};

// Makes the rail sums of all chunks, as the samples come. What they are depends on the samples
// alone, never on how they were cut into blocks.
class RailSummer {
 public:
  // Blocks in order, all of one period. Returns the sums that will not change any more.
  std::vector<RailSum> append(const SampleBlock& block);
  // Of the last chunk, so far.
  std::optional<RailSum> unfinished() const;

 private:
  struct Open {
    std::uint64_t first = 0;
    std::uint64_t samples = 0;
    RailTotals totals{};
  };
  std::optional<Open> open_;
};

}  // namespace sunfleck::db
