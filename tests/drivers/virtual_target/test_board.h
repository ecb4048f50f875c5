#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "drivers/virtual_target/elf.h"
#include "drivers/virtual_target/flash_image.h"
#include "drivers/virtual_target/unicorn_cpu.h"
#include "tests/support/shared_data.h"

namespace sunfleck {

inline constexpr BoardMemories small_memories{.sram_bytes = 4096, .fram_bytes = 4096};
// More than any test draws or lasts.
inline constexpr Charge plenty{4'000'000'000'000'000'000};
inline constexpr std::uint64_t never = UINT64_MAX;

// A device whose costs are easy to add up: every cycle and every wait is 10 fC.
inline DeviceTruth plain_device() {
  using namespace literals;
  DeviceTruth truth{
      .name = "plain",
      .summary = "for tests",
      .clock = 16.0_MHz,
      .reference = 3.0_V,
      .slope = 0.0,
      .per_cycle = {},
      .per_wait_cycle = 0.01_pC,
      .fram = {},
      .boot_time = {},
      .boot_charge = {},
      .sleep_current = {},
      .uart_current = {}};
  truth.per_cycle.fill(0.01_pC);
  return truth;
}

inline std::vector<std::uint8_t> program_bytes(const std::string& name) {
  return file_bytes(std::string(TEST_PROGRAMS) + "/" + name + ".elf");
}

inline std::vector<std::uint8_t> program_flash(
    const std::string& name, const BoardMemories& memories = small_memories) {
  const auto segments = read_elf(program_bytes(name));
  EXPECT_TRUE(segments) << segments.error().text;
  if (!segments) return {};
  const auto flash = flash_of(*segments, memories);
  EXPECT_TRUE(flash) << flash.error().text;
  return flash ? *flash : std::vector<std::uint8_t>{};
}

// A core with a program of tests/drivers/programs in its flash and no power yet.
inline std::unique_ptr<UnicornCpu> open_core(
    const std::string& program, const DeviceTruth& truth, std::uint64_t seed = 1) {
  auto cpu = UnicornCpu::open(
      {.truth = truth,
       .sram_bytes = small_memories.sram_bytes,
       .fram_bytes = small_memories.fram_bytes,
       .seed = seed});
  EXPECT_TRUE(cpu) << cpu.error().text;
  if (!cpu) return nullptr;
  EXPECT_TRUE((*cpu)->load(program_flash(program)));
  return *std::move(cpu);
}

inline std::uint32_t fram_word(Cpu& cpu, std::uint32_t index) {
  std::uint32_t word = 0;
  std::memcpy(&word, &cpu.fram().bytes()[std::size_t{4} * index], sizeof word);
  return word;
}

inline void set_fram_word(Cpu& cpu, std::uint32_t index, std::uint32_t word) {
  std::memcpy(&cpu.fram().bytes()[std::size_t{4} * index], &word, sizeof word);
}

template <class Bytes>
std::vector<std::uint8_t> copy_of(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace sunfleck
