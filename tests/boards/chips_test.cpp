#include <gtest/gtest.h>

#include <cstring>

#include "core/base/random.h"
#include "drivers/virtual_target/elf.h"
#include "drivers/virtual_target/flash_image.h"
#include "target_fw/boards/nrf52840/board.h"
#include "target_fw/boards/stm32l4/board.h"
#include "target_fw/rt/nv_layout.h"
#include "tests/boards/chip.h"
#include "tests/boards/golden_network.h"
#include "tests/boards/listener.h"
#include "tests/boards/loaded_run.h"

// The images of real boards, executed on models of their chips that were written from the manuals:
// evidence that register level and drivers agree with them, not that the chips do.
namespace sunfleck {
namespace {

const std::array chips{
    ChipModel{
        .name = "nrf52840",
        .elf = NRF52840_ELF,
        .flash_base = 0,
        .code_bytes = 0x80000,
        .flash_bytes = 0x100000,
        .ram_bytes = 0x40000,
        .peripherals =
            {ChipModel::Range{0x40000000, 0x20000}, ChipModel::Range{0x50000000, 0x1000}},
        .byte_register = 0,
        .network = FW_NRF_NETWORK,
        .inputs = FW_NRF_INPUTS,
        .fram_id = {0x04, 0x7F, 0x48, 0x03},
        .fram_bytes = 0x40000,
        .clock_hz = 64'000'000,
        .make = make_nrf52840_registers},
    ChipModel{
        .name = "stm32l4",
        .elf = STM32L4_ELF,
        .flash_base = 0x08000000,
        .code_bytes = 0x80000,
        .flash_bytes = 0x100000,
        .ram_bytes = 0x18000,
        .peripherals =
            {ChipModel::Range{0x40000000, 0x23000}, ChipModel::Range{0x48000000, 0x1000},
             ChipModel::Range{0x50040000, 0x1000}},
        .byte_register = 0x4001300C,
        .network = FW_STM_NETWORK - 0x08000000,
        .inputs = FW_STM_INPUTS - 0x08000000,
        .fram_id = {0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0xC2, 0x26, 0x08},
        .fram_bytes = 0x80000,
        .clock_hz = 24'000'000,
        .make = make_stm32l4_registers},
};

constexpr std::uint64_t long_enough = 4'000'000'000;  // cycles

class Chip : public testing::TestWithParam<std::size_t> {
 protected:
  static const ChipModel& model() { return chips.at(GetParam()); }

  // A board with firmware, network and inputs in its flash and a run configuration in its FRAM;
  // with the firmware alone when there is no network.
  static ChipWires wired(const GoldenNetwork& golden, const Workload& workload) {
    ChipWires wires{.fram = FramChip(model().fram_id, model().fram_bytes)};
    wires.flash.assign(model().flash_bytes, 0xFF);
    const auto segments = read_elf(file_bytes(model().elf));
    EXPECT_TRUE(segments) << segments.error().text;
    if (!segments) return wires;
    for (const ElfSegment& segment : *segments)
      put(wires, segment.load_address - model().flash_base, segment.bytes);
    wires.input_mv = 1500;
    if (golden.outputs.empty()) return wires;
    put(wires, model().network, golden.image);
    put(wires, model().inputs, golden.inputs_blob());
    std::ranges::copy(run_config_of(workload), wires.fram.bytes.begin());
    return wires;
  }

  // One power cycle; its bytes to the listener.
  static ChipEnd power_cycle(
      ChipWires& wires, Listener& listener, std::uint64_t fram_bytes = FramChip::never) {
    wires.fram.power_up(fram_bytes);
    const ChipEnd end = ChipPower(model(), wires).run(long_enough);
    listener.take(wires.sent);
    wires.sent.clear();
    return end;
  }

 private:
  static void put(ChipWires& wires, std::uint32_t at, const std::vector<std::uint8_t>& bytes) {
    if (!bytes.empty()) std::ranges::copy(bytes, wires.flash.begin() + at);
  }
};

void expect_no_findings(const ChipWires& wires) {
  for (const std::string& finding : wires.findings)
    ADD_FAILURE() << finding;
  EXPECT_EQ(wires.fram.refused(), 0U);
}

TEST_P(Chip, BootsAndComputesTheReferenceOutputs) {
  SKIP_WITHOUT_SHARED_DATA("models/golden/micro_speech_quantized.out");
  const GoldenNetwork golden = golden_network("micro_speech_quantized", 3);
  ChipWires wires = wired(golden, workload_of(golden, Strategy::tile));
  Listener listener;
  EXPECT_EQ(power_cycle(wires, listener), ChipEnd::asleep);
  expect_no_findings(wires);
  EXPECT_EQ(listener.results().outputs(), golden.outputs);
  EXPECT_EQ(listener.done(), 3U);
  const TelemetryCounts counts = listener.counts();
  EXPECT_EQ(counts.damaged + counts.unknown + counts.missing + counts.lost, 0U);

  const auto boots = listener.of_type(FW_RECORD_BOOT);
  ASSERT_EQ(boots.size(), 1U);
  EXPECT_EQ(boots[0].body.boot.cause, FW_BOOT_POWER_ON);
  EXPECT_EQ(boots[0].body.boot.ticks_per_second, model().clock_hz);
  EXPECT_NEAR(boots[0].body.boot.supply_mv, 3000, 2);  // 1500 mV behind a divider by two
  EXPECT_GE(wires.mark_edges, 8U);
}

TEST_P(Chip, GoesOnAfterAPowerFailureAtAnyByteOfTheFram) {
  SKIP_WITHOUT_SHARED_DATA("models/golden/micro_speech_quantized.out");
  const GoldenNetwork golden = golden_network("micro_speech_quantized", 5);
  ChipWires wires = wired(golden, workload_of(golden, Strategy::tile));
  Random random(7, "cuts");
  Listener listener;
  int cuts = 0;
  for (ChipEnd end = ChipEnd::lost_power; end != ChipEnd::asleep && cuts < 300; ++cuts) {
    end = power_cycle(wires, listener, 500 + random.below(3000));
    ASSERT_TRUE(end == ChipEnd::asleep || end == ChipEnd::lost_power);
  }
  EXPECT_GE(cuts, 10);
  expect_no_findings(wires);
  EXPECT_EQ(listener.results().outputs(), golden.outputs);
  EXPECT_EQ(listener.results().contradicting(), 0U);
}

TEST_P(Chip, SleepsThroughTheRestOfThePeriodAndKeepsItsClock) {
  SKIP_WITHOUT_SHARED_DATA("models/golden/micro_speech_quantized.out");
  const GoldenNetwork golden = golden_network("micro_speech_quantized", 3);
  Workload workload = workload_of(golden, Strategy::tile);
  workload.period_ticks = 3 * model().clock_hz;
  ChipWires wires = wired(golden, workload);
  Listener listener;
  EXPECT_EQ(power_cycle(wires, listener), ChipEnd::asleep);
  expect_no_findings(wires);
  const auto begins = listener.of_type(FW_RECORD_INFERENCE_BEGIN);
  ASSERT_EQ(begins.size(), 3U);
  for (std::size_t i = 1; i < begins.size(); ++i)
    EXPECT_NEAR(begins[i].header.ticks - begins[i - 1].header.ticks, workload.period_ticks, 1000.0);
}

TEST_P(Chip, WithoutAnFramSaysThatItHasNoConfiguration) {
  SKIP_WITHOUT_SHARED_DATA("models/golden/micro_speech_quantized.out");
  const GoldenNetwork golden = golden_network("micro_speech_quantized", 1);
  ChipWires wires = wired(golden, workload_of(golden, Strategy::tile));
  wires.fram = FramChip({0x00}, 16);
  Listener listener;
  EXPECT_EQ(power_cycle(wires, listener), ChipEnd::asleep);
  for (const std::string& finding : wires.findings)
    ADD_FAILURE() << finding;
  const auto faults = listener.of_type(FW_RECORD_FAULT);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].body.fault.code, FW_FAULT_BAD_CONFIG);
}

// The line between a host and a board that may lose its power behind some bytes of FRAM.
class ChipLink final : public TargetLink {
 public:
  ChipLink(const ChipModel& model, ChipWires& wires, std::uint64_t fewest, std::uint64_t most)
      : model_(&model), wires_(&wires), fewest_(fewest), most_(most) {
    switch_on();
  }

  std::string name() const override { return model_->name; }
  RunTime now() const override { return before_ + time_of(wires_->now); }
  Seconds per_byte() const override { return {10.0 / 921600.0}; }
  Status send(std::span<const std::uint8_t> bytes) override {
    wires_->to_board.insert(wires_->to_board.end(), bytes.begin(), bytes.end());
    return ok;
  }
  // All that the board sends until then, so that the bytes come in lots, as they do over USB.
  Result<std::vector<std::uint8_t>> receive(RunTime until) override {
    const RunTime slice = std::min(until - now(), RunTime(2'000'000));
    const auto target = static_cast<std::uint64_t>(to_seconds(slice).si * model_->clock_hz);
    const std::uint64_t end = wires_->now + std::max<std::uint64_t>(target, 1);
    switch (power_->run(end)) {
      case ChipEnd::fault:
        return fail(Errc::io, "the chip has stopped");
      case ChipEnd::lost_power:
        before_ += time_of(wires_->now);
        switch_on();
        ++outages;
        break;
      case ChipEnd::asleep:
        wires_->now = std::max(wires_->now, end);
        break;
      case ChipEnd::out_of_time:
        break;
    }
    return std::exchange(wires_->sent, {});
  }

  int outages = 0;

 private:
  RunTime time_of(std::uint64_t cycles) const {
    return to_run_time({static_cast<double>(cycles) / model_->clock_hz});
  }
  void switch_on() {
    wires_->to_board.clear();
    wires_->fram.power_up(
        most_ == FramChip::never ? most_ : fewest_ + random_.below(most_ - fewest_));
    power_ = std::make_unique<ChipPower>(*model_, *wires_);
  }

  const ChipModel* model_;
  ChipWires* wires_;
  std::uint64_t fewest_, most_;
  Random random_{3, "outages"};
  RunTime before_{};
  std::unique_ptr<ChipPower> power_;
};

TEST_P(Chip, TakesANetworkIntoItsFlashByCommandAndPassesItsSelfTest) {
  SKIP_WITHOUT_SHARED_DATA("models/golden/micro_speech_quantized.out");
  const GoldenNetwork golden = golden_network("micro_speech_quantized", 2);
  ChipWires wires = wired({}, {});
  ChipLink link(model(), wires, 0, FramChip::never);
  expect_loaded_and_run(link, golden);
  auto client = TargetClient::open(link, {});
  ASSERT_TRUE(client) << client.error().text;
  const auto tested = TargetClient(*std::move(client)).self_test();
  ASSERT_TRUE(tested) << tested.error().text;
  EXPECT_EQ(tested->failed, 0U);
  EXPECT_EQ(tested->passed & FW_TESTED_ADC, std::uint32_t{FW_TESTED_ADC});
  expect_no_findings(wires);
}

TEST_P(Chip, TakesANetworkHoweverOftenThePowerFails) {
  SKIP_WITHOUT_SHARED_DATA("models/golden/micro_speech_quantized.out");
  const GoldenNetwork golden = golden_network("micro_speech_quantized", 2);
  ChipWires wires = wired({}, {});
  ChipLink link(model(), wires, 500, 3000);
  expect_loaded_and_run(link, golden);
  EXPECT_GE(link.outages, 5);
  expect_no_findings(wires);
}

INSTANTIATE_TEST_SUITE_P(
    Boards, Chip, testing::Range(std::size_t{0}, chips.size()),
    [](const auto& test) { return std::string(chips.at(test.param).name); });

}  // namespace
}  // namespace sunfleck
