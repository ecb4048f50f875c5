#include "drivers/virtual_target/device_truth.h"

#include <gtest/gtest.h>

#include "drivers/virtual_target/fram.h"
#include "tests/drivers/virtual_target/test_board.h"

namespace sunfleck {
namespace {

using namespace literals;

TEST(DeviceTruth, ComesInPresetsThatPassTheCheck) {
  EXPECT_GE(device_presets().size(), 2U);
  for (const DeviceTruth& device : device_presets()) {
    SCOPED_TRACE(device.name);
    EXPECT_TRUE(check(device));
    const auto found = find_device(device.name);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->summary, device.summary);
  }
  const auto none = find_device("abacus");
  ASSERT_FALSE(none);
  EXPECT_EQ(
      none.error().text,
      "no device is called 'abacus'; there are fram-mcu, fram-mcu-spi, cortex-m4-spi");
}

TEST(DeviceTruth, AgreesWithWhatWasMeasuredOnTheParts) {
  const DeviceTruth chip = *find_device("fram-mcu");
  const auto per_cycle = [&](InstructionClass type) {
    return chip.per_cycle[static_cast<std::size_t>(type)].si * chip.reference.si;
  };
  // iNAS: 3.936 nJ in 12 cycles of an addition, 19.25 nJ in 44 cycles of a product.
  EXPECT_NEAR(per_cycle(InstructionClass::alu), 3.936e-9 / 12, 0.02 * 0.33e-9);
  EXPECT_NEAR(per_cycle(InstructionClass::multiply), 19.25e-9 / 44, 0.02 * 0.44e-9);
  // TI: 118 uA/MHz.
  EXPECT_NEAR(chip.per_cycle[1].si, 118e-12, 1e-15);

  // iNAS, the serial FRAM: 27.0 nJ and 64 cycles for a word of 16 bits in a long transfer.
  const DeviceTruth board = *find_device("fram-mcu-spi");
  const FramCost& read = board.fram.read;
  EXPECT_EQ(read.word_cycles, 64U);
  const double word = (read.word + 64.0 * board.per_wait_cycle).si * board.reference.si;
  EXPECT_NEAR(word, 27.0e-9, 0.02 * 27e-9);
  const double open = (read.open + 424.0 * board.per_wait_cycle).si * board.reference.si;
  EXPECT_NEAR(open, 200e-9, 0.02 * 200e-9);
  EXPECT_NEAR(board.boot_charge.si * board.reference.si, 77.88e-6, 0.02 * 77.88e-6);
}

TEST(DeviceTruth, DependsOnTheRailVoltage) {
  const DeviceTruth chip = *find_device("fram-mcu");
  EXPECT_DOUBLE_EQ(chip.factor_at(3.0_V), 1.0);
  EXPECT_NEAR(chip.factor_at(2.0_V), 0.97, 1e-12);
  EXPECT_GT(chip.factor_at(Volts{-1e6}), 0.0);
}

TEST(DeviceTruth, RefusesWhatNoDeviceCanBe) {
  struct Case {
    const char* name;
    void (*spoil)(DeviceTruth&);
    const char* text;
  };
  const Case cases[] = {
      {"clock", [](DeviceTruth& truth) { truth.clock = 1.0_Hz; },
       "device: clock must lie between 1 kHz and 500 MHz, and is 1 Hz"},
      {"reference", [](DeviceTruth& truth) { truth.reference = 0.0_V; },
       "device: reference must be above 0 V, and is 0 V"},
      {"charge", [](DeviceTruth& truth) { truth.per_cycle[3] = 0.0_pC; },
       "device: per_cycle must lie above 0 and up to 1 uC, and is 0 C"},
      {"word", [](DeviceTruth& truth) { truth.fram.word_bytes = 3; },
       "device: fram.word_bytes must be 1, 2 or 4, and is 3"},
      {"line", [](DeviceTruth& truth) { truth.fram.line_bytes = 2; },
       "device: fram.line_bytes must be a power of two from 4 on, and is 2"},
      {"wait", [](DeviceTruth& truth) { truth.fram.read.word_cycles = 1000000; },
       "device: the FRAM may wait at most 100000 cycles at a time"},
      {"boot", [](DeviceTruth& truth) { truth.boot_time = Seconds{-1.0}; },
       "device: boot_time must lie between 0 and 1000 s, and is -1 s"},
      {"sleep", [](DeviceTruth& truth) { truth.sleep_current = Amperes{-1.0}; },
       "device: sleep_current must not be below 0, and is -1 A"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    DeviceTruth truth = *find_device("fram-mcu");
    c.spoil(truth);
    const Status status = check(truth);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().text, c.text);
  }
}

TEST(Fram, CostsWordsAndLines) {
  const FramTruth truth{
      .word_bytes = 2,
      .line_bytes = 8,
      .read = {.open_cycles = 10, .word_cycles = 1, .open = 100.0_pC, .word = 1.0_pC},
      .write = {.open_cycles = 20, .word_cycles = 2, .open = 200.0_pC, .word = 2.0_pC}};
  Fram fram(64, truth);
  struct Case {
    const char* name;
    bool write;
    std::uint32_t offset, bytes;
    std::uint32_t waits;
    double picocoulombs;
  };
  const Case cases[] = {
      {"opens a line, two words", false, 0, 4, 10 + 2, 102},
      {"goes on in it", false, 4, 4, 2, 2},
      {"a byte is a word", false, 7, 1, 1, 1},
      {"two bytes over two words", false, 5, 2, 2, 2},
      {"the next line", false, 8, 4, 12, 102},
      {"writing opens it anew", true, 8, 4, 20 + 4, 204},
      {"goes on writing", true, 12, 1, 2, 2},
      {"reading again", false, 12, 4, 12, 102},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    FramUse use;
    if (c.write)
      fram.write(c.offset, c.bytes, 0xA5A5A5A5, use);
    else
      fram.read(c.offset, c.bytes, use);
    EXPECT_EQ(use.wait_cycles, c.waits);
    EXPECT_EQ(use.charge, to_charge(Coulombs{c.picocoulombs * 1e-12}));
  }
  EXPECT_EQ(fram.counts().bytes_read, 4U + 4 + 1 + 2 + 4 + 4);
  EXPECT_EQ(fram.counts().bytes_written, 5U);
  EXPECT_EQ(fram.counts().lines_opened, 4U);
}

TEST(Fram, TakesBackWhatTheJournalHolds) {
  Fram fram(64, {});
  FramUse use;
  fram.write(0, 4, 0x11223344, use);
  fram.start_journal();
  fram.write(0, 4, 0xFFFFFFFF, use);
  fram.write(1, 1, 0x00, use);
  fram.write(60, 2, 0xABCD, use);
  fram.take_back();
  EXPECT_EQ(fram.read(0, 4, use), 0x11223344U);
  EXPECT_EQ(fram.read(60, 4, use), 0U);
  EXPECT_EQ(fram.counts().bytes_written, 4U);
}

}  // namespace
}  // namespace sunfleck
