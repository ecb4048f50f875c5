#include "core/telemetry/telemetry_decoder.h"
#include "core/timeline/boots.h"
#include "tests/core/timeline/record_fate.h"
#include "tests/drivers/simulated/bench.h"

namespace sunfleck {
namespace {

using namespace literals;
using namespace std::chrono_literals;

struct RecordsAndEdges final : RigSink {
  void on_samples(const SampleBlock& /*block*/) override {}
  void on_edge(const MarkEdge& edge) override { edges.push_back(edge); }
  void on_uart(const UartBytes& uart) override {
    for (const TimedRecord& record : decoder.feed(uart))
      records.push_back(record);
  }

  TelemetryDecoder decoder;
  std::vector<TimedRecord> records;
  std::vector<MarkEdge> edges;
};

// Records and edges of a second on the virtual bench whose board's clock runs 50 ppm fast.
RecordsAndEdges second_of(Watts supply, Volts charged) {
  SimulatedRigConfig config = bench_config();
  config.power.initial_voltage = charged;
  config.clock_drift = 50e-6;
  const HarvestProfile profile = constant_power(supply);
  ProfileSource source(profile);
  const auto rig = open_rig(config, source);
  Workload workload = demo_workload();
  workload.inferences = 0;
  workload.record_level = RecordLevel::checkpoints;
  EXPECT_TRUE(rig->target().load(workload));
  RecordsAndEdges sink;
  EXPECT_TRUE(rig->start(sink));
  EXPECT_TRUE(rig->advance(1s));
  EXPECT_TRUE(rig->stop());
  return sink;
}

// The virtual board's ticks are 0 at the rail's rise, which the analysis does not know: for it the
// rise is no more than a limit.
void expect_sharp_clocks(const RecordsAndEdges& told, const Timeline& timeline) {
  // The board takes the ticks 1.8 us before it begins to send; where the drift is not told, 50 ppm
  // of the longest power cycle, 60 ms, come to that.
  constexpr double sharp = 5e-6;  // s
  const Boots found = find_boots(told.records, timeline.power_cycles);
  for (const Boot& boot : found.boots) {
    const PowerCycle& cycle = timeline.power_cycles[boot.power_cycle];
    const Seconds length = to_seconds(cycle.off - cycle.on);
    const RunTime last = to_run_time({length.si * (1.0 + 50e-6)});  // on the board's clock
    EXPECT_NEAR(to_seconds(boot.zero() - cycle.on).si, 0.0, sharp);
    EXPECT_NEAR(to_seconds(boot.clock.to_reference(last) - cycle.off).si, 0.0, sharp);
    EXPECT_LT(to_seconds(cycle.clock_uncertainty).si, 10e-6);
  }
}

TEST(ClockDrift, IsFoundOnTheVirtualBenchAndEdgesAreRightToMicroseconds) {
  const RecordsAndEdges told = second_of(100.0_mW, 4.0_V);
  const Timeline timeline = build_timeline(told.records, told.edges, 20, 1s);
  ASSERT_EQ(timeline.power_cycles.size(), 1U);
  ASSERT_TRUE(timeline.clock);
  EXPECT_NEAR(timeline.clock->drift, 50e-6, 0.5e-6);
  EXPECT_LT(timeline.clock->uncertainty, 10e-6);
  expect_sharp_clocks(told, timeline);
}

TEST(ClockDrift, OutagesLeaveEveryBootItsOwnOffset) {
  const RecordsAndEdges told = second_of(2.0_mW, 3.0_V);
  const Timeline timeline = build_timeline(told.records, told.edges, 20, 1s);
  EXPECT_GT(timeline.power_cycles.size(), 3U);
  expect_sharp_clocks(told, timeline);
  EXPECT_TRUE(timeline.gaps.empty());
  EXPECT_EQ(timeline.set_aside, 0U);

  SCOPED_TRACE("with records lost, what is said was said without loss");
  RunTime before = unattributed_in(timeline);
  for (const double lost : {0.01, 0.05, 0.20}) {
    constexpr int rounds = 20;
    RunTime open{};
    for (std::uint64_t seed = 0; seed < rounds; ++seed) {
      Random random(seed, "loss");
      const std::vector<TimedRecord> records =
          passed_on(told.records, {.lost = lost, .repeated = 0.02, .swapped = 0.02}, random);
      const Timeline lossy = build_timeline(records, told.edges, 20, 1s);
      for (const Piece& piece : invented(lossy, timeline.spans))
        ADD_FAILURE() << lost << ": from " << piece.from.count() << " to " << piece.to.count();
      open += unattributed_in(lossy) / rounds;
    }
    EXPECT_GT(open, before);
    before = open;
  }
}

}  // namespace
}  // namespace sunfleck
