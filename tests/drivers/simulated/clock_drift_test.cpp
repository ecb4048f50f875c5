#pragma GCC diagnostic ignored "-Wconversion"
#include "core/telemetry/telemetry_decoder.h"
#include "core/timeline/boots.h"
#include "core/timeline/marks.h"
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

TEST(ClockDrift, Explore) {
  for (const double drift : {0.0, 50e-6})
    for (const double supply : {100e-3, 4e-3}) {
      SimulatedRigConfig config = bench_config();
      config.power.initial_voltage = 4.0_V;
      config.clock_drift = drift;
      const HarvestProfile profile = constant_power(Watts{supply});
      ProfileSource source(profile);
      const auto rig = open_rig(config, source);
      Workload workload = demo_workload();
      workload.inferences = 0;
      workload.record_level = RecordLevel::checkpoints;
      ASSERT_TRUE(rig->target().load(workload));
      RecordsAndEdges sink;
      ASSERT_TRUE(rig->start(sink));
      for (int i = 1; i <= 10; ++i) ASSERT_TRUE(rig->advance(i * 100ms));
      ASSERT_TRUE(rig->stop());
      const Timeline t = build_timeline(sink.records, sink.edges, 20, 1s);
      std::printf("drift %g supply %g records %zu cycles %zu clock %d %.4f +- %.4f ppm\n", drift, supply, sink.records.size(), t.power_cycles.size(), (int)t.clock.has_value(), t.clock ? 1e6*t.clock->drift:0, t.clock?1e6*t.clock->uncertainty:0);
      const Boots b = find_boots(sink.records, t.power_cycles);
      for (std::size_t i = 0; i < b.boots.size() && i < 6; ++i) {
        const Boot& boot = b.boots[i];
        const PowerCycle& c = t.power_cycles[boot.power_cycle];
        RunTime len = c.off - c.on;
        std::printf("  boot %zu n %zu zero-on %ld ns  error at end %ld ns (len %.1f ms) u %ld\n", i, boot.end - boot.first, (boot.zero() - c.on).count(), (boot.clock.to_reference(len) - (c.on + RunTime(std::llround(len.count()/(1+drift))))).count(), len.count()/1e6, c.clock_uncertainty.count());
      }
      std::map<Activity, double> share; std::map<Activity,int> n;
      for (auto& s : t.spans) { share[s.activity] += (s.to - s.from).count()/1e9; n[s.activity]++; }
      for (auto& [a, x] : share) std::printf("   %s %.6f (%d)\n", name_of(a), x, n[a]);
      std::printf("   refused %zu %.6f gaps %zu aside %zu\n", t.refused.spans, t.refused.time.count()/1e9, t.gaps.size(), t.set_aside);
      // pin marks against records
      int shown = 0;
      for (auto& r : sink.records) {
        if (shown > 12) break;
        if (r.record.header.type != FW_RECORD_CHECKPOINT && r.record.header.type != FW_RECORD_INFERENCE_BEGIN) continue;
        RunTime at = b.boots[0].clock.to_reference(ticks_to_time(r.record.header.ticks, b.boots[0].setup.ticks_per_second));
        RunTime best = 1h; int m = 0;
        for (auto& e : sink.edges) if (std::abs((e.time - at).count()) < std::abs(best.count())) { best = e.time - at; m = e.marks; }
        std::printf("   type %d edge-record %ld ns marks %x\n", r.record.header.type, best.count(), m);
        ++shown;
      }
    }
}

}  // namespace
}  // namespace sunfleck
