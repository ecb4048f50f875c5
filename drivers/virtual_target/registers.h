#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "core/base/random.h"
#include "core/base/units.h"
#include "drivers/virtual_target/board_description.h"

namespace sunfleck {

// A byte that the board sends, and the cycle since power-up at which its stop bit ends.
struct SentByte {
  std::uint64_t complete = 0;
  std::uint32_t cycles = 0;  // on the line
  std::uint8_t byte = 0;
};

// The mark pins after a write, and the cycle of the write.
struct PinChange {
  std::uint64_t cycle = 0;
  std::uint8_t pins = 0;
};

struct RegisterConfig {
  std::span<const BoardRegister> registers;  // in order of their addresses; they outlive all copies
  std::uint32_t cycles_per_bit = 0;          // of a UART without a divider register
  std::uint64_t seed = 0;                    // of the ADC's noise and the random register
  Volts adc_step{1.6e-3};                    // of the supply ADC, > 0: 12 bits over 6.6 V
  Volts adc_noise{1.0e-3};                   // one deviation
};

// The registers of a board: UART, counter, marks and what else its description has. It has the
// value semantics of a struct, so that a copy is a snapshot. `cycle` is always the time of the
// access in core clock cycles since power-up, and never runs backwards.
//
// The UART is that of ARM's CMSDK, whatever its registers look like: one byte in the shift register
// and one waiting behind it, sent with ten bits each. A byte written while one waits is lost, as on
// the real one. A received byte waits in a buffer of one until it is read; the next one takes its
// place and sets the overrun bit, which stays until a 1 is written to it.
class Registers {
 public:
  explicit Registers(const RegisterConfig& config);

  // All registers as after a reset; what was being sent or had been received is lost.
  void power_up();

  // `address` is that of a word. Unknown registers read 0 and ignore writes.
  std::uint32_t read(std::uint32_t address, std::uint64_t cycle);
  void write(std::uint32_t address, std::uint32_t value, std::uint64_t cycle);

  // What the bench puts on the board's pins.
  void set_supply(Volts storage, bool power_good);
  // From this reading since power-up on, counted from 1, the board reads this voltage instead;
  // until set_supply() is called.
  void let_supply_fall(std::uint64_t reading, Volts to);
  std::uint64_t supply_readings() const { return readings_; }  // since power-up
  // Bytes from the host, the first one beginning on the line at `cycle` or when the line is free.
  void receive(std::span<const std::uint8_t> bytes, std::uint64_t cycle);
  // When a byte waits to be read: `cycle` if one does then, or when the next one is complete; never
  // (2^64 - 1) when none is on the line.
  std::uint64_t next_received(std::uint64_t cycle) const;

  // What happened since the last call, in order of time. Of the bytes, those complete at `cycle`.
  std::vector<SentByte> take_sent(std::uint64_t cycle);
  std::vector<PinChange> take_pins();

  std::uint64_t uart_busy_until() const { return uart_busy_until_; }
  // How long the next WFI lasts; 0 is until power is lost. Asking resets it.
  std::uint32_t take_wake_after();

 private:
  struct Arrival {
    std::uint64_t complete;
    std::uint8_t byte;
  };
  std::span<const BoardRegister> at(std::uint32_t address) const;
  std::uint32_t read_one(const BoardRegister& one, std::uint64_t cycle);
  bool uart_flag(RegisterRole role, std::uint64_t cycle);
  void write_one(const BoardRegister& one, std::uint32_t value, std::uint64_t cycle);
  void set_marks(std::uint32_t output, std::uint64_t cycle);
  // Whether a byte waits behind the one in the shift register.
  bool transmit_full(std::uint64_t cycle) const { return cycle < last_begins_; }
  void transmit(std::uint8_t byte, std::uint64_t cycle);
  void take_arrivals(std::uint64_t cycle);
  std::uint32_t receive_data(std::uint64_t cycle);
  std::uint32_t supply_counts(std::uint32_t microvolts);

  RegisterConfig config_;
  BoardRegister marks_{};  // which bits of an output are the pins
  Random adc_, random_;
  Volts storage_, fallen_;
  std::uint64_t readings_ = 0, falls_at_ = 0;  // 0: it does not fall
  bool power_good_ = false;
  std::uint32_t uart_control_ = 0, transmit_enable_ = 0, receive_enable_ = 0;
  std::uint32_t bits_cycles_ = 0, wake_after_ = 0, marks_output_ = 0;
  std::uint64_t last_begins_ = 0;      // when the last byte enters the shift register
  std::uint64_t uart_busy_until_ = 0;  // when it has left it
  std::uint64_t sent_seen_ = 0;        // when the register of uart_sent was last written
  std::vector<SentByte> sent_;
  std::vector<PinChange> changes_;
  std::deque<Arrival> arriving_;
  std::uint64_t line_free_ = 0;  // when the last of them is complete
  std::uint8_t received_ = 0;    // in the buffer
  bool receive_full_ = false, overrun_ = false;
};

}  // namespace sunfleck
