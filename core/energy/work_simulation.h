#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/base/result.h"
#include "core/energy/predict.h"
#include "core/power/power_path.h"

namespace sunfleck {

// Work that stands once it is done: what lies between two commits, with the commit.
struct WorkUnit {
  Cost cost;
  std::uint32_t count = 1;  // of them, alike, one after another
};

// What a board has to do, and what a power-up costs it.
struct WorkPlan {
  std::vector<WorkUnit> once;  // before the first inference
  std::vector<WorkUnit> inference;
  std::uint32_t inferences = 1;
  Cost boot, restore;  // at each power-up
  Volts rail;          // at which the costs hold; the board draws the same charge at others
  std::uint32_t attempts = 16;  // power cycles in one unit after which the board gives up
};

struct WorkResult {
  RunTime end{};  // of the last inference, or of the simulation
  std::uint32_t inferences = 0;
  std::uint32_t power_cycles = 0;
  std::uint32_t outages = 0;
  Cost drawn;          // all, at the rail as the path has it
  Cost repeated;       // of units that an outage cut off
  bool stuck = false;  // a unit did not finish in any of its attempts
  bool source_ended = false;
};

// Cuts a network's layers into units. `restart` has one, the whole inference; `layer` one a layer;
// `tile` one a commit. With `voltage` nothing is done again: units are the tiles, and its snapshots
// are not counted.
//
//   costs        [layers] of layers
//   inference    besides: telemetry of one inference, spread over its units by their time
std::vector<WorkUnit> units_of(
    std::span<const LayerCounts> layers, const NetworkCosts& costs, const Execution& execution,
    const Cost& telemetry);

// Plays a profile through a power path into a board that boots, restores and works, as its costs
// say. An outage loses the unit it falls into, so that it repeats half a unit on average.
//
//   source   at its beginning
//   path     has passed check() with the source's format
//   until    > 0: the simulation's end if the work is not done before
//   step     longest step of the closed loop, > 0
//   fails    as the source does; cancelled by `stop`
Result<WorkResult> simulate_work(
    HarvestSource& source, const PowerPathConfig& path, std::uint64_t passes, RunTime until,
    RunTime step, const WorkPlan& plan, const std::stop_token& stop = {});

}  // namespace sunfleck
