#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "core/network/compile.h"
#include "core/network/demo_network.h"
#include "core/power/presets.h"
#include "core/telemetry/frame_stream.h"
#include "drivers/simulated/simulated_rig.h"
#include "target_fw/protocol/messages.h"
#include "tests/support/shared_data.h"

namespace sunfleck {

// Keeps everything a rig says.
struct RecordingSink final : RigSink {
  void on_samples(const SampleBlock& block) override {
    EXPECT_EQ(block.first, current.size()) << "no sample is lost or told twice";
    voltage.insert(voltage.end(), block.voltage.begin(), block.voltage.end());
    current.insert(current.end(), block.current.begin(), block.current.end());
    storage.insert(storage.end(), block.storage.begin(), block.storage.end());
    harvest.insert(harvest.end(), block.harvest.begin(), block.harvest.end());
  }
  void on_edge(const MarkEdge& edge) override { edges.push_back(edge); }
  void on_uart(const UartBytes& uart) override {
    bytes.insert(bytes.end(), uart.bytes.begin(), uart.bytes.end());
    for (std::size_t i = 0; i < uart.bytes.size(); ++i)
      byte_times.push_back(uart.first + to_run_time(static_cast<double>(i) * uart.per_byte));
    frames.feed(uart, [&](const Frame& frame) {
      fw_record record{};
      if (fw_record_read(&record, frame.payload.data(), frame.payload.size()))
        records.push_back(record);
    });
  }

  std::vector<float> voltage, current, storage, harvest;
  std::vector<MarkEdge> edges;
  std::vector<std::uint8_t> bytes;
  std::vector<RunTime> byte_times;
  FrameStream frames;
  std::vector<fw_record> records;
};

// A source of constant power.
inline HarvestProfile constant_power(Watts power, RunTime length = std::chrono::hours(1)) {
  return {
      .name = "constant",
      .format = {.kind = HarvestKind::power, .resistance = {}, .period = length},
      .samples = {static_cast<float>(power.si)},
      .origin = "made for tests"};
}

// A capacitor that is charged without loss and feeds the board through an ideal linear regulator,
// so that what goes where can be worked by hand.
inline PowerPathConfig ideal_path(Farads capacitance) {
  using namespace literals;
  PowerPathConfig path;
  path.input.charge_limit = 5.0_V;
  path.capacitor = {.capacitance = capacitance, .rated = 5.0_V};
  path.initial_voltage = 2.5_V;
  path.regulator = {
      .on = 3.0_V,
      .off = 2.0_V,
      .good_on = 2.8_V,
      .good_off = 2.4_V,
      .output = {.kind = OutputKind::ldo, .voltage = 1.8_V, .drop = 0.1_V}};
  return path;
}

inline Workload demo_workload(std::uint32_t inputs = 4) {
  const auto compiled = compile(demo_network(), {});
  EXPECT_TRUE(compiled) << compiled.error().text;
  return {.network = compiled->image, .inputs = demo_inputs(inputs, 1)};
}

inline SimulatedRigConfig bench_config() {
  using namespace literals;
  return {
      .firmware = file_bytes(FIRMWARE_ELF),
      .device = *find_device("fram-mcu"),
      .power = ideal_path(100.0_uF)};
}

inline std::unique_ptr<SimulatedRig> open_rig(
    const SimulatedRigConfig& config, HarvestSource& source) {
  auto rig = SimulatedRig::open(config, source);
  EXPECT_TRUE(rig) << rig.error().text;
  return rig ? *std::move(rig) : nullptr;
}

}  // namespace sunfleck
