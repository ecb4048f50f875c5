#pragma once

#include <optional>

#include "app/target_bench.h"
#include "core/target/target_client.h"

namespace sunfleck::app {

// What one thing takes on a board, a mean over `count` of it.
struct TargetMeasurement {
  std::uint32_t count = 0;
  double ticks = 0.0;  // of one
  Seconds time;
  std::optional<Joules> energy;  // of one, where there is a meter
  Joules uncertainty{};          // of it, one deviation
};

// Measures `what.count` of it; when that is 0, once to see how long it takes, and then so often
// that it lasts a tenth of a second or so: the meter's edges become small.
Result<TargetMeasurement> measure_target(TargetBench& bench, TargetClient& client, fw_measure what);

}  // namespace sunfleck::app
