#include "drivers/virtual_target/unicorn_cpu.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "target_fw/protocol/virtual_board.h"
#include "tests/drivers/virtual_target/test_board.h"

namespace sunfleck {
namespace {

using namespace literals;

std::string text_of(const std::vector<SentByte>& sent) {
  std::string text;
  for (const SentByte& byte : sent)
    text += static_cast<char>(byte.byte);
  return text;
}

TEST(UnicornCpu, SendsBytesBackToBackAndStampsTheirEnds) {
  const auto cpu = open_core("hello", plain_device());
  Random noise(1, "sram");
  cpu->power_cycle(noise);
  EXPECT_EQ(cpu->run({.cycle = 20000, .charge = plenty}), CpuStop::asleep);
  const std::vector<SentByte> sent = cpu->registers().take_sent(20000);
  EXPECT_EQ(text_of(sent), "hello\n");
  ASSERT_EQ(sent.size(), 6U);
  // Ten bits of 139 cycles each, one byte behind the other, begun in the first few instructions.
  EXPECT_LT(sent[0].complete, 1390U + 100U);
  for (std::size_t i = 1; i < sent.size(); ++i)
    EXPECT_EQ(sent[i].complete - sent[i - 1].complete, 1390U);
}

TEST(UnicornCpu, GivesOnlyTheBytesThatAreComplete) {
  const auto cpu = open_core("hello", plain_device());
  Random noise(1, "sram");
  cpu->power_cycle(noise);
  EXPECT_EQ(cpu->run({.cycle = 5000, .charge = plenty}), CpuStop::cycle_limit);
  EXPECT_EQ(text_of(cpu->registers().take_sent(5000)), "hel");  // the fourth ends after 5560 cycles
  cpu->power_cycle(noise);
  EXPECT_EQ(text_of(cpu->registers().take_sent(never)), "") << "power loss ends the transmission";
}

TEST(UnicornCpu, SleepsAsLongAsItWasToldAndThenForEver) {
  const auto cpu = open_core("hello", plain_device());
  Random noise(1, "sram");
  cpu->power_cycle(noise);
  EXPECT_EQ(cpu->run({.cycle = 30000, .charge = plenty}), CpuStop::asleep);
  EXPECT_EQ(cpu->cycles(), 30000U) << "sleep ends at the limit to the cycle";
  const auto before = cpu->registers().take_sent(never);
  EXPECT_EQ(cpu->run({.cycle = 1000000, .charge = plenty}), CpuStop::asleep);
  EXPECT_EQ(cpu->cycles(), 1000000U);
  const auto after = cpu->registers().take_sent(never);
  EXPECT_EQ(text_of(after), "again\n");
  // The nap of 40000 cycles begins when the sixth byte was taken, as the fifth enters the line.
  const std::uint64_t nap_began = before[3].complete;
  const std::uint64_t woke = after[0].complete - 1390;
  EXPECT_NEAR(static_cast<double>(woke - nap_began), 40000.0, 100.0);
}

TEST(UnicornCpu, CountsInstructionsHoweverItIsStoppedAndResumed) {
  const auto cpu = open_core("count", plain_device());
  Random noise(1, "sram");
  cpu->power_cycle(noise);
  cpu->run({.cycle = 100000, .charge = plenty});
  // start.S's BL, MOVS, 100 turns of SUBS and BNE, ITE with two, WFI; as count.S has it.
  EXPECT_EQ(cpu->instructions(), 206U);

  cpu->power_cycle(noise);
  EXPECT_EQ(cpu->instructions(), 0U);
  Random random(2, "slices");
  for (int i = 0; i < 1000 && cpu->instructions() < 206; ++i) {
    // 10 fC a cycle: a few instructions, to the instruction; then some blocks.
    const Charge little{static_cast<std::int64_t>(1 + random.below(20)) * to_charge({1e-14}).atto};
    cpu->cut({.cycle = never, .charge = little});
    cpu->run({.cycle = cpu->cycles() + random.below(10), .charge = plenty});
  }
  EXPECT_EQ(cpu->instructions(), 206U);
}

TEST(UnicornCpu, StampsTheMarkPins) {
  const auto cpu = open_core("hello", plain_device());
  Random noise(1, "sram");
  cpu->power_cycle(noise);
  cpu->run({.cycle = 20000, .charge = plenty});
  const std::vector<PinChange> pins = cpu->registers().take_pins();
  ASSERT_EQ(pins.size(), 2U);
  EXPECT_EQ(pins[0].pins, 0x05);
  EXPECT_EQ(pins[1].pins, 0x80);
  EXPECT_LT(pins[0].cycle, 100U);
  // After four bytes have left the line and the sixth could be handed over.
  EXPECT_NEAR(static_cast<double>(pins[1].cycle - pins[0].cycle), 4 * 1390.0, 100.0);
}

TEST(UnicornCpu, DrawsWhatTheDeviceSaysWhileItBootsSleepsAndSends) {
  DeviceTruth truth = plain_device();
  truth.boot_time = 1.0_ms;  // 16000 cycles
  truth.boot_charge = 320.0_pC;
  truth.sleep_current = 16.0_uA;  // 1 pC a cycle
  truth.uart_current = 160.0_uA;  // 10 pC a cycle
  const auto cpu = open_core("hello", truth);
  Random noise(1, "sram");
  cpu->power_cycle(noise);
  EXPECT_EQ(cpu->run({.cycle = 8000, .charge = plenty}), CpuStop::asleep);
  EXPECT_EQ(cpu->take_use().boot, to_charge(160.0_pC));
  cpu->run({.cycle = 16000 + 20000, .charge = plenty});
  const std::uint64_t sleep_begins = cpu->registers().take_pins()[1].cycle;
  const std::uint64_t last_sent = cpu->registers().take_sent(never)[5].complete;
  const CpuUse use = cpu->take_use();
  EXPECT_EQ(use.boot, to_charge(160.0_pC));
  // Asleep for the rest, the last bytes still on the line; a few instructions lie between mark and
  // WFI.
  const double slept = 36000.0 - static_cast<double>(sleep_begins);
  const auto sending = static_cast<double>(last_sent - sleep_begins);
  EXPECT_NEAR(to_coulombs(use.sleep).si * 1e12, slept + 10.0 * sending, 11.0 * 30.0);
}

TEST(UnicornCpu, StopsSleepAndBootWhenTheChargeEnds) {
  DeviceTruth truth = plain_device();
  truth.boot_time = 1.0_ms;
  truth.boot_charge = 16000.0_pC;  // 1 pC a cycle
  truth.sleep_current = 16.0_uA;   // 1 pC a cycle
  const auto cpu = open_core("hello", truth);
  Random noise(1, "sram");
  cpu->power_cycle(noise);
  EXPECT_EQ(cpu->run({.cycle = never, .charge = to_charge(1000.5_pC)}), CpuStop::charge_limit);
  EXPECT_EQ(cpu->cycles(), 1000U);
  EXPECT_EQ(cpu->cut({.cycle = never, .charge = to_charge(0.9_pC)}), CpuStop::charge_limit);
  EXPECT_EQ(cpu->cycles(), 1000U);
  EXPECT_EQ(cpu->run({.cycle = 30000, .charge = plenty}), CpuStop::asleep);
  EXPECT_EQ(cpu->run({.cycle = never, .charge = to_charge(25.0_pC)}), CpuStop::charge_limit);
  EXPECT_EQ(cpu->cycles(), 30025U);
}

TEST(UnicornCpu, FillsTheRamWithOtherNoiseAtEachPowerUpAndKeepsTheFram) {
  const auto cpu = open_core("hello", plain_device());
  const auto twin = open_core("hello", plain_device());
  set_fram_word(*cpu, 7, 0x12345678);
  Random noise(1, "sram");
  Random same(1, "sram");
  Random other(2, "sram");
  cpu->power_cycle(noise);
  twin->power_cycle(same);
  const auto first = copy_of(cpu->sram());
  EXPECT_EQ(first, copy_of(twin->sram())) << "the same seed";
  cpu->power_cycle(noise);
  EXPECT_NE(first, copy_of(cpu->sram())) << "the next power-up";
  twin->power_cycle(other);
  EXPECT_NE(first, copy_of(twin->sram())) << "another seed";
  EXPECT_EQ(fram_word(*cpu, 7), 0x12345678U);
}

TEST(UnicornCpu, ReportsFaultsAndStaysDown) {
  struct Case {
    const char* name;
    std::uint32_t what;
    const char* text;
  };
  const Case cases[] = {
      {"undefined instruction", 0, "Invalid instruction"},
      {"unmapped read", 1, "read of 4 bytes at 0x50000000"},
      {"write to flash", 2, "write of 4 bytes at 0x100"},
      {"jump to nowhere", 3, "at 0x60000000"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto cpu = open_core("fault", plain_device());
    set_fram_word(*cpu, 0, c.what);
    Random noise(1, "sram");
    cpu->power_cycle(noise);
    EXPECT_EQ(cpu->run({.cycle = 1000, .charge = plenty}), CpuStop::fault);
    EXPECT_NE(cpu->fault().find(c.text), std::string::npos) << cpu->fault();
    EXPECT_TRUE(cpu->fault().starts_with("virtual board: the core trapped after ")) << cpu->fault();
    EXPECT_EQ(cpu->run({.cycle = 2000, .charge = plenty}), CpuStop::fault);
    EXPECT_EQ(cpu->cut({.cycle = 2000, .charge = plenty}), CpuStop::fault);
    cpu->power_cycle(noise);
    EXPECT_EQ(cpu->cut({.cycle = 1000, .charge = plenty}), CpuStop::fault);
  }
}

TEST(UnicornCpu, ReadsThePinsOfTheBoard) {
  const auto cpu = open_core("pins", plain_device());
  Random noise(1, "sram");
  cpu->power_cycle(noise);
  cpu->registers().set_supply(2.5_V, true);
  cpu->run({.cycle = 1000, .charge = plenty});
  EXPECT_NEAR(fram_word(*cpu, 0), 2500.0, 6.0);  // steps of 1.6 mV, noise of 1 mV
  EXPECT_EQ(fram_word(*cpu, 1), 1U);
  EXPECT_NE(fram_word(*cpu, 2), fram_word(*cpu, 3));
  EXPECT_EQ(fram_word(*cpu, 4), 16000000U);
  EXPECT_EQ(fram_word(*cpu, 5), 4096U);
  EXPECT_EQ(fram_word(*cpu, 6), 4096U);

  const std::string question = "ping";
  cpu->registers().receive(
      {reinterpret_cast<const std::uint8_t*>(question.data()), question.size()}, cpu->cycles());
  cpu->run({.cycle = 3000, .charge = plenty});
  EXPECT_EQ(text_of(cpu->registers().take_sent(3000)), "ping");
}

TEST(UnicornCpu, GivesOtherNoiseForAnotherSeed) {
  std::vector<std::uint32_t> random;
  for (const std::uint64_t seed : {1, 1, 2}) {
    const auto cpu = open_core("pins", plain_device(), seed);
    Random noise(1, "sram");
    cpu->power_cycle(noise);
    cpu->run({.cycle = 1000, .charge = plenty});
    random.push_back(fram_word(*cpu, 2));
  }
  EXPECT_EQ(random[0], random[1]);
  EXPECT_NE(random[0], random[2]);
}

TEST(UnicornCpu, ExecutesCodeInRamAsItIsNowAndNotAsItWasBefore) {
  const auto cpu = open_core("ram_code", plain_device());
  Random noise(1, "sram");
  for (const std::uint32_t constant : {17U, 42U, 0U, 255U}) {
    set_fram_word(*cpu, 0, constant);
    cpu->power_cycle(noise);
    EXPECT_EQ(cpu->run({.cycle = 1000, .charge = plenty}), CpuStop::asleep);
    EXPECT_EQ(fram_word(*cpu, 1), constant);
  }
}

TEST(UnicornCpu, RefusesMemoriesThatNoBoardHas) {
  UnicornConfig config{.truth = plain_device(), .sram_bytes = 4096, .fram_bytes = 5000};
  const auto cpu = UnicornCpu::open(config);
  ASSERT_FALSE(cpu);
  EXPECT_EQ(
      cpu.error().text,
      "virtual board: FRAM must begin at and have a multiple of 4096 bytes, up to 16777216, and "
      "has "
      "5000 from 0x21000000 on");
}

TEST(UnicornCpu, AByteFromTheHostEndsSleep) {
  const auto cpu = open_core("hello", plain_device());
  Random noise(1);
  cpu->power_cycle(noise);
  EXPECT_EQ(cpu->run({.cycle = 1'000'000, .charge = plenty}), CpuStop::asleep);
  (void)cpu->registers().take_sent(never);
  const std::uint8_t byte = 7;
  cpu->registers().receive({&byte, 1}, 1'000'000);
  EXPECT_EQ(cpu->run({.cycle = 1'001'389, .charge = plenty}), CpuStop::asleep)
      << "the byte is on the line for ten bits of 139 cycles";
  EXPECT_TRUE(cpu->registers().take_sent(never).empty());
  EXPECT_EQ(cpu->run({.cycle = 1'100'000, .charge = plenty}), CpuStop::cycle_limit);
  const auto sent = cpu->registers().take_sent(never);
  EXPECT_EQ(text_of(sent), "never\n");
  EXPECT_GT(sent.front().complete, 1'001'390U);
}

}  // namespace
}  // namespace sunfleck
