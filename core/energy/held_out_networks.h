#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/energy/class_fit.h"
#include "core/energy/energy_model.h"

namespace sunfleck {

// A class with its fits.
struct FittedClass {
  ClassRows rows;
  CostFit energy, time;
};

// Judges the model by networks that fits did not see, and notes what all layers of a network are
// off together, when five or more were held out. A layer's cost is that of its compute and its
// checkpoints. Draws as predict_network() does: one draw of the coefficients for all layers of a
// class, and for each layer what they do not explain.
//
//   classes   in the order of model.classes, which have coefficients, draws and held-out errors
//   names     of the networks
//   model     gets networks, errors and spreads
void judge_networks(
    const std::vector<FittedClass>& classes, const std::set<std::string>& names,
    EnergyModel& model);

}  // namespace sunfleck
