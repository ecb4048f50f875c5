#include <benchmark/benchmark.h>

#include "tests/support/kernel_probe.h"
#include "tests/support/shared_data.h"

// What the kernels cost on a Cortex-M4, executed on the virtual board: instructions and cycles for
// each nominal multiplication. The time of the benchmark itself says nothing.

namespace sunfleck {
namespace {

void run_kernel(benchmark::State& state, const ProbeLayer& layer, const std::string& program) {
  Random random(1, "benchmark");
  const Values input = random_values(bytes_of(layer.test.layer.input), random);
  for (auto _ : state) {
    const auto cost = probe_kernel(file_bytes(program), layer.test, input);
    if (!cost) {
      state.SkipWithError(cost.error().text.c_str());
      return;
    }
    const auto macs = static_cast<double>(nominal_macs(layer.test.layer));
    state.counters["insn_per_mac"] = static_cast<double>(cost->instructions) / macs;
    state.counters["cycles_per_mac"] = static_cast<double>(cost->cycles) / macs;
    state.counters["scratch_bytes"] = fw_scratch_bytes(&layer.test.layer);
  }
}

const bool registered = [] {
  for (const ProbeLayer& layer : probe_layers())
    for (const char* build : {"", "-plain"})
      benchmark::RegisterBenchmark(
          ("kernel" + std::string(build) + "/" + layer.name).c_str(), run_kernel, layer,
          std::string(TEST_PROGRAMS) + "/kernel_probe" + build + ".elf")
          ->Iterations(1);
  return true;
}();

}  // namespace
}  // namespace sunfleck
