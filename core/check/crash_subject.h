#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace sunfleck {

// How one power cycle ends. Writes to non-volatile memory and readings of the supply are counted
// from 1 at each power-up. With neither `write` nor `cycle`, power is lost while the board sleeps.
struct PowerFailure {
  static constexpr std::uint32_t whole = UINT32_MAX;

  std::uint64_t write = 0;  // the last write that does anything; 0: no such end
  std::uint32_t bytes = 0;  // of it that become permanent: 0 is before it, `whole` after it
  std::uint64_t cycle = 0;  // the first block of instructions from this cycle on is not executed
  std::uint64_t low = 0;    // the supply reads low from this reading on; 0: never

  friend bool operator==(const PowerFailure&, const PowerFailure&) = default;
};

// The power failures of a run, in order; after the last one the power stays.
using FailureSchedule = std::vector<PowerFailure>;

// A part of the non-volatile memory, by what a power failure may do to it.
struct MemoryRegion {
  enum class Kind {
    exact,   // at the end, each byte is what it is without a failure
    record,  // two slots: at the end, the newest valid record is; which slot it lies in, its
             // sequence number and the older record may differ
    counts,  // two slots of a record that counts power-ups: not compared
    passing  // not compared: means something between a power failure and the recovery only
  };
  std::string name;
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;
  Kind kind = Kind::exact;
  std::uint32_t payload = 0;     // record: bytes of it
  std::uint32_t stride = 0;      // record: from one slot to the other
  bool ends_atomic_part = false;  // a write here commits: what was before it is not done again
};

// One result that the board reported whole.
struct ReportedResult {
  std::uint32_t inference = 0;
  std::vector<std::uint8_t> output;
};

// What came over the board's line since begin().
struct ReportedRun {
  std::vector<ReportedResult> results;
  std::optional<std::uint8_t> fault;          // of the last power cycle: enum fw_fault_code
  std::optional<std::uint32_t> inferences_done;  // likewise, of the record before it sleeps
};

// Sees the accesses to non-volatile memory.
class MemoryObserver {
 public:
  virtual ~MemoryObserver() = default;
  virtual void on_read(std::uint32_t offset, std::uint32_t size) = 0;
  // `bytes` are those that become permanent; what they overwrite is still in the memory.
  virtual void on_write(std::uint32_t offset, std::span<const std::uint8_t> bytes) = 0;
};

enum class CycleEnd {
  asleep,      // nothing is left to do
  power_lost,  // as was asked for
  crashed      // the processor trapped
};

// A board with a workload that loses its power where it is told to. Its non-volatile memory is all
// that outlives a power cycle, so that a run may begin from any contents of it. The same contents
// and failures give the same run.
class CrashSubject {
 public:
  virtual ~CrashSubject() = default;

  // In order of their offsets, none overlapping another.
  virtual std::vector<MemoryRegion> regions() const = 0;
  // Whether what it does depends on the supply's readings.
  virtual bool acts_on_supply() const = 0;
  // The memory of a board that is configured for the workload and was used for another one before:
  // the records of that one are there, and their sequence numbers are about to wrap.
  virtual std::vector<std::uint8_t> used_memory() const = 0;

  // The board without power, with these contents (of used_memory()'s size); forgets what came
  // before.
  virtual void begin(std::span<const std::uint8_t> nonvolatile) = 0;
  // One power cycle; RAM holds noise at its begin.
  virtual CycleEnd power_up(const PowerFailure& failure, MemoryObserver* observer) = 0;

  virtual std::span<const std::uint8_t> nonvolatile() const = 0;
  virtual const ReportedRun& reported() const = 0;
  // Of the last power cycle.
  virtual std::uint64_t supply_readings() const = 0;
  virtual std::uint64_t cycles() const = 0;  // 0 for a board without a clock
  // Committed work as a number that grows with it.
  virtual std::uint64_t progress() const = 0;
};

}  // namespace sunfleck
