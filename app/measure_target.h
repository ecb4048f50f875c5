#pragma once

#include <optional>

#include "app/target_bench.h"
#include "core/target/target_client.h"

namespace sunfleck::app {

// What a piece takes on a board, a mean over `count` of them.
struct TargetMeasurement {
  std::uint32_t count = 0;
  double ticks = 0.0;
  Seconds time;
  std::optional<Joules> energy;  // where there is a meter
  Joules uncertainty{};          // of it, one deviation
};

// Measures `repeat` pieces of `what.count` each; when that is 0, one to see how long it takes, and
// then so many that they last a tenth of a second or so: the meter's edges become small.
Result<TargetMeasurement> measure_target(
    TargetBench& bench, TargetClient& client, fw_measure what, std::uint32_t repeat);

}  // namespace sunfleck::app
