// Reading of a run of 1e8 samples, and of many runs: what a window or a report does while somebody
// waits for it.
#include <benchmark/benchmark.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "db/run_store.h"
#include "db/run_writer.h"
#include "tests/db/store_support.h"

namespace sunfleck::db {
namespace {

constexpr std::size_t run_samples = 100'000'000;
constexpr RunTime sample_period(10'000);
constexpr RunTime run_length = static_cast<RunTime::rep>(run_samples) * sample_period;

double milliseconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

// The energy by reading all samples, for comparison.
class Summer final : public SampleSink {
 public:
  void on_samples(const SampleBlock& block) override {
    for (std::size_t i = 0; i < block.voltage.size(); ++i)
      watts += double{block.voltage[i]} * double{block.current[i]};
  }
  void on_edge(const MarkEdge&) override {}
  double watts = 0.0;
};

// A store with one run of voltage and current, noise in every sample; made when it is first needed,
// and removed when the program ends.
class LongRun {
 public:
  LongRun() {
    const std::vector<float> voltage = a_signal(std::size_t{1} << 20, 1);
    const std::vector<float> current = a_signal(std::size_t{1} << 20, 2);
    const auto begin = std::chrono::steady_clock::now();
    const std::unique_ptr<RunWriter> writer = *RunWriter::begin(path(), a_start("long"));
    for (std::size_t first = 0; first < run_samples; first += voltage.size()) {
      const std::size_t count = std::min(voltage.size(), run_samples - first);
      writer->on_samples(
          {.first = first,
           .period = sample_period,
           .voltage = std::span(voltage).first(count),
           .current = std::span(current).first(count),
           .storage = {},
           .harvest = {}});
    }
    static_cast<void>(writer->finish(an_outcome(), an_analysis()));
    ingest_ms = milliseconds_since(begin);
    RunStore store = open();
    const auto naive = std::chrono::steady_clock::now();
    Summer summer;
    static_cast<void>(store.replay(1, summer));
    benchmark::DoNotOptimize(summer.watts);
    naive_ms = milliseconds_since(naive);
  }

  RunStore open() const { return *RunStore::open(path(), Missing::refuse); }
  std::string path() const { return folder_ / "store"; }

  double ingest_ms = 0.0;
  double naive_ms = 0.0;

 private:
  TemporaryFolder folder_;
};

const LongRun& long_run() {
  static const LongRun run;
  return run;
}

// Times one reading function; `times_faster`: than reading all samples.
template <class Read>
void measure(benchmark::State& state, const Read& read) {
  const LongRun& run = long_run();
  RunStore store = run.open();
  const auto begin = std::chrono::steady_clock::now();
  while (state.KeepRunning())
    if (!read(store)) return state.SkipWithError("the store cannot be read");
  const double each = milliseconds_since(begin) / static_cast<double>(state.iterations());
  state.counters["times_faster"] = run.naive_ms / each;
  state.counters["naive_ms"] = run.naive_ms;
  state.counters["ingest_ms"] = run.ingest_ms;
}

void summary_of_1e8_samples(benchmark::State& state) {
  measure(state, [](RunStore& store) {
    return store.find("1") && store.signals(1) && store.attribution(1);
  });
}
BENCHMARK(summary_of_1e8_samples)->Unit(benchmark::kMillisecond);

void cursor_in_1e8_samples(benchmark::State& state) {
  Random random(1, "times");
  measure(state, [&](RunStore& store) {
    const auto length = static_cast<std::uint64_t>(run_length.count());
    const RunTime a(static_cast<RunTime::rep>(random.below(length)));
    const RunTime b(static_cast<RunTime::rep>(random.below(length)));
    return static_cast<bool>(store.rail_energy(1, std::min(a, b), std::max(a, b)));
  });
}
BENCHMARK(cursor_in_1e8_samples)->Unit(benchmark::kMillisecond);

void energy_of_1e8_samples(benchmark::State& state) {
  measure(state, [](RunStore& store) {
    return static_cast<bool>(store.rail_energy(1, RunTime{}, run_length));
  });
}
BENCHMARK(energy_of_1e8_samples)->Unit(benchmark::kMillisecond);

void overview_of_1e8_samples(benchmark::State& state) {
  const auto length = static_cast<std::uint64_t>(state.range(0));
  measure(state, [length](RunStore& store) {
    const std::uint64_t first = (run_samples - length) / 3;
    return static_cast<bool>(store.overview(1, "voltage", {first, first + length}, 2000));
  });
}
BENCHMARK(overview_of_1e8_samples)
    ->Arg(run_samples)
    ->Arg(run_samples / 7)
    ->Arg(run_samples / 100)
    ->Arg(20'000)
    ->Unit(benchmark::kMillisecond);

// 50 runs of 20 inferences of 30 layers that compute, commit and compute again, in 40 power cycles.
class FiftyRuns {
 public:
  static constexpr int runs = 50;
  FiftyRuns() {
    RunAnalysis analysis = an_analysis();
    analysis.attribution.by_inference = parts(20);
    analysis.attribution.by_power_cycle = parts(40);
    for (int run = 0; run < runs; ++run) {
      const std::unique_ptr<RunWriter> writer = *RunWriter::begin(path(), a_start("one"));
      static_cast<void>(writer->finish(an_outcome(), analysis));
    }
  }
  std::string path() const { return folder_ / "store"; }

 private:
  static std::vector<Part> parts(std::uint32_t indexes) {
    std::vector<Part> parts;
    for (std::uint32_t index = 0; index < indexes; ++index)
      for (const Activity activity :
           {Activity::compute, Activity::checkpoint, Activity::re_execution})
        for (std::uint16_t layer = 0; layer < 30; ++layer)
          parts.push_back(
              {.index = index,
               .activity = activity,
               .layer = layer,
               .time = {1e-3},
               .energy = {1e-6},
               .uncertainty = {1e-9}});
    return parts;
  }

  TemporaryFolder folder_;
};

void attributions_of_50_runs(benchmark::State& state) {
  static const FiftyRuns runs;
  while (state.KeepRunning()) {
    RunStore store = *RunStore::open(runs.path(), Missing::refuse);
    for (int run = 1; run <= FiftyRuns::runs; ++run) {
      if (!store.outcome(run)) return state.SkipWithError("the store cannot be read");
      benchmark::DoNotOptimize(store.attribution(run));
    }
  }
}
BENCHMARK(attributions_of_50_runs)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sunfleck::db
