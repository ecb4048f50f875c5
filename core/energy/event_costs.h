#pragma once

#include <vector>

#include "core/energy/energy_model.h"

namespace sunfleck {

// Fills in what is no work of a layer: boots and restores as means over the power cycles that had
// one, sent bytes as the mean of the runs, the power asleep, and the unattributed share.
void take_events(const std::vector<ModelRun>& runs, EnergyModel& model);

}  // namespace sunfleck
