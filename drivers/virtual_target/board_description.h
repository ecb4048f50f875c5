#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/units.h"

namespace sunfleck {

// A range of the address space; multiples of 4 KiB.
struct BoardRegion {
  std::uint32_t base = 0;
  std::uint32_t bytes = 0;

  std::uint64_t end() const { return std::uint64_t{base} + bytes; }
  bool contains(std::uint64_t first, std::uint64_t count) const {
    return first >= base && first + count <= end();
  }
};

// What a register does. `mask` and `value` are those of BoardRegister.
enum class RegisterRole : std::uint8_t {
  constant,         // reads `value`
  uart_data,        // a write sends the low byte, a read takes a received one
  uart_room,        // `mask` reads ones while a byte can be written
  uart_full,        // `mask` reads ones while none can
  uart_idle,        // `mask` reads ones while nothing is being sent
  uart_sent,        // `mask` reads ones when a byte was sent since this register was written
  uart_arrived,     // `mask` reads ones while a received byte waits
  uart_overrun,     // `mask` reads ones since a received byte was lost; writing ones resets it
  uart_enable,      // kept; sends while all bits of `mask` are set, receives with those of `value`
  uart_divider,     // kept, 20 bits: core clock cycles per bit
  counter,          // reads cycles since power-up divided by `value`
  marks,            // kept: the mark pins are the bits in `mask`, shifted right by `value`
  marks_set,        // a write sets the bits of `marks` that it has, in `mask`
  marks_clear,      // and one that clears them
  marks_set_reset,  // the low half of a write sets, the high half clears, and set wins
  supply,           // reads the storage voltage in counts of `value` microvolts
  power_good,       // reads 1 while the regulator says power good
  wake_after,       // kept until the next WFI, which lasts that many cycles
  random,           // reads 32 random bits
};

// Registers may share an address: a read gives the bits of all.
struct BoardRegister {
  std::uint32_t address = 0;  // of a word
  RegisterRole role = RegisterRole::constant;
  std::uint32_t mask = 0xFFFFFFFF;
  std::uint32_t value = 0;
};

enum class UnknownRegisters {
  fault,      // an access is a bus fault
  read_zero,  // reads give 0, writes go nowhere
};

// A Cortex-M board as far as the emulator has it: memories, registers, and what is not there.
struct BoardDescription {
  std::string name;
  BoardRegion flash;
  BoardRegion sram;
  std::optional<BoardRegion> nonvolatile;              // FRAM
  std::vector<BoardRegister> registers;                // in order of their addresses
  std::uint32_t cycles_per_bit = 0;                    // of a UART without a divider register
  UnknownRegisters unknown = UnknownRegisters::fault;  // between 0x40000000 and 0x60000000
  std::uint32_t sleep_cycles = 0;  // how long a WFI lasts at most; 0: until power is lost
  Volts adc_step{1.6e-3};          // of the supply ADC, > 0: 12 bits over 6.6 V
  bool takes_workload = false;     // network, inputs and run configuration lie where our firmware
                                   // looks for them (target_fw/protocol/virtual_board.h)
};

// Where device registers lie on a Cortex-M.
inline constexpr BoardRegion peripheral_space{.base = 0x40000000, .bytes = 0x20000000};
inline constexpr BoardRegion private_space{.base = 0xE0000000, .bytes = 0x100000};

// Fails with invalid_argument when a memory is none (multiples of 4 KiB, up to 16 MiB), or memories
// and the pages of 4 KiB that have registers overlap.
Status check(const BoardDescription& board);

struct BoardMemories {
  std::uint32_t sram_bytes = 0;
  std::uint32_t fram_bytes = 0;
};

// The virtual board itself: target_fw/protocol/virtual_board.h as a description.
//
//   nominal_clock   what the board believes
BoardDescription virtual_board(const BoardMemories& memories, Hertz nominal_clock);

}  // namespace sunfleck
