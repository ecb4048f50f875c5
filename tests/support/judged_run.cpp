#include "tests/support/judged_run.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/network/compile.h"
#include "core/network/import_tflite.h"
#include "core/session/run_session.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

class JudgedSink final : public RunSink {
 public:
  explicit JudgedSink(JudgedRun& run) : run_(run) {}
  void on_samples(const SampleBlock& block) override {
    run_.voltage.insert(run_.voltage.end(), block.voltage.begin(), block.voltage.end());
    run_.current.insert(run_.current.end(), block.current.begin(), block.current.end());
  }
  void on_edge(const MarkEdge& edge) override { run_.edges.push_back(edge); }
  void on_record(const TimedRecord& record) override { run_.records.push_back(record); }
  void on_progress(const RunProgress&) override {}

 private:
  JudgedRun& run_;
};

CompiledNetwork network_called(const std::string& name) {
  const auto network = import_tflite(file_bytes(shared_data("models/" + name + ".tflite")), name);
  EXPECT_TRUE(network) << network.error().text;
  if (!network) return {};
  auto compiled = compile(*network, {});
  EXPECT_TRUE(compiled) << compiled.error().text;
  return compiled ? *std::move(compiled) : CompiledNetwork{};
}

}  // namespace

JudgedRun judged_run(const JudgedPlan& plan) {
  JudgedRun run;
  run.drift = plan.drift;
  const CompiledNetwork network = network_called(plan.network);
  run.layers = network.layers.size();
  const HarvestProfile profile{
      .name = "constant",
      .format = {.kind = HarvestKind::power, .resistance = {}, .period = std::chrono::hours(1)},
      .samples = {static_cast<float>(plan.harvested.si)},
      .origin = "made for tests"};
  ProfileSource source(profile);
  const MeterConfig exact{
      .sample_period = run.period,
      .current_noise = {},
      .current_step = {1e-12},
      .voltage_noise = {},
      .voltage_step = {1e-9}};
  auto rig = SimulatedRig::open(
      {.firmware = file_bytes(FIRMWARE_ELF),
       .device = *find_device("fram-mcu"),
       .power = plan.power,
       .step = plan.step,
       .meter = exact,
       .clock_drift = plan.drift,
       .truth = &run.truth},
      source);
  EXPECT_TRUE(rig) << rig.error().text;
  if (!rig) return run;
  JudgedSink sink(run);
  const Result<RunOutcome> outcome = run_session(
      {.workload =
           {.network = network.image,
            .inputs = file_bytes(shared_data("models/golden/" + plan.network + ".in")),
            .strategy = plan.strategy,
            .record_level = plan.level,
            .inferences = plan.inferences},
       .stop = {.inferences = plan.inferences}},
      **rig, sink, {});
  EXPECT_TRUE(outcome) << outcome.error().text;
  if (!outcome) return run;
  run.end = outcome->duration;
  run.inferences = outcome->inferences;
  run.ledger = (*rig)->truth_ledger();
  return run;
}

SeenRun seen(const JudgedRun& run, const RunNoise& noise) {
  Random random(noise.seed, "judge");
  SeenRun seen;
  seen.records = run.records;
  for (TimedRecord& record : seen.records)
    record.received += to_run_time({-std::log(1.0 - random.uniform()) * noise.late.si});
  std::vector<float> voltage = run.voltage;
  std::vector<float> current = run.current;
  for (float& volts : voltage)
    volts += static_cast<float>(noise.meter.voltage.si * random.normal());
  for (float& amperes : current)
    amperes += static_cast<float>(noise.meter.current.si * random.normal());
  seen.energy.append(
      {.first = 0,
       .period = run.period,
       .voltage = voltage,
       .current = current,
       .storage = {},
       .harvest = {}});
  return seen;
}

std::map<ShareKey, Joules> true_shares(const JudgedRun& run, const Timeline& timeline) {
  const double fitted = timeline.clock ? timeline.clock->drift : 0.0;
  const double scale = (1.0 + fitted) / (1.0 + run.drift);
  // The ticks of a power cycle are 0 when its rail comes on.
  const auto true_time = [&](RunTime edge, const PowerCycle& cycle) {
    if (edge <= cycle.on || edge >= cycle.off) return edge;
    const auto since = static_cast<double>((edge - cycle.clock_offset).count());
    return std::clamp(cycle.on + RunTime(std::llround(since * scale)), cycle.on, cycle.off);
  };
  std::map<ShareKey, Joules> energies;
  for (const Span& span : timeline.spans) {
    if (span.activity == Activity::off) continue;
    const PowerCycle& cycle = timeline.power_cycles.at(span.power_cycle);
    energies[{span.activity, span.layer}] +=
        run.truth.between(true_time(span.from, cycle), true_time(span.to, cycle));
  }
  return energies;
}

}  // namespace sunfleck
