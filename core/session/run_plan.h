#pragma once

#include <cstdint>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/target/target.h"

namespace sunfleck {

// When a run ends. A run also ends when its source does, and when the board reports that it makes
// no progress.
struct StopRules {
  std::uint32_t inferences = 0;  // after this many results; 0: no such rule
  RunTime max_time{};            // after this much time; 0: no such rule
};

// What to play on a rig.
struct RunPlan {
  Workload workload;
  StopRules stop;
  bool firmware_alone = false;  // the board does what its firmware does, and there is no workload
};

// Refuses a plan that cannot be played: nothing to execute, inputs that are no whole number of the
// network's input, no attempts, a workload for a firmware alone. The error names the field.
Status check(const RunPlan& plan);

}  // namespace sunfleck
