#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "tests/boards/fram_chip.h"

namespace sunfleck {

constexpr bool bit(std::uint32_t word, std::uint32_t index) { return (word >> index & 1) != 0; }

// What a chip is wired to, and what of it outlives its power.
struct ChipWires {
  FramChip fram;
  std::vector<std::uint8_t> flash{};
  std::uint32_t input_mv = 0;           // at the analogue input of the supply's divider
  std::deque<std::uint8_t> to_board{};  // on the line to its UART
  std::vector<std::uint8_t> sent{};     // by its UART
  std::uint32_t marks = 0, mark_edges = 0;
  std::span<std::uint8_t> ram{};  // during a power cycle
  std::uint64_t now = 0;          // core clock cycles since power-up
  // What a real chip would have answered by a fault, by silence or by garbage.
  std::set<std::string> findings{};

  void find(const auto&... what) { findings.insert(join(what...)); }
  void set_marks(std::uint32_t pins) {
    if (pins != marks) ++mark_edges;
    marks = pins;
  }
};

// A chip's registers, as its manual has them, and only those that the firmware has a reason to
// touch: any other access is a finding.
class ChipRegisters {
 public:
  virtual ~ChipRegisters() = default;
  virtual std::uint32_t read(std::uint32_t address) = 0;
  virtual void write(std::uint32_t address, std::uint32_t value) = 0;
  // A store of a word to the part of the flash that is not code; `offset` from the flash's begin.
  virtual void write_flash(std::uint32_t offset, std::uint32_t value) = 0;
  // Whether a peripheral holds its interrupt up.
  virtual bool interrupts(std::uint32_t number) = 0;
  // When one will do so that does not yet, if nothing comes from outside.
  virtual std::optional<std::uint64_t> next_interrupt() = 0;
};

struct ChipModel {
  const char* name;
  const char* elf;
  std::uint32_t flash_base, code_bytes, flash_bytes;  // the rest behind the code is data
  std::uint32_t ram_bytes;
  struct Range {
    std::uint32_t base, bytes;
  };
  std::array<Range, 3> peripherals;  // 0 bytes: none
  std::uint32_t byte_register;       // the only one that is not accessed as a word
  std::uint32_t network, inputs;     // offsets in the flash, by the board's header
  std::vector<std::uint8_t> fram_id;
  std::uint32_t fram_bytes;
  std::uint32_t clock_hz;
  std::unique_ptr<ChipRegisters> (*make)(ChipWires& wires);
};

std::unique_ptr<ChipRegisters> make_nrf52840_registers(ChipWires& wires);
std::unique_ptr<ChipRegisters> make_stm32l4_registers(ChipWires& wires);

// Bytes one after the other over a serial line.
class SerialOut {
 public:
  bool busy(std::uint64_t now) const { return now < free_at_; }
  void send(ChipWires& wires, std::uint8_t byte, std::uint64_t cycles) {
    free_at_ = std::max(free_at_, wires.now) + cycles;
    wires.sent.push_back(byte);
  }
  std::uint64_t free_at() const { return free_at_; }

 private:
  std::uint64_t free_at_ = 0;
};

enum class ChipEnd { asleep, lost_power, out_of_time, fault };

// A chip that was switched on, with its firmware from the begin.
class ChipPower {
 public:
  ChipPower(const ChipModel& model, ChipWires& wires);
  ~ChipPower();
  ChipPower(const ChipPower&) = delete;
  ChipPower& operator=(const ChipPower&) = delete;

  // Goes on until the firmware sleeps and nothing but a byte from the host will wake it, until the
  // FRAM has lost power, or to the cycle `until`.
  ChipEnd run(std::uint64_t until);

 private:
  class Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace sunfleck
