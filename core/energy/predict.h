#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/energy/energy_model.h"

namespace sunfleck {

// Energy and time of a piece of work.
struct Cost {
  double energy = 0.0;  // J
  double time = 0.0;    // s

  Cost& operator+=(const Cost& other) {
    energy += other.energy;
    time += other.time;
    return *this;
  }
};

// What the layers of a network take, once with the coefficients as they were fitted and, for each
// draw, with one choice of coefficients and of what they do not explain.
struct LayerCosts {
  Cost compute, checkpoint;
};
using NetworkCosts = std::vector<LayerCosts>;  // [layers]

struct CostInterval {
  Interval energy;  // J
  Interval time;    // s
};

struct PredictedLayer {
  std::string name;
  std::string op;
  CostInterval compute, checkpoint, total;
};

// Of one inference on an uninterrupted supply.
struct NetworkPrediction {
  std::vector<PredictedLayer> layers;
  CostInterval compute, checkpoint, telemetry, total;
  NetworkCosts centre;
  std::vector<NetworkCosts> draws;
  std::vector<std::string> assumptions;  // sentences
};

// A coefficient drawn with one that explains nothing, of one layer or of one class' checkpoints.
//
//   class_draw   into the draws of `of`
//   spread       what the whole network is off, as a share
Cost draw_cost(
    const ClassModel& of, const Regressors& counts, std::size_t class_draw, double energy_spread,
    double time_spread, Random& random);
Cost cost_of(const ClassModel& of, const Regressors& counts);

// Predicts before anything is run.
//
//   sent_bytes   of the frames of one inference
//   draws        >= 20
//   fails        unsupported, naming the layer, when the model has not seen its class, or
//                checkpoints where there are some
Result<NetworkPrediction> predict_network(
    const EnergyModel& model, std::span<const LayerCounts> layers, const Execution& execution,
    std::uint64_t sent_bytes, std::uint32_t draws, std::uint64_t seed);

}  // namespace sunfleck
