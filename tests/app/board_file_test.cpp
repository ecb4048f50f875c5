#include "app/board_file.h"

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "drivers/virtual_target/registers.h"
#include "tests/support/command.h"
#include "tests/support/mutate.h"

namespace sunfleck::app {
namespace {

constexpr const char* head = R"(name = "board"
clock = "16 MHz"
[memory]
flash = { base = 0x08000000, size = 0x40000 }
sram = { base = 0x20000000, size = 0x10000 }
)";

BoardFile board_of(const std::string& more) {
  const auto file = read_board_file(head + more, "b.toml");
  EXPECT_TRUE(file) << file.error().text;
  return file ? *file : BoardFile{};
}

// Registers of the board, powered; 16 MHz over 100 kBd are 160 cycles a bit, 1600 a byte.
Registers powered(const BoardFile& file) {
  Registers registers(
      {.registers = file.board.registers,
       .cycles_per_bit = file.board.cycles_per_bit,
       .adc_step = file.board.adc_step,
       .adc_noise = Volts{0.0}});
  registers.power_up();
  return registers;
}

std::string sent_by(Registers& registers) {
  std::string text;
  for (const SentByte& sent : registers.take_sent(UINT64_MAX))
    text += static_cast<char>(sent.byte);
  return text;
}

TEST(BoardFile, ReadsTheExampleOfTheGuide) {
  const std::string text = text_of("target_fw/record_writer/example/board.toml");
  const auto file = read_board_file(text, "board.toml");
  ASSERT_TRUE(file) << file.error().text;
  EXPECT_EQ(file->board.name, "F401 with FRAM");
  EXPECT_EQ(file->clock.si, 16e6);
  EXPECT_EQ(file->board.flash.base, 0x08000000U);
  EXPECT_EQ(file->board.nonvolatile->bytes, 0x8000U);
  EXPECT_EQ(file->board.cycles_per_bit, 35U);  // 16e6 / 460800 = 34.7
  EXPECT_EQ(file->marks[0], "work");
  EXPECT_EQ(file->marks[1], "commit");
  EXPECT_EQ(named_pins(file->marks), 0b11);
  EXPECT_EQ(file->board.unknown, UnknownRegisters::read_zero);
}

TEST(BoardFile, SaysWhereAMistakeIs) {
  struct Case {
    const char* more;
    const char* text;
  };
  const Case cases[] = {
      {"[uart]\nkind = \"pdp11\"\nbase = 0\n",
       "b.toml:7:8: 'uart.kind' must be \"cmsdk\", \"stm32\", \"stm32l4\", \"nrf\" or \"generic\""},
      {"[uart]\nkind = \"stm32\"\nbase = 0x40011002\n",
       "b.toml:8:8: 'uart.base' must be the address of a word, a multiple of 4,"},
      {"[uart]\nkind = \"stm32\"\n", "b.toml:6:1: 'uart.base' is missing"},
      {"[uart]\nkind = \"stm32\"\nbase = 0x40011000\nbaud = 2000000\n",
       "b.toml:9:8: 'uart.baud' must be at most a 16th of the clock"},
      {"[uart]\nkind = \"stm32\"\nbase = 0x40011000\nspeed = 9600\n",
       "b.toml:9:1: there is no 'uart.speed' in a board file"},
      {"[counter]\naddress = 0x40000024\ndivider = 0\n",
       "b.toml:8:11: 'counter.divider' must be a whole number of 0x1 to 0xffffffff"},
      {"[counter]\naddress = \"here\"\n",
       "b.toml:7:11: 'counter.address' must be a whole number of 0x0 to 0xffffffff"},
      {"[marks]\nmask = 1\n", "b.toml:6:1: 'marks.address' is missing"},
      {"[marks]\naddress = 0x40020014\nmask = 0x1ff\n",
       "b.toml:8:8: 'marks.mask' must be within 8 bits from 'marks.shift' on"},
      {"[marks]\naddress = 0x40020014\nmask = 1\npins = { 1 = \"x\" }\n",
       "b.toml:9:14: 'marks.pins.1' must be one of the pins in 'marks.mask'"},
      {"[marks]\naddress = 0x40020014\nmask = 1\npins = { 0 = \"\" }\n",
       "b.toml:9:14: 'marks.pins.0' must be a text of 1 to 64 bytes"},
      {"[supply]\naddress = 0x4001204c\nmillivolts_per_count = -1\n",
       "b.toml:8:24: 'supply.millivolts_per_count' must be 0.001 to 1000"},
      {"[sleep]\nlongest = \"soon\"\n",
       "b.toml:7:11: 'sleep.longest' must be a positive quantity such as \"1 s\""},
      {"[peripherals]\nunknown = \"guess\"\n",
       "b.toml:7:11: 'peripherals.unknown' must be \"zero\" or \"fault\""},
      {"[peripherals]\nconstants = [1]\n",
       "b.toml:7:14: { address = ..., value = ... } was expected"},
      {"[uart]\nkind = \"generic\"\ndata = 0x40001000\nstatus = 0x40001004\nready_mask = 1\n"
       "ready_value = 2\n",
       "b.toml:11:15: 'uart.ready_value' must be within ready_mask"},
      {"[counter]\naddress = 0x20000ffc\n",
       "b.toml: virtual board: the register at 0x20000ffc lies in or beside the SRAM at "
       "0x20000000"},
      {"nonvolatile = { base = 0x2000f000, size = 0x8000 }\n",
       "b.toml: virtual board: FRAM at 0x2000f000 overlaps SRAM at 0x20000000"},
      {"nonvolatile = { base = 0x40000000, size = 0x8000 }\n",
       "b.toml: virtual board: the registers that read 0 at 0x40000000 overlaps FRAM at "
       "0x40000000"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.more);
    const auto file = read_board_file(std::string(head) + c.more, "b.toml");
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().text, c.text);
  }
  const auto none = read_board_file("name = \"x\"\nclock = 16\n", "b.toml");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().text, "b.toml:2:9: 'clock' must be a text of 1 to 64 bytes");
  const auto toml = read_board_file("name = \"x\"\n[memory\n", "b.toml");
  ASSERT_FALSE(toml);
  EXPECT_EQ(toml.error().text.substr(0, 11), "b.toml:2:8:") << toml.error().text;
}

TEST(BoardFile, AnStm32UartSendsOnceItIsSwitchedOnAndSaysWhenThereIsRoom) {
  struct Kind {
    const char* name;
    std::uint32_t status, data, control, on;
  };
  // SR, DR, CR1 with UE and TE; ISR, TDR, CR1 with UE and TE.
  const Kind kinds[] = {{"stm32", 0x00, 0x04, 0x0C, 0x2008}, {"stm32l4", 0x1C, 0x28, 0x00, 0x0009}};
  for (const Kind& kind : kinds) {
    SCOPED_TRACE(kind.name);
    const BoardFile file =
        board_of(join("[uart]\nkind = \"", kind.name, "\"\nbase = 0x40011000\nbaud = 100000\n"));
    Registers registers = powered(file);
    const std::uint32_t base = 0x40011000;
    constexpr std::uint32_t room = 1 << 7;
    constexpr std::uint32_t complete = 1 << 6;
    registers.write(base + kind.data, 'x', 0);  // it is off
    registers.write(base + kind.control, kind.on, 1);
    EXPECT_EQ(registers.read(base + kind.status, 2) & (room | complete), room | complete);
    registers.write(base + kind.data, 'a', 10);
    EXPECT_EQ(registers.read(base + kind.status, 11) & (room | complete), room);
    registers.write(base + kind.data, 'b', 20);
    EXPECT_EQ(registers.read(base + kind.status, 21) & (room | complete), 0U);
    EXPECT_EQ(registers.read(base + kind.status, 1610) & (room | complete), room);
    EXPECT_EQ(registers.read(base + kind.status, 3210) & (room | complete), room | complete);
    EXPECT_EQ(sent_by(registers), "ab");
  }
}

TEST(BoardFile, AnNrfUartTellsEachByteByAnEventUntilItIsCleared) {
  const BoardFile file = board_of("[uart]\nkind = \"nrf\"\nbase = 0x40002000\nbaud = 100000\n");
  Registers registers = powered(file);
  constexpr std::uint32_t sent = 0x4000211C;
  constexpr std::uint32_t txd = 0x4000251C;
  registers.write(0x40002500, 4, 0);
  EXPECT_EQ(registers.read(sent, 1), 0U);
  registers.write(txd, 'a', 10);
  EXPECT_EQ(registers.read(sent, 1609), 0U);
  EXPECT_EQ(registers.read(sent, 1610), 1U);
  registers.write(sent, 0, 1620);
  EXPECT_EQ(registers.read(sent, 1621), 0U);
  registers.write(txd, 'b', 1700);
  EXPECT_EQ(registers.read(sent, 3300), 1U);
  const std::uint8_t byte = 'z';
  registers.receive({&byte, 1}, 4000);
  EXPECT_EQ(registers.read(0x40002108, 5600), 1U);
  EXPECT_EQ(registers.read(0x40002518, 5601), 'z');
  EXPECT_EQ(sent_by(registers), "ab");
}

TEST(BoardFile, AGenericUartIsReadyWhenItsMaskReadsItsValue) {
  // Bit 0 is "busy", bit 4 is "empty": ready when they read 0 and 1.
  const BoardFile file = board_of(
      "[uart]\nkind = \"generic\"\ndata = 0x40001000\nstatus = 0x40001008\nready_mask = 0x11\n"
      "ready_value = 0x10\nreceived_mask = 0x80\nreceive = 0x40001004\nbaud = 100000\n");
  Registers registers = powered(file);
  EXPECT_EQ(registers.read(0x40001008, 0), 0x10U);
  registers.write(0x40001000, 'a', 0);
  registers.write(0x40001000, 'b', 1);
  EXPECT_EQ(registers.read(0x40001008, 2), 0x01U);
  EXPECT_EQ(registers.read(0x40001008, 1600), 0x10U);
  const std::uint8_t byte = 'r';
  registers.receive({&byte, 1}, 10'000);
  EXPECT_EQ(registers.read(0x40001008, 11'600), 0x90U);
  EXPECT_EQ(registers.read(0x40001004, 11'601), 'r');
  EXPECT_EQ(sent_by(registers), "ab");
}

TEST(BoardFile, ACmsdkUartHasItsOwnDivider) {
  const BoardFile file = board_of("[uart]\nkind = \"cmsdk\"\nbase = 0x40004000\n");
  Registers registers = powered(file);
  registers.write(0x40004010, 100, 0);
  registers.write(0x40004008, 1, 0);
  registers.write(0x40004000, 'a', 0);
  ASSERT_EQ(registers.uart_busy_until(), 1000U);
}

TEST(BoardFile, MarksComeFromOutputSetClearAndSetResetRegisters) {
  const BoardFile file = board_of(
      "[marks]\naddress = 0x40020014\nset = 0x50000508\nclear = 0x5000050c\n"
      "set_reset = 0x40020018\nmask = 0xc0\nshift = 6\n");
  EXPECT_EQ(file.marks[0], "pin 0");
  EXPECT_EQ(named_pins(file.marks), 0b11);
  Registers registers = powered(file);
  registers.write(0x40020014, 0x41, 1);        // bit 6 is pin 0; bit 0 is none
  registers.write(0x50000508, 0x80, 2);        // pin 1 too
  registers.write(0x5000050C, 0x40, 3);        // pin 0 off
  registers.write(0x40020018, 0x00800040, 4);  // pin 0 on, pin 1 off
  registers.write(0x40020018, 0x00400040, 5);  // set wins: no change
  std::vector<int> pins;
  for (const PinChange& change : registers.take_pins())
    pins.push_back(change.pins);
  EXPECT_EQ(pins, (std::vector<int>{1, 3, 2, 1}));
}

TEST(BoardFile, CounterSupplyAndConstantsReadWhatTheFileSays) {
  const BoardFile file = board_of(
      "[counter]\naddress = 0xe0001004\ndivider = 16\n[supply]\naddress = 0x4001204c\n"
      "millivolts_per_count = 0.5\n[peripherals]\n"
      "constants = [{ address = 0x40023800, value = 0x02000000 }]\n[sleep]\nlongest = \"1 ms\"\n");
  Registers registers = powered(file);
  EXPECT_EQ(registers.read(0xE0001004, 1600), 100U);
  registers.set_supply(Volts{2.5}, true);
  EXPECT_EQ(registers.read(0x4001204C, 0), 5000U);
  EXPECT_EQ(registers.read(0x40023800, 0), 0x02000000U);
  EXPECT_EQ(file.board.sleep_cycles, 16'000U);
}

TEST(BoardFile, DamagedFilesAreReadOrRefusedInASentence) {
  const std::string text = text_of("target_fw/record_writer/example/board.toml");
  const std::vector<std::uint8_t> good(text.begin(), text.end());
  Random random(7, "board file");
  int refused = 0;
  for (int i = 0; i < 12'000; ++i) {
    const auto bytes = mutated(good, random);
    const std::string damaged(bytes.begin(), bytes.end());
    const auto file = read_board_file(damaged, "b.toml");
    if (file) continue;
    ++refused;
    ASSERT_EQ(file.error().text.substr(0, 7), "b.toml:");
  }
  EXPECT_GT(refused, 6'000);
}

}  // namespace
}  // namespace sunfleck::app
