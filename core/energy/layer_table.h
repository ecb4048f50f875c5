#pragma once

#include <cstdint>
#include <vector>

#include "core/energy/attribution.h"

namespace sunfleck {

// What one purpose cost in a layer.
struct LayerCost {
  Seconds time;
  Joules energy;
  Joules uncertainty;  // one deviation
};

// What a layer cost over a whole run.
struct LayerEnergy {
  std::uint16_t layer = 0;
  LayerCost compute;  // that was kept
  LayerCost checkpoint;
  LayerCost re_execution;         // compute that was lost with the power
  std::uint32_t checkpoints = 0;  // as Timeline counts them
  std::uint32_t executions = 0;

  // Sum of the three.
  Joules energy() const { return compute.energy + checkpoint.energy + re_execution.energy; }
};

// The layers of a run, one row each, in order, those that were never reached with zeros.
//
//   attribution   of `timeline`
//   returns       [timeline.executions.size()]; what belongs to no layer, as the commit of a whole
//                 inference, is in no row
std::vector<LayerEnergy> layer_table(const Attribution& attribution, const Timeline& timeline);

}  // namespace sunfleck
