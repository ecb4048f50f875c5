#include "app/measure_target.h"

#include <algorithm>
#include <cmath>

namespace sunfleck::app {

Result<TargetMeasurement> measure_target(
    TargetBench& bench, TargetClient& client, fw_measure what) {
  constexpr Seconds wanted{0.1};
  constexpr double most = 1e6;
  Seconds expected{};
  if (what.count == 0) {
    what.count = 1;
    const fw_measured once = TRY(client.measure(what));
    expected = client.seconds_of(std::max(once.ticks, 1U));
    what.count = static_cast<std::uint32_t>(std::clamp(std::ceil(wanted / expected), 1.0, most));
    expected = static_cast<double>(what.count) * expected;
  }
  const fw_measured measured = TRY(client.measure(what, expected));
  TargetMeasurement result{.count = what.count, .ticks = measured.ticks / double(what.count)};
  result.time = (1.0 / what.count) * client.seconds_of(measured.ticks);
  const std::optional<MarkedEnergy> energy = bench.measured_energy();
  if (energy) {
    result.energy = (1.0 / what.count) * energy->energy;
    result.uncertainty = (1.0 / what.count) * energy->uncertainty;
  }
  return result;
}

}  // namespace sunfleck::app
