#include <gtest/gtest.h>

#include <algorithm>

#include "tests/drivers/virtual_target/reference_core.h"
#include "tests/drivers/virtual_target/test_board.h"

namespace sunfleck {
namespace {

using namespace literals;

constexpr std::uint64_t seed = 5;

DeviceTruth device(std::string_view name) {
  if (name == "plain") return plain_device();
  DeviceTruth truth = *find_device(name);
  truth.boot_time = {};
  return truth;
}

// The same state each time, however the core was used before.
void power_up(UnicornCpu& cpu) {
  std::ranges::fill(cpu.fram().bytes(), 0);
  Random noise(seed, "sram");
  cpu.power_cycle(noise);
  cpu.take_use();
}

std::unique_ptr<UnicornCpu> powered_core(const DeviceTruth& truth) {
  auto cpu = open_core("mix", truth);
  power_up(*cpu);
  return cpu;
}

// Random moments, in order: some anywhere, some right behind one another.
std::vector<Charge> moments(Charge whole, std::size_t count, std::uint64_t from) {
  Random random(from, "moments");
  std::vector<Charge> limits;
  for (std::size_t i = 0; i < count; ++i)
    limits.push_back(
        {static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(whole.atto)))});
  std::ranges::sort(limits);
  return limits;
}

// The states just before the first instruction that passes each limit.
std::vector<ReferenceState> reference_states(
    const DeviceTruth& truth, std::span<const Charge> limits) {
  const auto first = powered_core(truth);
  ReferenceCore core(truth, program_flash("mix"), copy_of(first->sram()));
  std::vector<ReferenceState> states;
  ReferenceState before = core.state();
  while (states.size() < limits.size() && !testing::Test::HasFatalFailure()) {
    core.step();
    ReferenceState after = core.state();
    while (states.size() < limits.size() && limits[states.size()] < after.drawn)
      states.push_back(before);
    before = std::move(after);
  }
  return states;
}

void expect_state(UnicornCpu& cpu, Charge drawn, const ReferenceState& wanted) {
  EXPECT_EQ(cpu.cycles(), wanted.cycles);
  EXPECT_EQ(drawn, wanted.drawn);
  EXPECT_EQ(copy_of(cpu.sram()), wanted.sram);
  EXPECT_EQ(copy_of(cpu.fram().bytes()), wanted.fram);
}

TEST(ExactCut, LeavesTheStateOfARunInstructionByInstruction) {
  struct Case {
    const char* device;
    Charge whole;
    std::size_t count;
  };
  const Case cases[] = {
      {"plain", to_charge(200.0_pC), 150},     // 20000 cycles
      {"fram-mcu", to_charge(4.0e6_pC), 150},  // some 10000 instructions
      {"fram-mcu-spi", to_charge(30.0e6_pC), 100},
      {"cortex-m4-spi", to_charge(20.0e6_pC), 50},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.device);
    const DeviceTruth truth = device(c.device);
    const std::vector<Charge> limits = moments(c.whole, c.count, 3);
    const std::vector<ReferenceState> states = reference_states(truth, limits);
    ASSERT_EQ(states.size(), limits.size());
    const auto cpu = powered_core(truth);
    for (std::size_t i = 0; i < limits.size(); ++i) {
      SCOPED_TRACE(i);
      power_up(*cpu);
      EXPECT_EQ(cpu->run({.cycle = never, .charge = limits[i]}), CpuStop::charge_limit);
      const Charge left = limits[i] - cpu->take_use().total();
      ASSERT_GE(left, Charge{});
      EXPECT_EQ(cpu->cut({.cycle = never, .charge = left}), CpuStop::charge_limit);
      expect_state(*cpu, limits[i] - left + cpu->take_use().total(), states[i]);
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(ExactCut, DoesNotDependOnHowTheRunWasSliced) {
  const DeviceTruth truth = device("fram-mcu");
  const std::vector<Charge> limits = moments(to_charge(4.0e6_pC), 40, 4);
  const std::vector<ReferenceState> states = reference_states(truth, limits);
  ASSERT_EQ(states.size(), limits.size());
  Random random(9, "slices");
  const auto cpu = powered_core(truth);
  for (std::size_t i = 0; i < limits.size(); ++i) {
    SCOPED_TRACE(i);
    power_up(*cpu);
    Charge left = limits[i];
    bool over = false;
    while (!over) {
      // By cycles, by charge, and now and then to the instruction in the middle of it all.
      const std::uint64_t until = cpu->cycles() + 1 + random.below(2000);
      const Charge part =
          std::min(left, Charge{static_cast<std::int64_t>(random.below(400'000'000'000))});
      const bool whole = random.below(2) == 0;
      const Charge given = whole ? left : part;
      CpuStop stop = cpu->run({.cycle = until, .charge = given});
      left -= cpu->take_use().total();
      if (stop == CpuStop::charge_limit && (whole || random.below(3) == 0)) {
        const Charge rest = whole ? left : Charge{};
        stop = cpu->cut({.cycle = until, .charge = rest});
        left -= cpu->take_use().total();
        over = whole && stop == CpuStop::charge_limit;
      }
    }
    expect_state(*cpu, limits[i] - left, states[i]);
  }
}

TEST(ExactCut, GoesOnInTheMiddleOfABlockAsIfNothingHadBeen) {
  // One instruction's worth of charge at a time, against one long run.
  const DeviceTruth truth = device("plain");
  const auto whole = powered_core(truth);
  whole->run({.cycle = 3000, .charge = plenty});
  const auto pieces = powered_core(truth);
  Charge left;
  while (pieces->cycles() < whole->cycles()) {
    left += to_charge(0.07_pC);
    pieces->cut({.cycle = whole->cycles(), .charge = left});
    left -= pieces->take_use().total();
  }
  EXPECT_EQ(pieces->cycles(), whole->cycles());
  EXPECT_EQ(copy_of(pieces->sram()), copy_of(whole->sram()));
  EXPECT_EQ(copy_of(pieces->fram().bytes()), copy_of(whole->fram().bytes()));
}

TEST(ExactCut, CountsNothingOfWhatWasUndone) {
  const DeviceTruth truth = device("fram-mcu-spi");
  const auto cpu = powered_core(truth);
  cpu->run({.cycle = 20000, .charge = plenty});
  cpu->take_use();
  const FramCounts before = cpu->fram().counts();
  const auto fram = copy_of(cpu->fram().bytes());
  const std::uint64_t cycles = cpu->cycles();
  // Enough for any instruction but not for opening a line of the FRAM.
  while (cpu->cut({.cycle = never, .charge = to_charge(2.0e3_pC)}) == CpuStop::charge_limit &&
         cpu->take_use().total() > Charge{}) {
  }
  const std::uint64_t stuck = cpu->cycles();
  for (int again = 0; again < 3; ++again) {
    cpu->run({.cycle = never, .charge = to_charge(2.0e3_pC)});
    cpu->cut({.cycle = never, .charge = to_charge(2.0e3_pC)});
    EXPECT_EQ(cpu->cycles(), stuck);
    EXPECT_EQ(cpu->take_use().total(), Charge{});
  }
  EXPECT_GE(stuck, cycles);
  EXPECT_EQ(cpu->fram().counts().bytes_read, before.bytes_read);
  EXPECT_EQ(cpu->fram().counts().bytes_written, before.bytes_written);
  EXPECT_EQ(copy_of(cpu->fram().bytes()), fram);
}

TEST(ExactCut, GivesBackTheRandomNumbersOfWhatWasUndone) {
  const DeviceTruth truth = device("fram-mcu");
  const auto whole = open_core("random", truth);
  power_up(*whole);
  whole->run({.cycle = 5000, .charge = plenty});
  const auto pieces = open_core("random", truth);
  power_up(*pieces);
  Charge left;
  while (pieces->cycles() < whole->cycles()) {
    left += to_charge(700.0_pC);  // less than a loop draws
    const CpuLimits run{.cycle = whole->cycles(), .charge = left};
    pieces->run(run);
    left -= pieces->take_use().total();
    pieces->cut({.cycle = whole->cycles(), .charge = left});
    left -= pieces->take_use().total();
  }
  EXPECT_EQ(copy_of(pieces->fram().bytes()), copy_of(whole->fram().bytes()));
}

TEST(Snapshot, IsTheWholeStateOfARun) {
  const auto cpu = powered_core(device("fram-mcu"));
  cpu->run({.cycle = 5000, .charge = plenty});
  const auto snapshot = cpu->snapshot();
  cpu->run({.cycle = 20000, .charge = plenty});
  const auto sram = copy_of(cpu->sram());
  const auto fram = copy_of(cpu->fram().bytes());
  const std::uint64_t cycles = cpu->cycles();
  const Charge drawn = cpu->take_use().total();

  cpu->restore(*snapshot);
  EXPECT_NE(copy_of(cpu->fram().bytes()), fram);
  cpu->run({.cycle = 20000, .charge = plenty});
  EXPECT_EQ(cpu->cycles(), cycles);
  EXPECT_EQ(cpu->take_use().total(), drawn);
  EXPECT_EQ(copy_of(cpu->sram()), sram);
  EXPECT_EQ(copy_of(cpu->fram().bytes()), fram);
}

}  // namespace
}  // namespace sunfleck
