#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/check/crash_subject.h"

namespace sunfleck {

// A board between two power cycles.
struct BoardState {
  std::vector<std::uint8_t> memory;  // non-volatile
  std::uint64_t seen = 0;            // inferences whose result came: bit i is inference i
};

// Inferences of a run that a check can keep apart.
inline constexpr std::uint32_t inferences_max = 64;

// What one power cycle wrote, so that the board's state at any of its writes is known without
// running it again: until its power is lost, a board does what it does without a failure.
struct RunTrace {
  struct Write {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    std::uint64_t first = 0;     // of its bytes, in `bytes`
    std::uint64_t seen = 0;      // as of BoardState, before this write
    std::uint64_t readings = 0;  // of the supply, before it
  };
  BoardState start;
  std::vector<Write> writes;
  std::vector<std::uint8_t> bytes;  // of all writes
  std::uint64_t readings = 0;       // of the supply, in all
  std::uint64_t cycles = 0;
  BoardState end;
  CycleEnd ended = CycleEnd::asleep;
};

// Whether write `index` is the last of a commit: one into a region that ends an atomic part, with
// none such right behind it.
bool ends_commit(
    const RunTrace& trace, std::size_t index, const std::vector<MemoryRegion>& regions);

// Runs one power cycle from `start` and keeps what it did. At most `most_writes` are executed.
RunTrace record_cycle(
    CrashSubject& subject, const BoardState& start, std::uint64_t low, std::uint64_t most_writes);

// Goes through the states of a board at the writes of a trace, from the first one on.
class TraceWalk {
 public:
  explicit TraceWalk(const RunTrace& trace) : trace_(&trace), state_(trace.start) {}

  // The state after a failure of the trace's power cycle. Failures come in order of their writes.
  // `failure.write` is 0 (the end of the trace) or a write of it. Valid until the next call.
  const BoardState& after(const PowerFailure& failure);

 private:
  void apply(std::uint32_t bytes);  // of the next write

  const RunTrace* trace_;
  BoardState state_;
  std::size_t next_ = 0;  // write that is not in state_
  std::vector<std::uint8_t> torn_;  // bytes that the write at next_ has overwritten in state_
};

}  // namespace sunfleck
