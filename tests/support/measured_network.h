#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/analysis.h"
#include "app/embedded_firmware.h"
#include "core/base/random.h"
#include "core/energy/model_run.h"
#include "core/energy/sent_bytes.h"
#include "core/network/compile.h"
#include "core/power/presets.h"
#include "core/session/run_session.h"
#include "drivers/simulated/simulated_rig.h"
#include "target_fw/protocol/frame.h"

namespace sunfleck {

// Keeps what an analysis is made of.
class MeasuringSink final : public RunSink {
 public:
  void on_samples(const SampleBlock& block) override {
    data.on_samples(block);
    for (std::size_t i = 0; i < block.current.size(); ++i) {
      charge += static_cast<double>(block.current[i]);
      power += static_cast<double>(block.current[i]) * static_cast<double>(block.voltage[i]);
    }
  }
  void on_edge(const MarkEdge& edge) override { data.on_edge(edge); }
  void on_record(const TimedRecord& record) override { data.records.push_back(record); }
  void on_progress(const RunProgress&) override {}

  app::RunData data;
  double charge = 0.0;  // sums over samples
  double power = 0.0;
};

// How a network is measured on the virtual bench.
struct Measuring {
  Volts rail{3.0};
  std::uint32_t inferences = 3;
  Strategy strategy = Strategy::tile;
  double clock_drift = 50e-6;
  std::uint64_t seed = 1;
};

// Executes a network on the virtual bench on a supply that never fails, with the meter's usual
// noise at 10 kS/s, and analyses it as `sunfleck replay` does.
inline ModelRun measured(const CompiledNetwork& compiled, const Measuring& how) {
  PowerPathConfig path;
  path.input.charge_limit = {5.0};
  path.capacitor = {.capacitance = {1e-3}, .rated = {5.0}};
  path.initial_voltage = {5.0};
  path.regulator = {
      .on = {4.0},
      .off = {3.6},
      .output = {.kind = OutputKind::ldo, .voltage = how.rail, .drop = {0.1}}};
  const HarvestProfile strong{
      .name = "strong",
      .format = {.kind = HarvestKind::power, .resistance = {}, .period = std::chrono::hours(1)},
      .samples = {0.2F},
      .origin = "made for tests"};
  ProfileSource source(strong);
  const std::span<const std::uint8_t> firmware = app::embedded_firmware();
  SimulatedRigConfig config{
      .firmware = {firmware.begin(), firmware.end()},
      .device = *find_device("fram-mcu"),
      .power = path,
      .seed = how.seed,
      .clock_drift = how.clock_drift};
  auto rig = SimulatedRig::open(config, source);
  EXPECT_TRUE(rig) << rig.error().text;
  if (!rig) return {};

  Random random(how.seed, "inputs");
  RunPlan plan{
      .workload = {
          .network = compiled.image, .strategy = how.strategy, .inferences = how.inferences}};
  for (std::uint64_t i = 0; i < compiled.input.bytes(); ++i)
    plan.workload.inputs.push_back(static_cast<std::uint8_t>(random.below(256)));
  plan.stop.inferences = how.inferences;
  MeasuringSink sink;
  const auto outcome = run_session(plan, **rig, sink, {});
  EXPECT_TRUE(outcome) << outcome.error().text;
  if (!outcome) return {};
  EXPECT_EQ(outcome->reason, EndReason::inferences_done) << compiled.name;
  const RigDescription& meter = (*rig)->description();
  const app::Analysis analysis = app::analyse(
      sink.data,
      {.layers = compiled.layers.size(),
       .end = outcome->duration,
       .noise = {meter.voltage_noise, meter.current_noise, meter.time_uncertainty}});
  ModelRun run{
      .name = compiled.name,
      .network = compiled.name,
      .execution = {.strategy = how.strategy},
      .layers = compiled.layers,
      .inferences = outcome->inferences,
      .attribution = analysis.attribution};
  run.rail = {sink.power / sink.charge};
  for (const TimedRecord& timed : sink.data.records)
    run.sent_bytes += frame_bytes(timed.record);
  return run;
}

}  // namespace sunfleck
