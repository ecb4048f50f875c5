#include <benchmark/benchmark.h>

#include <filesystem>
#include <string>

#include "db/run_store.h"
#include "db/run_writer.h"
#include "tests/db/store_support.h"

namespace sunfleck::db {
namespace {

constexpr std::size_t samples = std::size_t{1} << 21;

// Two signals with noise in every sample, which compress badly.
void ingest(benchmark::State& state) {
  const Recording recording = a_recording(samples, 1000);
  const TemporaryFolder folder;
  const std::string path = folder / "store";
  while (state.KeepRunning()) {
    benchmark::DoNotOptimize(write_run(path, "benchmark", recording, 10'000));
    state.PauseTiming();
    std::filesystem::remove(path);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * samples * 2));
}
BENCHMARK(ingest)->Unit(benchmark::kMillisecond)->UseRealTime();

class OneRun : public benchmark::Fixture {
 public:
  void SetUp(benchmark::State& state) override {
    const Result<std::int64_t> written =
        write_run(folder / "store", "benchmark", a_recording(samples, 1000), 10'000);
    if (!written) return state.SkipWithError(written.error().text.c_str());
    run = *written;
    state.counters["bytes_per_sample"] =
        static_cast<double>(std::filesystem::file_size(folder / "store")) / (2.0 * samples);
  }
  void TearDown(benchmark::State&) override { std::filesystem::remove(folder / "store"); }

 protected:
  TemporaryFolder folder;
  std::int64_t run = 0;
};

BENCHMARK_DEFINE_F(OneRun, overview_of_2000_points)(benchmark::State& state) {
  Result<RunStore> opened = RunStore::open(folder / "store");
  RunStore store = *std::move(opened);
  const auto length = static_cast<std::uint64_t>(state.range(0));
  while (state.KeepRunning())
    benchmark::DoNotOptimize(
        store.overview(run, "voltage", {samples / 4, samples / 4 + length}, 2000));
}
BENCHMARK_REGISTER_F(OneRun, overview_of_2000_points)
    ->Arg(2000)
    ->Arg(100'000)
    ->Arg(samples / 2)
    ->Unit(benchmark::kMillisecond);

BENCHMARK_DEFINE_F(OneRun, samples_at_full_rate)(benchmark::State& state) {
  Result<RunStore> opened = RunStore::open(folder / "store");
  RunStore store = *std::move(opened);
  while (state.KeepRunning())
    benchmark::DoNotOptimize(store.samples(run, "voltage", {0, 1'000'000}));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * 1'000'000);
}
BENCHMARK_REGISTER_F(OneRun, samples_at_full_rate)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sunfleck::db
