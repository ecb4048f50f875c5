#include <benchmark/benchmark.h>

#include <array>
#include <cmath>

#include "core/power/harvest_cursor.h"
#include "core/power/power_path.h"
#include "core/power/presets.h"

namespace sunfleck {
namespace {

// Steps of 100 us while the board draws a current that changes at every step, from a source whose
// samples last 10 ms. `state.range(0)` pieces a step.
void run_path(benchmark::State& state, std::string_view preset, const HarvestFormat& format) {
  PowerPathConfig config = *power_path_preset(preset);
  config.initial_voltage = config.regulator.on;
  PowerPath path(config, format);
  const auto count = static_cast<std::size_t>(state.range(0));
  std::array<float, 4> values{};
  const HarvestPiece piece{
      .samples = values.data(),
      .count = static_cast<std::uint32_t>(count),
      .duration = std::chrono::microseconds(100) / static_cast<std::int64_t>(count)};
  std::uint64_t step = 0;
  while (state.KeepRunning()) {
    const auto phase = static_cast<float>(step / 100 % 64) / 64.0F;
    for (float& value : values)
      value = format.kind == HarvestKind::power ? 2e-3F * phase : 6.0F * phase;
    const Coulombs wanted{1e-7 * static_cast<double>(1 + step % 8)};
    path.advance({&piece, 1}, std::min(wanted, path.charge_to_brownout()));
    ++step;
  }
  benchmark::DoNotOptimize(path.ledger());
  state.SetItemsProcessed(state.iterations());
}

constexpr HarvestFormat power{
    .kind = HarvestKind::power, .resistance = {}, .period = std::chrono::milliseconds(10)};
constexpr HarvestFormat thevenin{
    .kind = HarvestKind::voltage_behind_resistance,
    .resistance = {2000.0},
    .period = std::chrono::milliseconds(10)};

// The same through a cursor over a profile, as the virtual rig does it.
void run_with_cursor(benchmark::State& state) {
  HarvestProfile profile{.name = {}, .format = power, .samples = {}, .origin = {}};
  for (int i = 0; i < 4000; ++i)
    profile.samples.push_back(2e-3F * static_cast<float>(i % 64) / 64.0F);
  ProfileSource source(profile);
  HarvestCursor cursor(source, 0);
  PowerPath path(*power_path_preset("bq25504"), power);
  while (state.KeepRunning()) {
    const auto step = cursor.next(std::chrono::microseconds(100));
    path.advance(step->pieces(), std::min(Coulombs{2e-7}, path.charge_to_brownout()));
  }
  benchmark::DoNotOptimize(path.ledger());
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(run_with_cursor);
BENCHMARK_CAPTURE(run_path, direct_power, "direct", power)->Arg(1)->Arg(2);
BENCHMARK_CAPTURE(run_path, diode_power, "diode", power)->Arg(1)->Arg(2);
BENCHMARK_CAPTURE(run_path, diode_voltage, "diode", thevenin)->Arg(1)->Arg(2);
BENCHMARK_CAPTURE(run_path, bq25504_power, "bq25504", power)->Arg(1)->Arg(2);
BENCHMARK_CAPTURE(run_path, bq25570_power, "bq25570", power)->Arg(1)->Arg(2);
BENCHMARK_CAPTURE(run_path, bq25570_voltage, "bq25570", thevenin)->Arg(1)->Arg(2);

}  // namespace
}  // namespace sunfleck
