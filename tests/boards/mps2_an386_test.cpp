#include <gtest/gtest.h>

#include <filesystem>

#include "core/base/random.h"
#include "drivers/virtual_target/elf.h"
#include "drivers/virtual_target/flash_image.h"
#include "drivers/virtual_target/unicorn_cpu.h"
#include "target_fw/protocol/virtual_board.h"
#include "target_fw/rt/nv_layout.h"
#include "tests/boards/golden_network.h"
#include "tests/boards/loaded_run.h"
#include "tests/boards/qemu_board.h"

// The firmware on another emulator: QEMU shares no code of ours with the virtual board, and a
// killed process is a power failure at a moment that nobody chose.
namespace sunfleck {
namespace {

#define SKIP_WITHOUT_QEMU(network)                                                     \
  if (!std::filesystem::exists(QEMU_PROGRAM)) GTEST_SKIP() << "needs qemu-system-arm"; \
  SKIP_WITHOUT_SHARED_DATA("models/golden/" + std::string(network) + ".out")

void expect_golden_outputs(const Listener& listener, const GoldenNetwork& golden) {
  const auto& outputs = listener.results().outputs();
  EXPECT_EQ(outputs.size(), golden.outputs.size());
  for (const auto& [inference, output] : outputs)
    EXPECT_EQ(output, golden.outputs.at(inference)) << "input " << inference;
  EXPECT_EQ(listener.results().contradicting(), 0U);
}

struct Case {
  const char* network;
  Strategy strategy;
  fw_source source;
};
class Mps2Golden : public testing::TestWithParam<Case> {};

TEST_P(Mps2Golden, QemuComputesTheReferenceOutputsAndLosesNoRecord) {
  SKIP_WITHOUT_QEMU(GetParam().network);
  const GoldenNetwork golden = golden_network(GetParam().network);
  ASSERT_EQ(golden.count(), 20U);
  QemuBoard board(golden, GetParam().strategy, GetParam().source);
  Listener listener;
  ASSERT_TRUE(board.power_cycle(listener));
  expect_golden_outputs(listener, golden);
  const TelemetryCounts counts = listener.counts();
  EXPECT_GT(counts.records, 200U);
  EXPECT_EQ(counts.damaged + counts.unknown + counts.missing + counts.repeated + counts.lost, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Networks, Mps2Golden,
    testing::Values(
        Case{"kws_ref_model", Strategy::tile, FW_SOURCE_BUILT_IN},
        Case{"kws_ref_model", Strategy::restart, FW_SOURCE_BUILT_IN},
        Case{"kws_ref_model", Strategy::tile, FW_SOURCE_LOADED},
        Case{"pretrainedResnet_quant", Strategy::tile, FW_SOURCE_BUILT_IN},
        Case{"pretrainedResnet_quant", Strategy::restart, FW_SOURCE_BUILT_IN},
        Case{"micro_speech_quantized", Strategy::tile, FW_SOURCE_BUILT_IN},
        Case{"micro_speech_quantized", Strategy::restart, FW_SOURCE_BUILT_IN},
        Case{"str_ww_ref_model", Strategy::tile, FW_SOURCE_BUILT_IN},
        Case{"str_ww_ref_model", Strategy::restart, FW_SOURCE_BUILT_IN}),
    [](const auto& test) {
      return std::string(test.param.network) +
          (test.param.strategy == Strategy::tile ? "_tile" : "_restart") +
          (test.param.source == FW_SOURCE_LOADED ? "_loaded" : "");
    });

class Mps2Kill : public testing::TestWithParam<Strategy> {};

TEST_P(Mps2Kill, AProcessKilledAtAnyMomentGoesOnToTheSameOutputs) {
  SKIP_WITHOUT_QEMU("kws_ref_model");
  const GoldenNetwork golden = golden_network("kws_ref_model");
  QemuBoard board(golden, GetParam());
  Random random(11, "kill");
  Listener listener;
  int kills = 0;
  for (; listener.done() < golden.count() && kills < 200; ++kills)
    ASSERT_TRUE(board.power_cycle(listener, 200 + random.below(1600)));
  EXPECT_GE(kills, 8);
  EXPECT_GE(listener.of_type(FW_RECORD_BOOT).size(), 8U);
  expect_golden_outputs(listener, golden);
}

INSTANTIATE_TEST_SUITE_P(
    Strategies, Mps2Kill, testing::Values(Strategy::tile, Strategy::restart),
    [](const auto& test) { return test.param == Strategy::tile ? "tile" : "restart"; });

TEST(Mps2, TakesANetworkByCommand) {
  SKIP_WITHOUT_QEMU("micro_speech_quantized");
  const GoldenNetwork golden = golden_network("micro_speech_quantized", 1);
  QemuBoard board;
  board.power_up();
  // A busy machine switches between QEMU's threads for each byte.
  expect_loaded_and_run(board, golden, {.answer = {5.0}, .silence = {60.0}});
}

constexpr BoardMemories virtual_memories{.sram_bytes = 0x20000, .fram_bytes = FW_VB_FRAM_BYTES};

Result<std::unique_ptr<UnicornCpu>> virtual_board(const Workload& workload) {
  auto cpu = TRY(UnicornCpu::open(
      {.truth = device_presets().front(),
       .sram_bytes = virtual_memories.sram_bytes,
       .fram_bytes = virtual_memories.fram_bytes,
       .seed = 1}));
  const auto segments = TRY(read_elf(file_bytes(VIRTUAL_ELF)));
  auto flash = TRY(flash_of(segments, virtual_memories));
  TRY(add_workload(flash, workload, virtual_memories));
  TRY(cpu->load(flash));
  std::ranges::copy(run_config_of(workload), cpu->fram().bytes().begin());
  cpu->registers().set_supply(Volts{3.0}, true);
  return cpu;
}

// The virtual board's non-volatile memory after the same work on steady power.
std::vector<std::uint8_t> virtual_fram_after(const GoldenNetwork& golden, Strategy strategy) {
  auto opened = virtual_board(workload_of(golden, strategy));
  EXPECT_TRUE(opened) << opened.error().text;
  if (!opened) return {};
  const auto cpu = *std::move(opened);
  Random noise(1, "sram");
  cpu->power_cycle(noise);
  Listener listener;
  constexpr std::uint64_t slice = 10'000'000, longest = 10'000'000'000;
  for (std::uint64_t end = slice; listener.done() < golden.count() && end < longest; end += slice) {
    const CpuStop stop = cpu->run({.cycle = end, .charge = Charge{4'000'000'000'000'000'000}});
    EXPECT_NE(stop, CpuStop::fault) << cpu->fault();
    if (stop == CpuStop::fault) break;
    cpu->take_use();
    for (const SentByte& sent : cpu->registers().take_sent(cpu->cycles()))
      listener.take({&sent.byte, 1});
  }
  expect_golden_outputs(listener, golden);
  const auto fram = cpu->fram().bytes();
  return {fram.begin(), fram.end()};
}

TEST(Mps2, ItsMemoryEndsLikeTheVirtualBoardsHoweverOftenItWasKilled) {
  SKIP_WITHOUT_QEMU("kws_ref_model");
  const GoldenNetwork golden = golden_network("kws_ref_model", 5);
  QemuBoard board(golden, Strategy::tile);
  Random random(12, "kill");
  Listener listener;
  for (int kills = 0; listener.done() < golden.count() && kills < 200; ++kills)
    ASSERT_TRUE(board.power_cycle(listener, 200 + random.below(1000)));

  const std::vector<std::uint8_t> other = virtual_fram_after(golden, Strategy::tile);
  const auto part = [&](std::uint32_t offset, std::uint32_t bytes) {
    const auto first = other.begin() + offset;
    return std::vector<std::uint8_t>(first, first + bytes);
  };
  ASSERT_GE(other.size(), FW_NV_ARENA + golden.arena_bytes);
  constexpr std::uint32_t slots = 2 * FW_SLOT_STRIDE;
  EXPECT_EQ(board.fram(FW_NV_PROGRESS, slots), part(FW_NV_PROGRESS, slots));
  EXPECT_EQ(board.fram(FW_NV_ARENA, golden.arena_bytes), part(FW_NV_ARENA, golden.arena_bytes));
}

}  // namespace
}  // namespace sunfleck
