#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/energy/model_run.h"

namespace sunfleck {

// A number with its 95 % interval.
struct Interval {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
};

// Of values in any order, n >= 1: the given centre, and the quantiles that leave out 2.5 % at
// either side, interpolated.
Interval interval_of(double centre, std::vector<double> values);

// How far predictions of what was held out lie off, as shares of what was measured.
struct HeldOutErrors {
  std::size_t count = 0;
  double mean = 0.0;  // of the sizes: MAPE
  double median = 0.0;
  double largest = 0.0;
  double covered = 0.0;  // share that lay in the 95 % interval
};

// What a cost is of a class of work: a sum of counts times coefficients.
struct CostModel {
  Regressors coefficients{};        // >= 0; J or s each
  std::vector<Regressors> draws{};  // [draws] the same of resampled layers
  std::vector<double> held_out{};   // measured / predicted - 1 of layers that the fit did not see
  double scale = 0.0;               // of the residuals, in deviations of the observations
  double condition = 1.0;           // of the regressors that were kept, scaled to one length
};

struct DroppedRegressor {
  Regressor regressor = Regressor::constant;
  std::vector<Regressor> explained_by{};  // that are kept; empty: it is 0 everywhere
  bool for_lack = false;                  // there are not enough layers to tell it
};

// A measured layer against the model, for figures.
struct FittedLayer {
  std::size_t run = 0;  // into EnergyModel::runs
  std::string name;
  Joules energy;       // measured
  Joules deviation;    // of that
  Interval predicted;  // J, when the fit did not see it
  Seconds time;
  Interval predicted_time;  // s, likewise
  double weight = 1.0;      // that the loss left it in the energy fit; 0: an outlier
};

struct ClassModel {
  WorkClass work = WorkClass::other;
  std::vector<Regressor> kept;
  std::vector<DroppedRegressor> dropped;
  CostModel energy, time;
  Watts power;            // while it lasts: median over the layers
  Watts power_deviation;  // of that
  std::vector<FittedLayer> layers;
  HeldOutErrors energy_errors, time_errors;  // each layer left out
  HeldOutErrors power_errors;                // of power times predicted time
};

// What something takes each time that it happens.
struct EventCost {
  std::uint64_t count = 0;  // that were measured; 0: never, and the rest is 0
  Joules energy;
  Joules energy_deviation;  // of the mean
  Seconds time;
  Seconds time_deviation;
};

// A network held out: the fit saw the others alone.
struct HeldOutNetwork {
  std::string name;
  Joules measured;  // compute and checkpoints of one inference
  Interval predicted;
  Seconds measured_time;
  Interval predicted_time;
  HeldOutErrors layers;  // energies
};

// What a model was fitted to.
struct ModelSource {
  std::string name;
  std::string network;
  Execution execution;
  std::uint32_t inferences = 0;
  Volts rail;
};

// The energy model of a board: what work takes, from counts that a compiler knows. Energies are at
// the rail.
struct EnergyModel {
  std::string board;
  std::string program_version;
  std::vector<ModelSource> runs;
  std::vector<ClassModel> classes;  // those that were seen
  EventCost boot, restore, sent_byte;
  Watts sleep;  // 0 when it was never seen
  Watts sleep_deviation;
  Volts rail;                   // at which all holds; a board draws charge, whatever the voltage
  double network_spread = 0.0;  // one deviation of what all layers of a network are off together
  double time_spread = 0.0;
  std::vector<HeldOutNetwork> networks;  // each left out, when there are two or more
  HeldOutErrors network_errors, network_time_errors;
  HeldOutErrors layer_errors, layer_time_errors;  // of layers of networks left out
  double unattributed = 0.0;       // share of the energy of all runs, while their rail was on
  std::vector<std::string> notes;  // sentences on what was left out, and why
  std::uint64_t seed = 0;
  std::uint32_t bootstraps = 0;

  // Nothing when the class was not seen.
  const ClassModel* of(WorkClass work) const;
};

}  // namespace sunfleck
