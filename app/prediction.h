#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/replay_settings.h"
#include "core/base/result.h"
#include "core/energy/predict.h"

namespace sunfleck::app {

struct PredictionSettings {
  ReplaySettings replay;  // as it would be played; without a profile: on a supply that never fails
  std::string model;      // file
  std::uint32_t draws = 100;                      // of the model's coefficients, >= 20
  RunTime step = std::chrono::microseconds(200);  // longest of the power path's simulation
};

// Of the run that was asked for, with intermittent power.
struct RunPrediction {
  std::uint32_t wanted = 0;    // inferences
  std::uint32_t finished = 0;  // of them, by the coefficients as they were fitted
  Interval latency;            // s, end to end with outages: from the start to the last result
  Interval each;               // s, of an inference on average
  Interval power_cycles;
  Interval outages;
  Interval repeated;        // s of work that outages made the board do again
  Interval energy;          // J at the rail, for one inference
  double unfinished = 0.0;  // share of the draws in which not all inferences were finished
  bool stuck = false;       // a unit of work never finishes
};

struct Prediction {
  std::string network, model, profile, path;
  NetworkPrediction inference;  // on a supply that never fails
  std::optional<RunPrediction> run;
  std::vector<std::string> assumptions;  // sentences
};
using OnPredictionProgress = std::function<void(double share)>;

// Predicts energy, time, power cycles and end-to-end latency of a replay from the board's model,
// before anything is run.
//
//   fails   when a file or a word is bad, or the model has not seen a class of the network's layers
Result<Prediction> predict(
    const PredictionSettings& settings, const OnPredictionProgress& on_progress,
    const std::stop_token& stop);

std::string to_text(const Prediction& prediction);
nlohmann::json to_json(const Prediction& prediction);

}  // namespace sunfleck::app
