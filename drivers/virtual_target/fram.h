#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "drivers/virtual_target/device_truth.h"

namespace sunfleck {

// What one access made the core wait and draw.
struct FramUse {
  std::uint32_t wait_cycles = 0;
  Charge charge;
};

// How often the core went to the non-volatile memory.
struct FramCounts {
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  std::uint64_t lines_opened = 0;
};

// Sees every access of the core, and decides how many bytes of a write become permanent.
class FramWatcher {
 public:
  virtual ~FramWatcher() = default;
  virtual void on_read(std::uint32_t offset, std::uint32_t bytes) = 0;
  // Returns how many of `bytes`, from the first on.
  virtual std::uint32_t on_write(std::uint32_t offset, std::span<const std::uint8_t> bytes) = 0;
};

// The non-volatile memory of the virtual board: keeps its bytes without power, and costs time and
// charge with every access. While it keeps a journal, what was written since can be taken back.
class Fram {
 public:
  // Which line is open; part of the state of the running board.
  struct Line {
    std::uint32_t index = UINT32_MAX;
    bool writing = false;
  };

  Fram(std::uint32_t bytes, const FramTruth& truth);

  std::span<std::uint8_t> bytes() { return bytes_; }
  std::span<const std::uint8_t> bytes() const { return bytes_; }
  const FramCounts& counts() const { return counts_; }
  void watch(FramWatcher* watcher) { watcher_ = watcher; }  // null: nobody

  // `bytes` is 1, 2 or 4, and offset + bytes lies in the memory.
  std::uint32_t read(std::uint32_t offset, std::uint32_t bytes, FramUse& use);
  void write(std::uint32_t offset, std::uint32_t bytes, std::uint32_t value, FramUse& use);

  void power_up() { line_ = {}; }
  Line line() const { return line_; }
  void set_line(Line line) { line_ = line; }

  void start_journal();
  void end_journal() { keeps_journal_ = false; }
  // Bytes, open line and counts are again what they were at start_journal(); the journal goes on.
  void take_back();

 private:
  struct Cost {
    std::uint32_t open_cycles, word_cycles;
    Charge open, word;
  };
  struct Written {
    std::uint32_t offset, bytes, before;
  };
  FramUse use_of(std::uint32_t offset, std::uint32_t bytes, bool writing);

  std::vector<std::uint8_t> bytes_;
  std::uint32_t word_shift_, line_shift_;
  Cost read_cost_, write_cost_;
  Line line_;
  FramCounts counts_;
  FramWatcher* watcher_ = nullptr;
  bool keeps_journal_ = false;
  std::vector<Written> journal_;
  Line journal_line_;
  FramCounts journal_counts_;
};

}  // namespace sunfleck
