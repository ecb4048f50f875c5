#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include "core/base/result.h"
#include "core/energy/energy_model.h"

namespace sunfleck {

struct FitOptions {
  std::uint64_t seed = 1;
  std::uint32_t draws = 200;         // of the bootstrap, >= 20
  Seconds time_step{1e-6};           // model_run.h
  double model_error = 0.01;         // what is not explained in any layer, as a share of it, > 0
  double least_independence = 0.01;  // robust_fit.h
  std::function<void(double share)> on_progress{};
};

// Fits the energy and the time of each class of work by relatively weighted, non-negative, robust
// least squares (robust_fit.h): sigma of an observation is its deviation and `model_error` of it,
// added as squares.
//
// Intervals come from two sources. Coefficients: each of `draws` refits takes as many layers as
// there are, at random with replacement; a layer that several runs measured is taken as a whole.
// What no coefficient explains: the errors of layers that a fit did not see, of networks left out
// where five or more were measured, of single layers left out otherwise. A prediction draws from
// both. What the layers of one network are off together adds to a network's interval.
//
//   runs     of one board
//   fails    invalid_argument when there are no runs, or none holds a complete inference of a
//   layer,
//            or options are out of range; cancelled by `stop`
Result<EnergyModel> fit_energy_model(
    const std::vector<ModelRun>& runs, const FitOptions& options, const std::stop_token& stop = {});

}  // namespace sunfleck
