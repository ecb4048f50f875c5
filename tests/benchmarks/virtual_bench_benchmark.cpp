#include <benchmark/benchmark.h>

#include <ctime>

#include "core/network/compile.h"
#include "core/network/demo_network.h"
#include "drivers/simulated/simulated_rig.h"
#include "tests/support/shared_data.h"

// How much faster than the world the virtual bench is: the real firmware and the demo network on a
// 16 MHz board, through the whole rig.

namespace sunfleck {
namespace {

using namespace literals;
using namespace std::chrono_literals;

struct OnTime final : RigSink {
  void on_samples(const SampleBlock& block) override { samples += block.current.size(); }
  void on_uart(const UartBytes& uart) override { bytes += uart.bytes.size(); }
  void on_edge(const MarkEdge& edge) override {
    if (on) total += edge.time - last;
    on = (edge.marks & rail_mark) != 0;
    last = edge.time;
  }
  std::size_t samples = 0, bytes = 0;
  bool on = false;
  RunTime last{}, total{};
};

PowerPathConfig path() {
  PowerPathConfig path;
  path.input.charge_limit = 5.0_V;
  path.capacitor = {.capacitance = 100.0_uF, .rated = 5.0_V};
  path.initial_voltage = 2.0_V;
  path.regulator = {
      .on = 3.0_V,
      .off = 2.0_V,
      .output = {.kind = OutputKind::ldo, .voltage = 1.8_V, .drop = 0.1_V}};
  return path;
}

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void play_virtual_bench(benchmark::State& state) {
  const auto microwatts = static_cast<float>(state.range(0));
  const HarvestProfile profile{
      .name = "constant",
      .format = {.kind = HarvestKind::power, .resistance = {}, .period = 1ms},
      .samples = std::vector<float>(20000, microwatts * 1e-6F),
      .origin = {}};
  const auto network = compile(demo_network(), {});
  OnTime sink;
  double simulated = 0.0;
  double spent = 0.0;
  std::uint64_t failures = 0;
  for (auto _ : state) {
    ProfileSource source(profile);
    const auto rig = SimulatedRig::open(
        {.firmware = file_bytes(FIRMWARE_ELF), .device = *find_device("fram-mcu"), .power = path()},
        source);
    if (!rig || !network ||
        !(*rig)->target().load({.network = network->image, .inputs = demo_inputs(4, 1)}) ||
        !(*rig)->start(sink)) {
      state.SkipWithError("the bench does not open");
      break;
    }
    const double began = cpu_seconds();
    const auto progress = (*rig)->advance(20s);
    spent += cpu_seconds() - began;
    simulated += to_seconds(progress->now).si;
    failures += (*rig)->truth_ledger().brownouts;
    if (!(*rig)->stop()) state.SkipWithError("the bench does not stop");
  }
  state.counters["simulated_per_cpu_second"] = simulated / spent;
  state.counters["on_percent"] = 100.0 * to_seconds(sink.total).si / simulated;
  state.counters["power_failures"] = static_cast<double>(failures);
}

// Harvested microwatts: never on, on for about 2, 10 and 20 per cent of the time.
BENCHMARK(play_virtual_bench)->Arg(1)->Arg(80)->Arg(460)->Arg(960)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sunfleck
