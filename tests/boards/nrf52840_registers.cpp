#include <map>

#include "tests/boards/chip.h"

namespace sunfleck {
namespace {

constexpr std::uint64_t clock_hz = 64'000'000;
constexpr std::uint64_t spi_byte_cycles = 64;  // 8 bits at 8 MHz
constexpr std::uint32_t page_bytes = 4096, ram_base = 0x20000000;

// The parts of the nRF52840 that the HAL uses, from its Product Specification: UART (6.33), SPI
// (6.26), SAADC (6.23), TIMER (6.30), NVMC (4.3), CLOCK and POWER (5), GPIO (6.9). Pins as on the
// nRF52840 DK.
class Nrf52840Registers final : public ChipRegisters {
 public:
  explicit Nrf52840Registers(ChipWires& wires) : wires_(wires) {
    for (std::uint32_t pin = 0; pin < 32; ++pin)
      values_[0x50000700 + 4 * pin] = values_[0x50000A00 + 4 * pin] = 2;
    for (const std::uint32_t plain :
         {// UART: INTENSET, ENABLE, PSEL RTS, TXD, CTS, RXD; BAUDRATE, CONFIG
          0x40002304U, 0x40002500U, 0x40002508U, 0x4000250CU, 0x40002510U, 0x40002514U, 0x40002524U,
          0x4000256CU,
          // SPI: ENABLE, PSEL SCK, MOSI, MISO, FREQUENCY, CONFIG
          0x40003500U, 0x40003508U, 0x4000350CU, 0x40003510U, 0x40003524U, 0x40003554U,
          // SAADC: ENABLE, CH[0].PSELP, CH[0].CONFIG, RESOLUTION, RESULT.PTR, RESULT.MAXCNT
          0x40007500U, 0x40007510U, 0x40007518U, 0x400075F0U, 0x4000762CU, 0x40007630U,
          // TIMER0: BITMODE, PRESCALER, CC[0], CC[1]
          0x40008508U, 0x40008510U, 0x40008540U, 0x40008544U,
          // NVMC: CONFIG, ICACHECNF
          0x4001E504U, 0x4001E540U})
      values_[plain] = 0;
  }

  std::uint32_t read(std::uint32_t address) override {
    switch (address) {
      case 0x40000100:
        return hfxo_at_ && wires_.now >= *hfxo_at_ ? 1 : 0;
      case 0x40000400:
        return 0;  // RESETREAS after power-on
      case 0x40002108:
        show_received();
        return received_ ? 1 : 0;
      case 0x4000211C:
        return transmitted_ && wires_.now >= uart_.free_at() ? 1 : 0;
      case 0x40002518:
        return take_received();
      case 0x40003108:
        return spi_ready() ? 1 : 0;
      case 0x40003518:
        return take_spi();
      case 0x40007100:
      case 0x40007104:
      case 0x40007114:
        return adc_event_ == address ? 1 : 0;
      case 0x40008140:
        return compared() ? 1 : 0;
      case 0x4001E400:
        return 1;  // the core stands still until it is ready
      default:
        break;
    }
    const auto found = values_.find(address);
    if (found == values_.end()) wires_.find("read of register ", address);
    return found == values_.end() ? 0 : found->second;
  }

  void write(std::uint32_t address, std::uint32_t value) override {
    if (address < 0x40002000) return write_power(address, value);
    if (address < 0x40003000) return write_uart(address, value);
    if (address < 0x40004000) return write_spi(address, value);
    if (address < 0x40008000) return write_adc(address, value);
    if (address < 0x40009000) return write_timer(address, value);
    if (address < 0x50000000) return write_nvmc(address, value);
    write_gpio(address, value);
  }

  void write_flash(std::uint32_t offset, std::uint32_t value) override {
    if (values_[0x4001E504] != 1) return wires_.find("flash written while CONFIG is not Wen");
    for (std::uint32_t i = 0; i < 4; ++i)
      wires_.flash.at(offset + i) &= static_cast<std::uint8_t>(value >> (8 * i));
    wires_.now += 41 * clock_hz / 1'000'000;
  }

  bool interrupts(std::uint32_t number) override {
    if (number == 2) return bit(values_[0x40002304], 2) && read(0x40002108) != 0;
    return number == 8 && compare_interrupt_ && compared();
  }

  std::optional<std::uint64_t> next_interrupt() override {
    if (!timer_from_ || !compare_interrupt_ || compared()) return std::nullopt;
    return *timer_from_ + std::uint64_t{4} * values_[0x40008540];
  }

 private:
  void set(std::uint32_t address, std::uint32_t value) {
    if (values_.contains(address))
      values_[address] = value;
    else
      wires_.find("write to register ", address);
  }
  std::uint32_t pin(std::uint32_t number) {
    return values_[(number < 32 ? 0x50000700 : 0x50000A00) + number % 32 * 4];
  }
  bool is_output(std::uint32_t number) { return bit(pin(number), 0); }
  bool is_input(std::uint32_t number) { return (pin(number) & 3) == 0; }

  void write_power(std::uint32_t address, std::uint32_t value) {
    if (address == 0x40000000 && value == 1) {
      hfxo_at_ = wires_.now + clock_hz * 36 / 100'000;
    } else if (address != 0x40000400) {
      wires_.find("write to register ", address);
    }
  }

  // UART with a receiver of six bytes.
  bool uart_works() {
    const bool pins =
        values_[0x4000250C] == 6 && values_[0x40002514] == 8 && is_output(6) && is_input(8);
    return values_[0x40002500] == 4 && pins && values_[0x40002508] == 0xFFFFFFFF;
  }
  std::uint64_t uart_byte_cycles() {
    const double baud = values_[0x40002524] * 16e6 / 4294967296.0;
    if (baud < 900'000 || baud > 940'000) wires_.find("UART at ", baud, " Bd");
    return static_cast<std::uint64_t>(10 * clock_hz / baud);
  }
  void write_uart(std::uint32_t address, std::uint32_t value) {
    switch (address) {
      case 0x40002000:
        receiving_ = value == 1;
        return;
      case 0x40002008:
        sending_ = value == 1;
        return;
      case 0x40002108:
        if (value == 0) received_ = false;
        return;
      case 0x4000211C:
        if (value == 0) transmitted_ = false;
        return;
      case 0x4000251C:
        break;
      default:
        return set(address, value);
    }
    if (!uart_works() || !sending_) wires_.find("UART sends before it is set up");
    if (!hfxo_at_ || wires_.now < *hfxo_at_) wires_.find("UART sends without the crystal");
    if (uart_.busy(wires_.now)) wires_.find("UART: a byte was written over another");
    uart_.send(wires_, static_cast<std::uint8_t>(value), uart_byte_cycles());
    transmitted_ = true;
  }
  // An event for the first byte of the receiver, and after each that was taken for the next.
  void show_received() {
    if (!shown_ && receiving_ && uart_works() && !wires_.to_board.empty())
      shown_ = received_ = true;
  }
  std::uint32_t take_received() {
    if (!shown_) wires_.find("RXD read when nothing had come");
    if (!shown_) return 0;
    const std::uint8_t byte = wires_.to_board.front();
    wires_.to_board.pop_front();
    shown_ = false;
    return byte;
  }

  // SPI: two bytes at most on their way.
  bool spi_works() {
    return values_[0x40003500] == 1 && values_[0x40003508] == 47 && values_[0x4000350C] == 45 &&
        values_[0x40003510] == 46 && is_output(47) && is_output(45) && is_input(46) &&
        is_output(44) && values_[0x40003524] == 0x80000000 && values_[0x40003554] == 0;
  }
  void write_spi(std::uint32_t address, std::uint32_t value) {
    if (address == 0x40003108) {
      if (value == 0 && ready_seen_) ready_cleared_ = true;
      return;
    }
    if (address != 0x4000351C) return set(address, value);
    if (!spi_works()) wires_.find("SPI used before it is set up");
    if (spi_.size() >= 2) wires_.find("SPI: a third byte was written");
    const std::uint64_t begins = spi_.empty() ? wires_.now : std::max(wires_.now, spi_.back().done);
    const auto out = static_cast<std::uint8_t>(value);
    spi_.push_back({.done = begins + spi_byte_cycles, .in = wires_.fram.exchange(out)});
  }
  bool spi_ready() {
    ready_seen_ = !ready_cleared_ && !spi_.empty() && wires_.now >= spi_.front().done;
    return ready_seen_;
  }
  std::uint32_t take_spi() {
    if (spi_.empty() || !ready_cleared_) wires_.find("SPI RXD read out of turn");
    if (spi_.empty()) return 0;
    const std::uint8_t in = spi_.front().in;
    spi_.pop_front();
    ready_cleared_ = false;
    return in;
  }

  // SAADC: 12 bits of 3.6 V, the result stored by itself.
  void write_adc(std::uint32_t address, std::uint32_t value) {
    if (address == adc_event_ && value == 0) adc_event_ = 0;
    if (address >= 0x40007100 && address < 0x40007200) return;
    if (address >= 0x40007100) return set(address, value);
    if (values_[0x40007500] != 1) return wires_.find("SAADC used while it is off");
    if (address == 0x40007004) {
      const bool is_set_up = values_[0x40007510] == 2 && values_[0x40007518] == 5U << 16 &&
          values_[0x400075F0] == 2 && values_[0x40007630] == 1 && adc_started_;
      if (!is_set_up) wires_.find("SAADC samples before it is set up");
      store_result(wires_.input_mv * 4096 / 3600);
      adc_event_ = 0x40007104;
    } else {
      adc_started_ = address == 0x40007000;
      adc_event_ = adc_started_ ? 0x40007100 : 0x40007114;
    }
  }
  void store_result(std::uint32_t code) {
    const std::size_t at = values_[0x4000762C] - ram_base;
    if (at + 2 > wires_.ram.size()) return wires_.find("SAADC stores outside RAM");
    wires_.ram[at] = static_cast<std::uint8_t>(code);
    wires_.ram[at + 1] = static_cast<std::uint8_t>(code >> 8);
  }

  // TIMER0, of 32 bits, at 16 MHz.
  std::uint32_t timer_count() const {
    return timer_from_ ? static_cast<std::uint32_t>((wires_.now - *timer_from_) / 4) : 0;
  }
  bool compared() {
    if (timer_from_ && wires_.now >= *timer_from_ + std::uint64_t{4} * values_[0x40008540])
      compare_event_ = true;
    return compare_event_;
  }
  void write_timer(std::uint32_t address, std::uint32_t value) {
    switch (address) {
      case 0x40008000:
        if (values_[0x40008508] != 3) wires_.find("TIMER0 starts with less than 32 bits");
        timer_from_ = wires_.now;
        return;
      case 0x40008004:
        timer_from_.reset();
        return;
      case 0x4000800C:
        return;
      case 0x40008044:
        values_[0x40008544] = timer_count();
        return;
      case 0x40008140:
        if (value == 0) compare_event_ = false;
        return;
      case 0x40008304:
        compare_interrupt_ |= bit(value, 16);
        return;
      case 0x40008308:
        if (bit(value, 16)) compare_interrupt_ = false;
        return;
      default:
        set(address, value);
    }
  }

  void write_nvmc(std::uint32_t address, std::uint32_t value) {
    if (address != 0x4001E508) return set(address, value);
    if (values_[0x4001E504] != 2) return wires_.find("flash erased while CONFIG is not Een");
    if (value % page_bytes != 0 || value + page_bytes > wires_.flash.size())
      return wires_.find("flash erased at ", value);
    std::fill_n(wires_.flash.begin() + value, page_bytes, 0xFF);
    wires_.now += 85 * clock_hz / 1000;
  }

  // Pins: chip select P1.12, marks P1.01 to P1.08.
  void write_gpio(std::uint32_t address, std::uint32_t value) {
    switch (address) {
      case 0x50000508:
        return;
      case 0x50000808:
        return drive_port1(port1_ | value);
      case 0x5000080C:
        return drive_port1(port1_ & ~value);
      default:
        set(address, value);
    }
  }
  void drive_port1(std::uint32_t pins) {
    port1_ = pins;
    wires_.fram.select(!bit(pins, 12));
    wires_.set_marks(pins >> 1 & 0xFF);
  }

  struct SpiByte {
    std::uint64_t done;
    std::uint8_t in;
  };
  ChipWires& wires_;
  std::map<std::uint32_t, std::uint32_t> values_;
  std::optional<std::uint64_t> hfxo_at_, timer_from_;
  SerialOut uart_;
  bool received_ = false, shown_ = false, receiving_ = false, sending_ = false,
       transmitted_ = false;

  std::deque<SpiByte> spi_;
  bool ready_seen_ = false, ready_cleared_ = false;
  std::uint32_t adc_event_ = 0;
  bool adc_started_ = false, compare_event_ = false, compare_interrupt_ = false;
  std::uint32_t port1_ = 0;
};

}  // namespace

std::unique_ptr<ChipRegisters> make_nrf52840_registers(ChipWires& wires) {
  return std::make_unique<Nrf52840Registers>(wires);
}

}  // namespace sunfleck
