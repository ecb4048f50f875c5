#include "drivers/virtual_target/registers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "target_fw/protocol/virtual_board.h"

namespace sunfleck {
namespace {

constexpr std::uint32_t bits_per_byte_on_line = 10;  // start, eight, stop
constexpr std::uint32_t least_divider = 16;          // ARM DDI 0479, CMSDK APB UART
constexpr std::uint32_t transmit_enable = 1, receive_enable = 2;
constexpr std::uint32_t state_transmit_full = 1, state_receive_full = 2;
constexpr std::uint32_t state_receive_overrun = 8;

}  // namespace

Registers::Registers(const RegisterConfig& config)
    : config_(config), adc_(config.seed, "supply adc"), random_(config.seed, "board random") {}

void Registers::power_up() {
  uart_control_ = bits_cycles_ = wake_after_ = 0;
  pins_ = 0;
  last_begins_ = uart_busy_until_ = 0;
  readings_ = 0;
  sent_.clear();
  changes_.clear();
  arriving_.clear();
  line_free_ = 0;
  received_ = 0;
  receive_full_ = overrun_ = false;
}

void Registers::set_supply(Volts storage, bool power_good) {
  storage_ = storage;
  power_good_ = power_good;
  falls_at_ = 0;
}

void Registers::let_supply_fall(std::uint64_t reading, Volts to) {
  falls_at_ = reading;
  fallen_ = to;
}

void Registers::transmit(std::uint8_t byte, std::uint64_t cycle) {
  if ((uart_control_ & transmit_enable) == 0 || bits_cycles_ < least_divider) return;
  if (transmit_full(cycle)) return;
  const std::uint32_t on_line = bits_per_byte_on_line * bits_cycles_;
  last_begins_ = std::max(uart_busy_until_, cycle);
  uart_busy_until_ = last_begins_ + on_line;
  sent_.push_back({.complete = uart_busy_until_, .cycles = on_line, .byte = byte});
}

void Registers::receive(std::span<const std::uint8_t> bytes, std::uint64_t cycle) {
  if ((uart_control_ & receive_enable) == 0 || bits_cycles_ < least_divider) return;
  line_free_ = std::max(cycle, line_free_);
  for (const std::uint8_t byte : bytes) {
    line_free_ += std::uint64_t{bits_per_byte_on_line} * bits_cycles_;
    arriving_.push_back({line_free_, byte});
  }
}

std::uint64_t Registers::next_received(std::uint64_t cycle) const {
  if (receive_full_) return cycle;
  if (arriving_.empty()) return std::numeric_limits<std::uint64_t>::max();
  return std::max(cycle, arriving_.front().complete);
}

// What is complete by now comes into the buffer, one over the other.
void Registers::take_arrivals(std::uint64_t cycle) {
  for (; !arriving_.empty() && arriving_.front().complete <= cycle; arriving_.pop_front()) {
    overrun_ = overrun_ || receive_full_;
    received_ = arriving_.front().byte;
    receive_full_ = true;
  }
}

std::uint32_t Registers::receive_data(std::uint64_t cycle) {
  take_arrivals(cycle);
  receive_full_ = false;
  return received_;
}

std::uint32_t Registers::uart_state(std::uint64_t cycle) {
  take_arrivals(cycle);
  return (transmit_full(cycle) ? state_transmit_full : 0) |
      (receive_full_ ? state_receive_full : 0) | (overrun_ ? state_receive_overrun : 0);
}

std::uint32_t Registers::supply_millivolts() {
  const bool has_fallen = ++readings_ >= falls_at_ && falls_at_ != 0;
  const double seen = ((has_fallen ? fallen_ : storage_) + adc_.normal() * config_.adc_noise).si;
  const double steps = std::round(seen / config_.adc_step.si);
  return static_cast<std::uint32_t>(std::max(0.0, std::round(steps * config_.adc_step.si * 1e3)));
}

std::uint32_t Registers::read(std::uint32_t address, std::uint64_t cycle) {
  switch (address) {
    case FW_VB_UART + FW_VB_UART_DATA:
      return receive_data(cycle);
    case FW_VB_UART + FW_VB_UART_STATE:
      return uart_state(cycle);
    case FW_VB_UART + FW_VB_UART_CTRL:
      return uart_control_;
    case FW_VB_UART + FW_VB_UART_BAUDDIV:
      return bits_cycles_;
    case FW_VB_SYSTEM + FW_VB_MARKS:
      return pins_;
    case FW_VB_SYSTEM + FW_VB_COUNTER:
      return static_cast<std::uint32_t>(cycle);
    case FW_VB_SYSTEM + FW_VB_SUPPLY:
      return supply_millivolts();
    case FW_VB_SYSTEM + FW_VB_POWER_GOOD:
      return power_good_ ? 1 : 0;
    case FW_VB_SYSTEM + FW_VB_WAKE_AFTER:
      return wake_after_;
    case FW_VB_SYSTEM + FW_VB_RANDOM:
      return static_cast<std::uint32_t>(random_.bits());
    case FW_VB_SYSTEM + FW_VB_CLOCK_HZ:
      return static_cast<std::uint32_t>(std::llround(config_.nominal_clock.si));
    case FW_VB_SYSTEM + FW_VB_SRAM_SIZE:
      return config_.sram_bytes;
    case FW_VB_SYSTEM + FW_VB_FRAM_SIZE:
      return config_.fram_bytes;
    default:
      return 0;
  }
}

void Registers::write(std::uint32_t address, std::uint32_t value, std::uint64_t cycle) {
  switch (address) {
    case FW_VB_UART + FW_VB_UART_DATA:
      transmit(static_cast<std::uint8_t>(value), cycle);
      break;
    case FW_VB_UART + FW_VB_UART_STATE:
      take_arrivals(cycle);
      if ((value & state_receive_overrun) != 0) overrun_ = false;
      break;
    case FW_VB_UART + FW_VB_UART_CTRL:
      uart_control_ = value;
      break;
    case FW_VB_UART + FW_VB_UART_BAUDDIV:
      bits_cycles_ = value & 0xFFFFF;  // 20 bits wide
      break;
    case FW_VB_SYSTEM + FW_VB_MARKS:
      if (static_cast<std::uint8_t>(value) == pins_) break;
      pins_ = static_cast<std::uint8_t>(value);
      changes_.push_back({.cycle = cycle, .pins = pins_});
      break;
    case FW_VB_SYSTEM + FW_VB_WAKE_AFTER:
      wake_after_ = value;
      break;
    default:
      break;
  }
}

std::vector<SentByte> Registers::take_sent(std::uint64_t cycle) {
  const auto under_way =
      std::ranges::find_if(sent_, [cycle](const SentByte& byte) { return byte.complete > cycle; });
  std::vector<SentByte> complete(sent_.begin(), under_way);
  sent_.erase(sent_.begin(), under_way);
  return complete;
}

std::vector<PinChange> Registers::take_pins() { return std::exchange(changes_, {}); }

std::uint32_t Registers::take_wake_after() { return std::exchange(wake_after_, 0); }

}  // namespace sunfleck
