#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/power/harvest_cursor.h"
#include "core/power/power_path.h"
#include "core/power/presets.h"
#include "core/power/source_curve.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

using namespace literals;

// Samples of a source, one after the other.
struct Trace {
  HarvestFormat format;
  std::vector<float> samples;
};

constexpr RunTime fine = std::chrono::microseconds(10);

// A V-I trace of five seconds at 100 kS/s that is made: the operating point of a cell of 2 V
// whose light sways between 0.1 and 2 mA within a second, with noise in every sample.
Trace made_trace() {
  Trace trace{.format = {.kind = HarvestKind::operating_point, .period = fine}, .samples = {}};
  Random random(1, "light");
  for (int i = 0; i < 500'000; ++i) {
    const double light = 1.05e-3 + 0.95e-3 * std::sin(6.28e-5 * i);
    trace.samples.push_back(static_cast<float>(1.5 + 0.02 * random.normal()));
    trace.samples.push_back(static_cast<float>(light * (1.0 + 0.01 * random.normal())));
  }
  return trace;
}

// The V-I trace, each 20 ms of which lie at the optimum of a curve recorded while jogging; nothing
// where the recording is not at hand.
Trace jogging_trace() {
  Trace trace{.format = {.kind = HarvestKind::operating_point, .period = fine}, .samples = {}};
  std::ifstream lines(shared_data("traces/shepherd/jogging_10m.csv"));
  std::string head;
  std::getline(lines, head);
  double time = 0.0;
  DiodeLaw law;
  char comma = 0;
  constexpr std::size_t most = 2 * 1'000'000;
  while (lines >> time >> comma >> law.a >> comma >> law.b >> comma >> law.c &&
         trace.samples.size() < most) {
    const OperatingPoint best = law.optimum();
    for (int i = 0; i < 2000; ++i) {
      trace.samples.push_back(static_cast<float>(best.voltage.si));
      trace.samples.push_back(static_cast<float>(best.current.si));
    }
  }
  return trace;
}

// Every other sample differs: 0.2 to 4 mW.
Trace power_trace() {
  Trace trace{.format = {.kind = HarvestKind::power, .period = fine}, .samples = {}};
  Random random(2, "power");
  for (int i = 0; i < 100'000; ++i)
    trace.samples.push_back(static_cast<float>(2e-4 + 3.8e-3 * random.uniform()));
  return trace;
}

Trace source_trace() {
  Trace trace{
      .format =
          {.kind = HarvestKind::voltage_behind_resistance, .resistance = 2.0_kOhm, .period = fine},
      .samples = {}};
  Random random(3, "voltage");
  for (int i = 0; i < 100'000; ++i)
    trace.samples.push_back(static_cast<float>(3.0 + 3.0 * random.uniform()));
  return trace;
}

Trace cell_trace() {
  Trace trace{.format = {.kind = HarvestKind::diode, .period = fine}, .samples = {}};
  Random random(4, "light");
  for (int i = 0; i < 100'000; ++i) {
    trace.samples.push_back(static_cast<float>(1e-3 + 1e-3 * random.uniform()));
    trace.samples.insert(trace.samples.end(), {1.1e-6F, 4.1F});
  }
  return trace;
}

// The whole chain in steps of `state.range(0)` samples, while the board draws 2 mA whenever the
// rail is on: harvester, converter, capacitor, output stage, thresholds and ledger. The rate that
// is printed is that of samples.
void run_path(benchmark::State& state, std::string_view preset, Trace (*make)()) {
  const Trace trace = make();
  if (trace.samples.empty()) {
    state.SkipWithError("the recording is not at hand");
    return;
  }
  PowerPath path(*power_path_preset(preset), trace.format);
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::size_t numbers = count * sample_width(trace.format);
  const Coulombs charge = 2.0_mA * to_seconds(state.range(0) * fine);
  std::size_t at = 0;
  while (state.KeepRunning()) {
    if (at + numbers > trace.samples.size()) at = 0;
    const HarvestPiece piece{
        .samples = trace.samples.data() + at,
        .count = static_cast<std::uint32_t>(count),
        .duration = fine};
    path.advance({&piece, 1}, std::min(charge, path.charge_to_brownout()));
    at += numbers;
  }
  const PowerLedger& ledger = path.ledger();
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
  state.counters["delivered_mW"] =
      ledger.delivered.si / (1e-8 * static_cast<double>(state.iterations() * count));
  state.counters["unbalanced"] = ledger.unbalanced().si / ledger.harvested.si;
}

// The same through a cursor over a profile in steps of 100 us, as the virtual rig does it.
void run_with_cursor(benchmark::State& state) {
  const Trace trace = made_trace();
  const HarvestProfile profile{
      .name = {}, .format = trace.format, .samples = trace.samples, .origin = {}};
  ProfileSource source(profile);
  HarvestCursor cursor(source, 0);
  PowerPath path(*power_path_preset("bq25570"), trace.format);
  while (state.KeepRunning()) {
    const auto step = cursor.next(std::chrono::microseconds(100));
    path.advance(step->pieces(), std::min(Coulombs{2e-7}, path.charge_to_brownout()));
  }
  benchmark::DoNotOptimize(path.ledger());
  state.SetItemsProcessed(10 * state.iterations());
}

BENCHMARK_CAPTURE(run_path, bq25570_made_trace, "bq25570", made_trace)
    ->Arg(1)
    ->Arg(10)
    ->Arg(100)
    ->Arg(1000);
BENCHMARK_CAPTURE(run_path, bq25570_jogging_10m_at_its_optimum, "bq25570", jogging_trace)
    ->Arg(10)
    ->Arg(1000);
BENCHMARK(run_with_cursor);
BENCHMARK_CAPTURE(run_path, direct_power, "direct", power_trace)->Arg(10);
BENCHMARK_CAPTURE(run_path, diode_power, "diode", power_trace)->Arg(10);
BENCHMARK_CAPTURE(run_path, diode_source, "diode", source_trace)->Arg(10);
BENCHMARK_CAPTURE(run_path, diode_cell, "diode", cell_trace)->Arg(10);
BENCHMARK_CAPTURE(run_path, bq25504_power, "bq25504", power_trace)->Arg(10);
BENCHMARK_CAPTURE(run_path, bq25504_made_trace, "bq25504", made_trace)->Arg(10);
BENCHMARK_CAPTURE(run_path, bq25570_source, "bq25570", source_trace)->Arg(10);
BENCHMARK_CAPTURE(run_path, bq25570_cell, "bq25570", cell_trace)->Arg(10);

}  // namespace
}  // namespace sunfleck
