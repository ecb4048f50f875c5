#include "core/energy/layer_table.h"

namespace sunfleck {
namespace {

// Where a row keeps an activity; null for what is not a layer's.
LayerCost* cost_of(LayerEnergy& row, Activity activity) {
  switch (activity) {
    case Activity::compute:
      return &row.compute;
    case Activity::checkpoint:
      return &row.checkpoint;
    case Activity::re_execution:
      return &row.re_execution;
    default:
      return nullptr;
  }
}

}  // namespace

std::vector<LayerEnergy> layer_table(const Attribution& attribution, const Timeline& timeline) {
  std::vector<LayerEnergy> rows(timeline.executions.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].layer = static_cast<std::uint16_t>(i);
    rows[i].checkpoints = timeline.checkpoints[i];
    rows[i].executions = timeline.executions[i];
  }
  for (const Share& share : attribution.shares) {
    if (share.layer >= rows.size()) continue;
    LayerCost* const cost = cost_of(rows[share.layer], share.activity);
    if (cost == nullptr) continue;
    *cost = {.time = share.time, .energy = share.energy, .uncertainty = share.uncertainty};
  }
  return rows;
}

}  // namespace sunfleck
