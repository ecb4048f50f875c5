#include "app/board_file.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/toml_table.h"

namespace sunfleck::app {
namespace {

using Role = RegisterRole;

// The registers of a kind of UART, at offsets from its base.
struct UartKind {
  std::string_view name;
  std::vector<BoardRegister> registers;
};

// Sources: ARM DDI 0479, CMSDK APB UART; ST RM0368, USART; ST RM0351, USART; Nordic nRF52840
// Product Specification, UART.
const std::vector<UartKind>& uart_kinds() {
  static const std::vector<UartKind> kinds{
      {"cmsdk",
       {{0x00, Role::uart_data},
        {0x04, Role::uart_full, 1},
        {0x04, Role::uart_arrived, 2},
        {0x04, Role::uart_overrun, 8},
        {0x08, Role::uart_enable, 1, 2},
        {0x10, Role::uart_divider}}},
      {"stm32",  // F1, F2, F4, L1: SR, DR, CR1
       {{0x00, Role::uart_room, 1 << 7},
        {0x00, Role::uart_idle, 1 << 6},
        {0x00, Role::uart_arrived, 1 << 5},
        {0x04, Role::uart_data},
        {0x0C, Role::uart_enable, 1 << 13 | 1 << 3, 1 << 13 | 1 << 2}}},
      {"stm32l4",  // F0, F3, F7, G, H7, L0, L4: CR1, ISR, RDR, TDR
       {{0x00, Role::uart_enable, 1 << 0 | 1 << 3, 1 << 0 | 1 << 2},
        {0x1C, Role::uart_room, 1 << 7},
        {0x1C, Role::uart_idle, 1 << 6},
        {0x1C, Role::uart_arrived, 1 << 5},
        {0x1C, Role::constant, 0, 1 << 22 | 1 << 21},  // enables are acknowledged
        {0x24, Role::uart_data},
        {0x28, Role::uart_data}}},
      {"nrf",  // UART, not UARTE: RXDRDY, TXDRDY, ENABLE, RXD, TXD
       {{0x108, Role::uart_arrived, 1},
        {0x11C, Role::uart_sent, 1},
        {0x500, Role::uart_enable, 4, 4},
        {0x518, Role::uart_data},
        {0x51C, Role::uart_data}}},
      {"generic", {}},
  };
  return kinds;
}

BoardRegion read_region(TomlTable region) {
  const BoardRegion read{
      .base = region.number("base", std::nullopt), .bytes = region.number("size", std::nullopt)};
  region.end();
  return read;
}

void read_memory(TomlTable memory, BoardDescription& board) {
  board.flash = read_region(memory.table("flash"));
  board.sram = read_region(memory.table("sram"));
  TomlTable nonvolatile = memory.table("nonvolatile");
  if (nonvolatile.is_there()) board.nonvolatile = read_region(nonvolatile);
  memory.require("flash");
  memory.require("sram");
  memory.end();
}

// Room for a byte: the bits of ready_mask read as ready_value.
void read_generic_uart(TomlTable& uart, std::vector<BoardRegister>& registers) {
  const std::uint32_t data = uart.address("data");
  const std::uint32_t status = uart.address("status");
  const std::uint32_t mask = uart.number("ready_mask", std::nullopt);
  const std::uint32_t ready = uart.number("ready_value", mask);
  if ((ready & ~mask) != 0) uart.wrong("ready_value", "within ready_mask");
  registers.push_back({data, Role::uart_data});
  registers.push_back({status, Role::uart_room, ready});
  registers.push_back({status, Role::uart_full, mask & ~ready});
  if (const std::uint32_t arrived = uart.number("received_mask", 0); arrived != 0)
    registers.push_back({status, Role::uart_arrived, arrived});
  if (uart.has("receive")) registers.push_back({uart.address("receive"), Role::uart_data});
}

void read_uart(TomlTable uart, Hertz clock, BoardDescription& board) {
  constexpr std::uint32_t least_cycles_per_bit = 16;
  if (!uart.is_there()) return;
  const std::string said = uart.text("kind", std::nullopt);
  const auto kind = std::ranges::find(uart_kinds(), said, &UartKind::name);
  if (kind == uart_kinds().end())
    return uart.wrong("kind", "\"cmsdk\", \"stm32\", \"stm32l4\", \"nrf\" or \"generic\"");
  if (kind->registers.empty()) {
    read_generic_uart(uart, board.registers);
  } else {
    const std::uint32_t base = uart.address("base");
    for (BoardRegister one : kind->registers) {
      one.address += base;
      board.registers.push_back(one);
    }
  }
  if (said != "cmsdk") {
    const std::uint32_t baud = uart.number("baud", 115200, 1);
    board.cycles_per_bit = static_cast<std::uint32_t>(std::llround(clock.si / baud));
    if (board.cycles_per_bit < least_cycles_per_bit)
      uart.wrong("baud", join("at most a ", least_cycles_per_bit, "th of the clock"));
  }
  uart.end();
}

void read_mark_names(TomlTable pins, std::uint32_t high, BoardFile& file) {
  for (std::uint32_t pin = 0; pin < mark_pins; ++pin) {
    const std::string key = join(pin);
    const bool is_pin = (high >> pin & 1) != 0;
    if (!pins.is_there() && is_pin) file.marks.at(pin) = "pin " + key;
    if (!pins.has(key.c_str())) continue;
    file.marks.at(pin) = pins.text(key.c_str(), std::nullopt);
    if (!is_pin) pins.wrong(key.c_str(), "one of the pins in 'marks.mask'");
  }
  pins.end();
}

void read_marks(TomlTable marks, BoardFile& file) {
  struct Place {
    const char* key;
    Role role;
  };
  constexpr std::array places{
      Place{"address", Role::marks}, Place{"set", Role::marks_set},
      Place{"clear", Role::marks_clear}, Place{"set_reset", Role::marks_set_reset}};
  if (!marks.is_there()) return;
  const std::uint32_t shift = marks.number("shift", 0, 0, 31);
  const std::uint32_t mask = marks.number("mask", 0xFFU << shift, 1);
  if (mask >> shift > 0xFF || mask >> shift << shift != mask)
    marks.wrong("mask", "within 8 bits from 'marks.shift' on");
  bool has_place = false;
  for (const Place& place : places) {
    if (!marks.has(place.key)) continue;
    has_place = true;
    file.board.registers.push_back({marks.address(place.key), place.role, mask, shift});
  }
  if (!has_place) marks.require("address");
  read_mark_names(marks.table("pins"), mask >> shift, file);
  marks.end();
}

void read_counter(TomlTable counter, BoardDescription& board) {
  if (!counter.is_there()) return;
  board.registers.push_back(
      {counter.address("address"), Role::counter, 0xFFFFFFFF, counter.number("divider", 1, 1)});
  counter.end();
}

void read_supply(TomlTable supply, BoardDescription& board) {
  if (!supply.is_there()) return;
  const double millivolts = supply.real("millivolts_per_count", std::nullopt);
  if (!(millivolts >= 1e-3 && millivolts <= 1e3))
    supply.wrong("millivolts_per_count", "0.001 to 1000");
  else
    board.adc_step = Volts{millivolts * 1e-3};
  const auto microvolts = static_cast<std::uint32_t>(std::llround(board.adc_step.si * 1e6));
  board.registers.push_back({supply.address("address"), Role::supply, 0xFFFFFFFF, microvolts});
  supply.end();
}

void read_constants(
    TomlFile& file, const toml::array* constants, std::vector<BoardRegister>& registers) {
  constexpr std::size_t most = 256;
  if (constants == nullptr) return;
  if (constants->size() > most)
    return file.wrong(constants->source(), join("at most ", most, " constants were expected"));
  for (const toml::node& node : *constants) {
    if (!node.is_table())
      return file.wrong(node.source(), "{ address = ..., value = ... } was expected");
    TomlTable one(file, node.as_table(), "peripherals.constants");
    registers.push_back(
        {one.address("address"), Role::constant, 0, one.number("value", std::nullopt)});
    one.end();
  }
}

void read_peripherals(TomlFile& file, TomlTable peripherals, BoardDescription& board) {
  const std::string unknown = peripherals.text("unknown", "zero");
  if (unknown != "zero" && unknown != "fault")
    peripherals.wrong("unknown", "\"zero\" or \"fault\"");
  board.unknown = unknown == "fault" ? UnknownRegisters::fault : UnknownRegisters::read_zero;
  read_constants(file, peripherals.array("constants"), board.registers);
  peripherals.end();
}

void read_sleep(TomlTable sleep, Hertz clock, BoardDescription& board) {
  if (!sleep.is_there()) return;
  const double cycles = sleep.quantity<Seconds>("longest", std::nullopt).si * clock.si;
  if (!(cycles < 4294967296.0))
    sleep.wrong("longest", "less than 2^32 cycles of the clock");
  else
    board.sleep_cycles = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(cycles));
  sleep.end();
}

BoardFile read_members(TomlFile& file, const toml::table& table) {
  BoardFile read;
  TomlTable root(file, &table, "");
  read.board.name = root.text("name", std::nullopt);
  read.clock = root.quantity<Hertz>("clock", std::nullopt);
  if (read.clock.si > 500e6) root.wrong("clock", "at most 500 MHz");
  root.require("memory");
  read_memory(root.table("memory"), read.board);
  read_uart(root.table("uart"), read.clock, read.board);
  read_counter(root.table("counter"), read.board);
  read_marks(root.table("marks"), read);
  read_supply(root.table("supply"), read.board);
  read_peripherals(file, root.table("peripherals"), read.board);
  read_sleep(root.table("sleep"), read.clock, read.board);
  root.end();
  std::ranges::stable_sort(read.board.registers, {}, &BoardRegister::address);
  return read;
}

}  // namespace

std::uint8_t named_pins(const std::array<std::string, mark_pins>& marks) {
  std::uint8_t pins = 0;
  for (std::size_t pin = 0; pin < marks.size(); ++pin)
    if (!marks.at(pin).empty()) pins = static_cast<std::uint8_t>(pins | 1U << pin);
  return pins;
}

Result<BoardFile> read_board_file(std::string_view text, const std::string& file) {
  const toml::parse_result parsed = toml::parse(text);
  TomlFile source(file, "a board file");
  if (!parsed) {
    source.wrong(parsed.error().source(), std::string(parsed.error().description()));
    return source.status().error();
  }
  BoardFile read = read_members(source, parsed.table());
  TRY(source.status());
  if (const Status fits = check(read.board); !fits)
    return fail(Errc::invalid_argument, file, ": ", fits.error().text);
  return read;
}

}  // namespace sunfleck::app
