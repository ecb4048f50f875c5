#include <benchmark/benchmark.h>

#include "profiles/importers.h"
#include "tests/support/recording_files.h"
#include "tests/support/scratch_folder.h"

namespace sunfleck {
namespace {

// Reading a Shepherd recording of operating points from its file to floats, apart from any
// simulation: unpacking in a child process, the pipe, the checks. The wall's time counts, since two
// processes share the work; a processor core is free for each.
void read_shepherd(benchmark::State& state, Packing packing) {
  constexpr std::size_t rows = 4'000'000;  // 40 s at 100 kS/s
  const ScratchFolder folder;
  RecordingSpec spec = small_recording("ivtrace", rows, 1'000);
  spec.packing = packing;
  write_recording(folder.file("f.h5"), spec);
  spec = {};
  for (auto pass : state) {
    const auto profile = open_profile(folder.file("f.h5"));
    if (!profile) return state.SkipWithError(profile.error().text.c_str());
    for (bool last = false; !last;) {
      const auto block = profile->source->next();
      if (!block) return state.SkipWithError(block.error().text.c_str());
      benchmark::DoNotOptimize(block->samples.data());
      last = block->last;
    }
  }
  state.counters["samples"] =
      benchmark::Counter(static_cast<double>(rows), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK_CAPTURE(read_shepherd, uncompressed, Packing::none)->UseRealTime();
BENCHMARK_CAPTURE(read_shepherd, gzip, Packing::gzip)->UseRealTime();
BENCHMARK_CAPTURE(read_shepherd, lzf, Packing::lzf)->UseRealTime();

}  // namespace
}  // namespace sunfleck
