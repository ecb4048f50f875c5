#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/units.h"

namespace sunfleck {

// What one inference of each of several networks took on one board with one software.
struct MeasuredSet {
  std::string name;
  std::vector<Seconds> time;   // [networks] > 0
  std::vector<Joules> energy;  // [networks] > 0
};

// A way to tell the energy of a network on a board from its time there: energy = power * time,
// where the power comes from other measurements.
struct PowerModel {
  const char* name;
  const char* meaning;
};

// How far a model's energies were off for networks that it had not seen.
struct ModelErrors {
  PowerModel model{};
  std::vector<std::vector<double>> errors{};  // [sets][networks] |predicted / measured - 1|
  double mean = 0.0;                          // over all networks of all sets
  double median = 0.0;
  double worst = 0.0;
  double set_median = 0.0;  // of the sets' mean errors
  double set_worst = 0.0;
};

// Predicts each energy of each set with every model, from the set's other networks and, where a
// model takes them, from the other sets. The energy that is predicted is never among what the power
// is made of.
//
//   sets      [n], n >= 2, with the same networks in the same order, 3 or more of them
//   macs      [networks] multiply-accumulates of an inference, > 0
//   returns   of each model, the first being the one that is published: constant power with the
//             least squares of relative errors
//
// Models: the mean, log-mean and median of the other networks' powers; the median times what the
// network's power is to that median on other boards (in the median); the log-mean with one
// exponent of the multiply-accumulates by time, fitted over all sets.
std::vector<ModelErrors> leave_one_out(
    const std::vector<MeasuredSet>& sets, const std::vector<std::uint64_t>& macs);

}  // namespace sunfleck
