#include <map>

#include "tests/boards/chip.h"

namespace sunfleck {
namespace {

constexpr std::uint64_t clock_hz = 24'000'000;
constexpr std::uint64_t spi_byte_cycles = 16;  // 8 bits at 8 MHz
constexpr std::uint32_t page_bytes = 2048, second_bank = 0x80000;

// A peripheral and what switches its clock on.
struct Gate {
  std::uint32_t first, last;
  std::uint32_t enable, bit;
};
constexpr std::array gates{
    Gate{0x40000000, 0x400003FF, 0x40021058, 0},   // TIM2
    Gate{0x40004400, 0x400047FF, 0x40021058, 17},  // USART2
    Gate{0x40013000, 0x400133FF, 0x40021060, 12},  // SPI1
    Gate{0x48000000, 0x480003FF, 0x4002104C, 0},   // GPIOA
    Gate{0x48000400, 0x480007FF, 0x4002104C, 1},   // GPIOB
    Gate{0x48000800, 0x48000BFF, 0x4002104C, 2},   // GPIOC
    Gate{0x50040000, 0x500403FF, 0x4002104C, 13},  // ADC
};

// The parts of the STM32L476 that the HAL uses, from RM0351: RCC (6.4), FLASH (3.7), GPIO (8.5),
// ADC (18.7), TIM2 (31.4), USART (40.8), SPI (42.6). Pins as on the Nucleo-L476RG.
class Stm32l4Registers final : public ChipRegisters {
 public:
  explicit Stm32l4Registers(ChipWires& wires) : wires_(wires) {
    // Their values after power-on.
    values_ = {{0x40021000, 0x63},       {0x40021008, 0},          {0x4002100C, 0x1000},
               {0x4002104C, 0},          {0x40021058, 0},          {0x40021060, 0},
               {0x40021094, 0x0C000600}, {0x40022000, 0x600},      {0x40022014, 0xC0000000},
               {0x40004400, 0},          {0x40004408, 0},          {0x4000440C, 0},
               {0x40013000, 0},          {0x40013004, 0x700},      {0x40000000, 0},
               {0x4000000C, 0},          {0x40000034, 0},          {0x48000000, 0xABFFFFFF},
               {0x48000008, 0x0C000000}, {0x4800000C, 0x64000000}, {0x48000020, 0},
               {0x4800002C, 0},          {0x48000400, 0xFFFFFEBF}, {0x48000408, 0},
               {0x48000800, 0xFFFFFFFF}, {0x50040008, 0x20000000}, {0x50040014, 0},
               {0x50040030, 0},          {0x50040308, 0}};
  }

  std::uint32_t read(std::uint32_t address) override {
    check_clock(address);
    switch (address) {
      case 0x40021000:
        return values_[address] | (has_come(oscillator_at_) ? 1U << 10 : 0) |
            (has_come(pll_at_) ? 1U << 25 : 0);
      case 0x40021008:
        return values_[address] | (values_[address] & 3) << 2;  // SWS follows SW
      case 0x40022010:
        return flash_status_;
      case 0x4000441C:
        return uart_status();
      case 0x40004424:
        return take_received();
      case 0x40013008:
        return spi_status();
      case 0x4001300C:
        return take_spi();
      case 0x40000010:
        return compared() ? 2 : 0;
      case 0x40000024:
        return timer_count();
      case 0x50040000:
        return adc_status();
      case 0x50040008:
        return values_[address] | (calibrated_at_ && !has_come(calibrated_at_) ? 1U << 31 : 0);
      case 0x50040040:
        return take_adc();
      default:
        break;
    }
    const auto found = values_.find(address);
    if (found == values_.end()) wires_.find("read of register ", address);
    return found == values_.end() ? 0 : found->second;
  }

  void write(std::uint32_t address, std::uint32_t value) override {
    check_clock(address);
    if (address < 0x40004000) return write_timer(address, value);
    if (address < 0x40005000) return write_uart(address, value);
    if (address < 0x40014000) return write_spi(address, value);
    if (address < 0x40022000) return write_rcc(address, value);
    if (address < 0x48000000) return write_flash_control(address, value);
    if (address < 0x50000000) return write_gpio(address, value);
    write_adc(address, value);
  }

  // A double word: the first word is kept until the second one has come; then it must be erased.
  void write_flash(std::uint32_t offset, std::uint32_t value) override {
    if ((values_[0x40022014] & 1) == 0) return wires_.find("flash written while PG is 0");
    if (offset % 8 == 0) {
      first_word_ = value;
      return;
    }
    const auto unit = wires_.flash.begin() + (offset - 4);
    if (!std::all_of(unit, unit + 8, [](std::uint8_t byte) { return byte == 0xFF; })) {
      flash_status_ |= 1 << 3;  // PROGERR
      return;
    }
    for (std::uint32_t i = 0; i < 4; ++i) {
      unit[i] = static_cast<std::uint8_t>(first_word_ >> (8 * i));
      unit[4 + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    flash_changed();
    wires_.now += 90 * clock_hz / 1'000'000;
  }

  bool interrupts(std::uint32_t number) override {
    if (number == 38) return bit(values_[0x40004400], 5) && bit(uart_status(), 5);
    return number == 28 && (values_[0x4000000C] & 2) != 0 && compared();
  }

  std::optional<std::uint64_t> next_interrupt() override {
    if (!timer_from_ || (values_[0x4000000C] & 2) == 0 || compared()) return std::nullopt;
    return *timer_from_ + values_[0x40000034];
  }

 private:
  void check_clock(std::uint32_t address) {
    for (const Gate& gate : gates)
      if (address >= gate.first && address <= gate.last && !bit(values_[gate.enable], gate.bit))
        wires_.find("register ", address, " used while its clock is off");
  }
  void set(std::uint32_t address, std::uint32_t value) {
    if (values_.contains(address))
      values_[address] = value;
    else
      wires_.find("write to register ", address);
  }
  bool runs_from_pll() { return (values_[0x40021008] & 3) == 3; }

  // Oscillator and PLL take their time; the clock may become faster than the flash bears.
  void write_rcc(std::uint32_t address, std::uint32_t value) {
    set(address, value);
    if (address == 0x40021000) {
      if (bit(value, 8) && !oscillator_at_) oscillator_at_ = wires_.now + 40;
      if (bit(value, 24) && !pll_at_) start_pll();
      if ((value & 1) == 0 && !runs_from_pll())
        wires_.find("MSI switched off while it is the clock");
    } else if (address == 0x40021008) {
      const bool bears = (values_[0x40022000] & 7) >= 1;  // above 16 MHz, to 32 MHz
      if (value != 3 || !has_come(pll_at_) || !bears) wires_.find("clock switched too early");
    }
  }
  void start_pll() {
    const std::uint32_t config = values_[0x4002100C];
    const std::uint32_t vco = 16'000'000 / ((config >> 4 & 7) + 1) * (config >> 8 & 0x7F);
    const std::uint32_t hz = vco / (2 * ((config >> 25 & 3) + 1));
    const bool possible = (config & 3) == 2 && vco >= 64'000'000 && vco <= 344'000'000;
    if (!possible || !has_come(oscillator_at_) || hz != clock_hz || !bit(config, 24))
      wires_.find("PLL started too early, or not for ", clock_hz, " Hz");
    pll_at_ = wires_.now + 100;
  }
  bool has_come(const std::optional<std::uint64_t>& time) const {
    return time && wires_.now >= *time;
  }

  // A pin of port A in alternate function mode.
  bool alternate(std::uint32_t pin, std::uint32_t function) {
    return (values_[0x48000000] >> (2 * pin) & 3) == 2 &&
        (values_[0x48000020] >> (4 * pin) & 15) == function;
  }
  void write_gpio(std::uint32_t address, std::uint32_t value) {
    const std::uint32_t low = value & 0xFFFF, high = value >> 16;
    switch (address) {
      case 0x48000418:
        port_b_ = (port_b_ & ~high) | low;
        return wires_.fram.select(!bit(port_b_, 6));
      case 0x48000818:
        if ((values_[0x48000800] & 0xFFFF) != 0x5555)
          wires_.find("marks before PC0 to PC7 are outputs");
        port_c_ = (port_c_ & ~high) | low;
        return wires_.set_marks(port_c_ & 0xFF);
      default:
        set(address, value);
    }
  }

  // USART2 with one byte in the shift register and one behind it.
  std::uint64_t uart_byte_cycles() {
    if (bit(values_[0x40004400], 15)) wires_.find("USART2 with OVER8, which this does not model");
    const double baud = static_cast<double>(clock_hz) / values_[0x4000440C];
    if (baud < 912'000 || baud > 931'000) wires_.find("USART2 at ", baud, " Bd");
    return static_cast<std::uint64_t>(10.0 * static_cast<double>(clock_hz) / baud);
  }
  bool uart_works() {
    return (values_[0x40004400] & 0xD) == 0xD && alternate(2, 7) && alternate(3, 7) &&
        runs_from_pll();
  }
  std::uint32_t uart_status() {
    const bool waiting = wires_.now < shift_free_from_;
    const bool has_come = uart_works() && !wires_.to_board.empty();
    return (has_come ? 1U << 5 : 0) | (uart_.busy(wires_.now) ? 0 : 1U << 6) |
        (waiting ? 0 : 1U << 7);
  }
  void write_uart(std::uint32_t address, std::uint32_t value) {
    const bool is_on = (values_[0x40004400] & 1) != 0;
    if (address == 0x4000440C && is_on) wires_.find("BRR written while the USART is on");
    if (address == 0x40004408 && is_on) wires_.find("CR3 written while the USART is on");
    if (address != 0x40004428) return set(address, value);
    if (!uart_works()) wires_.find("USART2 sends before it is set up");
    if (wires_.now < shift_free_from_) wires_.find("USART2: a byte was written over another");
    shift_free_from_ = uart_.free_at();
    uart_.send(wires_, static_cast<std::uint8_t>(value), uart_byte_cycles());
  }
  std::uint32_t take_received() {
    if (wires_.to_board.empty()) wires_.find("RDR read when nothing had come");
    if (wires_.to_board.empty()) return 0;
    const std::uint8_t byte = wires_.to_board.front();
    wires_.to_board.pop_front();
    return byte;
  }

  // SPI1 with FIFOs of four bytes.
  bool spi_works() {
    const bool pins = alternate(5, 5) && alternate(6, 5) && alternate(7, 5) &&
        (values_[0x48000400] >> 12 & 3) == 1;
    // Master, software NSS held high, half the clock, mode 0, on; 8 bits, RXNE from one byte on.
    return pins && values_[0x40013000] == 0x344 && values_[0x40013004] == 0x1700;
  }
  void write_spi(std::uint32_t address, std::uint32_t value) {
    if (address != 0x4001300C) return set(address, value);
    if (!spi_works()) wires_.find("SPI1 used before it is set up");
    if (spi_.size() >= 4) wires_.find("SPI1: FIFO overrun");
    const std::uint64_t begins = spi_.empty() ? wires_.now : std::max(wires_.now, spi_.back().done);
    spi_.push_back(
        {.done = begins + spi_byte_cycles,
         .in = wires_.fram.exchange(static_cast<std::uint8_t>(value))});
  }
  std::uint32_t spi_status() const {
    const bool has_come = !spi_.empty() && wires_.now >= spi_.front().done;
    const bool busy = !spi_.empty() && wires_.now < spi_.back().done;
    return (has_come ? 1U : 0) | 2U | (busy ? 1U << 7 : 0);
  }
  std::uint32_t take_spi() {
    if ((spi_status() & 1) == 0) wires_.find("SPI1 DR read when nothing had come");
    if (spi_.empty()) return 0;
    const std::uint8_t in = spi_.front().in;
    spi_.pop_front();
    return in;
  }

  // ADC1: out of deep power-down, regulator, 20 us, calibration, on; then single conversions.
  void write_adc(std::uint32_t address, std::uint32_t value) {
    if (address != 0x50040008) return set(address, value);
    const std::uint32_t before = values_[address];
    const bool regulated = bit(before, 28);
    if (bit(value, 28) && bit(before, 29))
      wires_.find("ADC regulator switched on in deep power-down");
    if (bit(value, 28) && !regulated) regulated_from_ = wires_.now;
    const bool settled = regulated && wires_.now >= regulated_from_ + clock_hz / 50'000;
    if (bit(value, 31)) {
      if (!settled || (before & 1) != 0) wires_.find("ADC calibrated too early, or while it is on");
      calibrated_at_ = wires_.now + 116;
    }
    if ((value & 1) != 0 && !has_come(calibrated_at_))
      wires_.find("ADC switched on before it is calibrated");
    if (bit(value, 2)) start_conversion(before);
    values_[address] = (value & 0x30000000) | ((before | value) & 1);
  }
  void start_conversion(std::uint32_t before) {
    const bool is_set_up = (before & 1) != 0 && values_[0x50040030] == 5U << 6 &&
        values_[0x50040014] == 7U << 15 && (values_[0x50040308] >> 16 & 3) == 1 &&
        (values_[0x48000000] & 3) == 3 && (values_[0x4800002C] & 1) != 0;
    if (!is_set_up) wires_.find("ADC converts before it is set up");
    converted_at_ = wires_.now + 653;
  }
  std::uint32_t adc_status() {
    return (values_[0x50040008] & 1) | (has_come(converted_at_) ? 4U : 0);
  }
  std::uint32_t take_adc() {
    if ((adc_status() & 4) == 0) wires_.find("ADC read before its conversion ended");
    converted_at_.reset();
    return wires_.input_mv * 4096 / 3300;
  }

  // TIM2, of 32 bits, at the core's clock.
  std::uint32_t timer_count() const {
    return timer_from_ ? static_cast<std::uint32_t>(wires_.now - *timer_from_) : timer_stopped_at_;
  }
  bool compared() {
    if (timer_from_ && wires_.now >= *timer_from_ + values_[0x40000034]) compare_flag_ = true;
    return compare_flag_;
  }
  void write_timer(std::uint32_t address, std::uint32_t value) {
    switch (address) {
      case 0x40000000:
        if (value == 1) timer_from_ = wires_.now - timer_stopped_at_;
        if (value == 0) timer_stopped_at_ = timer_count();
        if (value == 0) timer_from_.reset();
        return;
      case 0x40000010:
        if ((value & 2) == 0) compare_flag_ = false;
        return;
      case 0x40000024:
        timer_stopped_at_ = value;
        return;
      default:
        set(address, value);
    }
  }

  // Flash control: two keys unlock, setting LOCK locks; pages of the second bank are erased.
  void write_flash_control(std::uint32_t address, std::uint32_t value) {
    const bool locked = (values_[0x40022014] >> 31) != 0;
    switch (address) {
      case 0x40022000:
        return write_cache_control(value);
      case 0x40022008: {
        const std::uint32_t wanted = first_key_ ? 0xCDEF89AB : 0x45670123;
        if (!locked || value != wanted) wires_.find("flash: a wrong key, or not the time for one");
        if (first_key_) values_[0x40022014] = 0;
        first_key_ = !first_key_;
        return;
      }
      case 0x40022010:
        flash_status_ &= ~value;
        return;
      case 0x40022014:
        break;
      default:
        return set(address, value);
    }
    if (locked) return wires_.find("FLASH_CR written while it is locked");
    values_[address] = value;
    if (bit(value, 16)) erase(value);
  }
  void erase(std::uint32_t control) {
    if ((control & 0x802) != 0x802) return wires_.find("flash: not a page of the second bank");
    const std::uint32_t from = second_bank + (control >> 3 & 0xFF) * page_bytes;
    std::fill_n(wires_.flash.begin() + from, page_bytes, 0xFF);
    flash_changed();
    wires_.now += 22 * clock_hz / 1000;
    values_[0x40022014] &= ~(1U << 16);
  }
  // The data cache must be reset, which is possible while it is off, before it is on again.
  void write_cache_control(std::uint32_t value) {
    const bool was_on = bit(values_[0x40022000], 10);
    const bool is_on = bit(value, 10);
    if (bit(value, 12) && was_on) wires_.find("data cache reset while it is on");
    if (bit(value, 12) && !was_on) stale_ = false;
    if (is_on && !was_on && stale_) wires_.find("data cache on with what was there before");
    values_[0x40022000] = value;
  }
  void flash_changed() { stale_ = true; }

  struct SpiByte {
    std::uint64_t done;
    std::uint8_t in;
  };
  ChipWires& wires_;
  std::map<std::uint32_t, std::uint32_t> values_;
  std::optional<std::uint64_t> oscillator_at_, pll_at_, timer_from_, calibrated_at_, converted_at_;
  SerialOut uart_;
  std::uint64_t shift_free_from_ = 0, regulated_from_ = 0;
  std::deque<SpiByte> spi_;
  std::uint32_t port_b_ = 0, port_c_ = 0, timer_stopped_at_ = 0, flash_status_ = 0, first_word_ = 0;
  bool compare_flag_ = false, first_key_ = false, stale_ = false;
};

}  // namespace

std::unique_ptr<ChipRegisters> make_stm32l4_registers(ChipWires& wires) {
  return std::make_unique<Stm32l4Registers>(wires);
}

}  // namespace sunfleck
