#include "app/measure_target.h"

#include <algorithm>
#include <cmath>

namespace sunfleck::app {

Result<TargetMeasurement> measure_target(
    TargetBench& bench, TargetClient& client, fw_measure what, std::uint32_t repeat) {
  constexpr Seconds wanted{0.1};
  const std::uint32_t piece = what.count;
  const double most = std::min(1e6, 4e9 / piece);  // the count of all has 32 bits
  const fw_measured once = TRY(client.measure(what));
  const Seconds expected = client.seconds_of(std::max(once.ticks, 1U));
  TargetMeasurement result{.count = repeat};
  if (repeat == 0)
    result.count = static_cast<std::uint32_t>(std::clamp(std::ceil(wanted / expected), 1.0, most));
  what.count = piece * result.count;
  const double share = 1.0 / result.count;
  const fw_measured measured =
      TRY(client.measure(what, static_cast<double>(result.count) * expected));
  result.ticks = share * measured.ticks;
  result.time = share * client.seconds_of(measured.ticks);
  const std::optional<MarkedEnergy> energy = bench.measured_energy();
  if (energy) {
    result.energy = share * energy->energy;
    result.uncertainty = share * energy->uncertainty;
  }
  return result;
}

}  // namespace sunfleck::app
