#include "drivers/virtual_target/registers.h"

#include <gtest/gtest.h>

#include <cmath>

#include "target_fw/protocol/virtual_board.h"

namespace sunfleck {
namespace {

using namespace literals;

constexpr std::uint32_t data = FW_VB_UART + FW_VB_UART_DATA;
constexpr std::uint32_t state = FW_VB_UART + FW_VB_UART_STATE;
constexpr std::uint32_t control = FW_VB_UART + FW_VB_UART_CTRL;
constexpr std::uint32_t divider = FW_VB_UART + FW_VB_UART_BAUDDIV;

const BoardDescription& board() {
  static const BoardDescription description =
      virtual_board({.sram_bytes = 0x1000, .fram_bytes = 0x2000}, 16.0_MHz);
  return description;
}

// 100 cycles a bit, 1000 a byte.
Registers open_registers(std::uint32_t enables = 3) {
  Registers registers({.registers = board().registers, .seed = 3});
  registers.power_up();
  registers.write(divider, 100, 0);
  registers.write(control, enables, 0);
  return registers;
}

TEST(Registers, SendsOneByteAndHoldsOneBehindIt) {
  Registers registers = open_registers();
  registers.write(data, 'a', 50);
  EXPECT_EQ(registers.read(state, 51), 0U) << "it is in the shift register at once";
  registers.write(data, 'b', 60);
  EXPECT_EQ(registers.read(state, 61), 1U);
  registers.write(data, 'c', 70);  // overrun: lost
  EXPECT_EQ(registers.read(state, 1049), 1U);
  EXPECT_EQ(registers.read(state, 1050), 0U);
  registers.write(data, 'd', 1050);
  EXPECT_EQ(registers.uart_busy_until(), 3050U);
  EXPECT_TRUE(registers.take_sent(1049).empty());
  const auto sent = registers.take_sent(3050);
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(sent[0].byte, 'a');
  EXPECT_EQ(sent[0].complete, 1050U);
  EXPECT_EQ(sent[1].byte, 'b');
  EXPECT_EQ(sent[1].complete, 2050U);
  EXPECT_EQ(sent[2].byte, 'd');
  EXPECT_EQ(sent[2].complete, 3050U);
}

TEST(Registers, SendsNothingUnlessTheTransmitterIsOn) {
  Registers off = open_registers(2);
  off.write(data, 'a', 10);
  EXPECT_TRUE(off.take_sent(UINT64_MAX).empty());
  Registers fast = open_registers();
  fast.write(divider, 15, 5);  // below the least divider of 16
  fast.write(data, 'a', 10);
  EXPECT_TRUE(fast.take_sent(UINT64_MAX).empty());
}

TEST(Registers, BytesArriveAtTheSpeedOfTheLineIntoABufferOfOne) {
  Registers registers = open_registers();
  const std::uint8_t bytes[] = {7, 8};
  EXPECT_EQ(registers.next_received(50), UINT64_MAX);
  registers.receive(bytes, 100);
  EXPECT_EQ(registers.next_received(150), 1100U) << "ten bits of 100 cycles";
  EXPECT_EQ(registers.read(state, 1099), 0U);
  EXPECT_EQ(registers.read(data, 1099), 0U);
  EXPECT_EQ(registers.read(state, 1100), 2U);
  EXPECT_EQ(registers.next_received(1100), 1100U);
  EXPECT_EQ(registers.read(data, 1100), 7U);
  EXPECT_EQ(registers.read(state, 1100), 0U);
  EXPECT_EQ(registers.next_received(1100), 2100U);
  EXPECT_EQ(registers.read(data, 2100), 8U);
  registers.receive(bytes, 10000);
  registers.power_up();
  EXPECT_EQ(registers.read(state, 90000), 0U);
}

TEST(Registers, AByteThatIsNotReadInTimeIsLostAndSaidToBe) {
  Registers registers = open_registers();
  const std::uint8_t bytes[] = {7, 8, 9};
  registers.receive(bytes, 0);
  EXPECT_EQ(registers.read(state, 2999), 2U | 8U) << "full, and overrun";
  EXPECT_EQ(registers.read(data, 2999), 8U) << "the newer one";
  EXPECT_EQ(registers.read(state, 2999), 8U);
  registers.write(state, 8, 2999);
  EXPECT_EQ(registers.read(state, 2999), 0U);
  EXPECT_EQ(registers.read(state, 3000), 2U) << "the third one came in time";
  EXPECT_EQ(registers.read(data, 3000), 9U);
}

TEST(Registers, TellsChangesOfThePinsOnce) {
  Registers registers = open_registers();
  const std::uint32_t marks = FW_VB_SYSTEM + FW_VB_MARKS;
  registers.write(marks, 1, 5);
  registers.write(marks, 1, 6);
  registers.write(marks, 0x1FE, 7);  // eight pins
  const auto changes = registers.take_pins();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[1].pins, 0xFE);
  EXPECT_EQ(changes[1].cycle, 7U);
  EXPECT_TRUE(registers.take_pins().empty());
  EXPECT_EQ(registers.read(marks, 8), 0xFEU);
}

TEST(Registers, CountsCyclesAndForgetsTheNapItGaveOut) {
  Registers registers = open_registers();
  EXPECT_EQ(registers.read(FW_VB_SYSTEM + FW_VB_COUNTER, 0x100000007), 7U) << "wraps at 2^32";
  registers.write(FW_VB_SYSTEM + FW_VB_WAKE_AFTER, 99, 1);
  EXPECT_EQ(registers.take_wake_after(), 99U);
  EXPECT_EQ(registers.take_wake_after(), 0U);
  EXPECT_EQ(registers.read(0x40029FFC, 1), 0U) << "there is nothing";
}

TEST(Registers, QuantisesTheSupplyWithNoise) {
  RegisterConfig config{.registers = board().registers, .adc_step = 10.0_mV, .adc_noise = 0.0_mV};
  Registers coarse(config);
  coarse.set_supply(2.346_V, false);
  EXPECT_EQ(coarse.read(FW_VB_SYSTEM + FW_VB_SUPPLY, 0), 2350U);
  EXPECT_EQ(coarse.read(FW_VB_SYSTEM + FW_VB_POWER_GOOD, 0), 0U);
  config.adc_noise = 20.0_mV;
  Registers noisy(config);
  noisy.set_supply(2.346_V, true);
  double sum = 0.0;
  for (int i = 0; i < 1000; ++i)
    sum += noisy.read(FW_VB_SYSTEM + FW_VB_SUPPLY, 0);
  EXPECT_NEAR(sum / 1000.0, 2346.0, 5 * 20.0 / std::sqrt(1000.0));
  noisy.set_supply(0.0_V, false);
  EXPECT_LT(noisy.read(FW_VB_SYSTEM + FW_VB_SUPPLY, 0), 100U) << "never below 0";
}

}  // namespace
}  // namespace sunfleck
