#include "drivers/virtual_target/registers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace sunfleck {
namespace {

constexpr std::uint32_t bits_per_byte_on_line = 10;  // start, eight, stop
constexpr std::uint32_t least_divider = 16;          // ARM DDI 0479, CMSDK APB UART
constexpr std::uint32_t divider_bits = 0xFFFFF;

constexpr bool is_marks(RegisterRole role) {
  return role == RegisterRole::marks || role == RegisterRole::marks_set ||
      role == RegisterRole::marks_clear || role == RegisterRole::marks_set_reset;
}

}  // namespace

Registers::Registers(const RegisterConfig& config)
    : config_(config), adc_(config.seed, "supply adc"), random_(config.seed, "board random") {
  for (const BoardRegister& one : config_.registers) {
    if (is_marks(one.role)) marks_ = one;
    if (one.role != RegisterRole::uart_enable) continue;
    transmit_enable_ = one.mask;
    receive_enable_ = one.value;
  }
}

void Registers::power_up() {
  uart_control_ = wake_after_ = marks_output_ = 0;
  bits_cycles_ = config_.cycles_per_bit;
  last_begins_ = uart_busy_until_ = sent_seen_ = readings_ = 0;
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
  const bool is_on = (uart_control_ & transmit_enable_) == transmit_enable_;
  if (!is_on || bits_cycles_ < least_divider || transmit_full(cycle)) return;
  const std::uint32_t on_line = bits_per_byte_on_line * bits_cycles_;
  last_begins_ = std::max(uart_busy_until_, cycle);
  uart_busy_until_ = last_begins_ + on_line;
  sent_.push_back({.complete = uart_busy_until_, .cycles = on_line, .byte = byte});
}

void Registers::receive(std::span<const std::uint8_t> bytes, std::uint64_t cycle) {
  const bool is_on = (uart_control_ & receive_enable_) == receive_enable_;
  if (!is_on || bits_cycles_ < least_divider) return;
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

// The storage voltage as the ADC has it, in steps of its own, counted in units of `microvolts`.
std::uint32_t Registers::supply_counts(std::uint32_t microvolts) {
  const bool has_fallen = ++readings_ >= falls_at_ && falls_at_ != 0;
  const double seen = ((has_fallen ? fallen_ : storage_) + adc_.normal() * config_.adc_noise).si;
  const double steps = std::round(seen / config_.adc_step.si);
  const double counts = std::round(steps * config_.adc_step.si * 1e6 / microvolts);
  return static_cast<std::uint32_t>(std::clamp(counts, 0.0, 4294967295.0));
}

std::span<const BoardRegister> Registers::at(std::uint32_t address) const {
  const auto found =
      std::ranges::lower_bound(config_.registers, address, {}, &BoardRegister::address);
  const auto end = std::find_if(found, config_.registers.end(), [address](const auto& one) {
    return one.address != address;
  });
  return {found, end};
}

bool Registers::uart_flag(RegisterRole role, std::uint64_t cycle) {
  switch (role) {
    case RegisterRole::uart_room:
      return !transmit_full(cycle);
    case RegisterRole::uart_full:
      return transmit_full(cycle);
    case RegisterRole::uart_idle:
      return uart_busy_until_ <= cycle;
    case RegisterRole::uart_sent:
      return uart_busy_until_ > sent_seen_ && uart_busy_until_ <= cycle;
    case RegisterRole::uart_arrived:
      take_arrivals(cycle);
      return receive_full_;
    default:
      take_arrivals(cycle);
      return overrun_;
  }
}

std::uint32_t Registers::read_one(const BoardRegister& one, std::uint64_t cycle) {
  switch (one.role) {
    case RegisterRole::constant:
      return one.value;
    case RegisterRole::uart_data:
      return receive_data(cycle);
    case RegisterRole::uart_room:
    case RegisterRole::uart_full:
    case RegisterRole::uart_idle:
    case RegisterRole::uart_sent:
    case RegisterRole::uart_arrived:
    case RegisterRole::uart_overrun:
      return uart_flag(one.role, cycle) ? one.mask : 0;
    case RegisterRole::uart_enable:
      return uart_control_;
    case RegisterRole::uart_divider:
      return bits_cycles_;
    case RegisterRole::counter:
      return static_cast<std::uint32_t>(cycle / one.value);
    case RegisterRole::marks:
      return marks_output_;
    case RegisterRole::marks_set:
    case RegisterRole::marks_clear:
    case RegisterRole::marks_set_reset:
      return 0;
    case RegisterRole::supply:
      return supply_counts(one.value);
    case RegisterRole::power_good:
      return power_good_ ? 1 : 0;
    case RegisterRole::wake_after:
      return wake_after_;
    case RegisterRole::random:
      return static_cast<std::uint32_t>(random_.bits());
  }
  return 0;
}

std::uint32_t Registers::read(std::uint32_t address, std::uint64_t cycle) {
  std::uint32_t value = 0;
  for (const BoardRegister& one : at(address))
    value |= read_one(one, cycle);
  return value;
}

void Registers::set_marks(std::uint32_t output, std::uint64_t cycle) {
  const auto pins_of = [this](std::uint32_t bits) {
    return static_cast<std::uint8_t>((bits & marks_.mask) >> marks_.value);
  };
  const std::uint8_t before = pins_of(std::exchange(marks_output_, output & marks_.mask));
  if (pins_of(output) != before) changes_.push_back({.cycle = cycle, .pins = pins_of(output)});
}

void Registers::write_one(const BoardRegister& one, std::uint32_t value, std::uint64_t cycle) {
  switch (one.role) {
    case RegisterRole::uart_data:
      return transmit(static_cast<std::uint8_t>(value), cycle);
    case RegisterRole::uart_sent:
      sent_seen_ = cycle;
      return;
    case RegisterRole::uart_overrun:
      take_arrivals(cycle);
      if ((value & one.mask) != 0) overrun_ = false;
      return;
    case RegisterRole::uart_enable:
      uart_control_ = value;
      return;
    case RegisterRole::uart_divider:
      bits_cycles_ = value & divider_bits;
      return;
    case RegisterRole::marks:
      return set_marks(value, cycle);
    case RegisterRole::marks_set:
      return set_marks(marks_output_ | value, cycle);
    case RegisterRole::marks_clear:
      return set_marks(marks_output_ & ~value, cycle);
    case RegisterRole::marks_set_reset:
      return set_marks((marks_output_ & ~(value >> 16)) | (value & 0xFFFF), cycle);
    case RegisterRole::wake_after:
      wake_after_ = value;
      return;
    default:
      return;
  }
}

void Registers::write(std::uint32_t address, std::uint32_t value, std::uint64_t cycle) {
  for (const BoardRegister& one : at(address))
    write_one(one, value, cycle);
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
