#pragma once

#include <cstdint>

#include "core/power/shepherd_config.h"

namespace sunfleck {

// What the virtual source is fed with.
struct ShepherdInput {
  std::uint32_t points = 0;  // of each ramp; 0 or 1: samples that were harvested when recorded
  Volts step{};              // between the points of a ramp; needed, > 0, for a ramp
};

// Refuses, naming the field, a ramp without a step, more than 2^20 points and steps above 10 V.
Status check(const ShepherdInput& input);

// A voltage and a current in the published model's units; a size below 2^32.
struct ShepherdPoint {
  std::int64_t microvolts = 0;
  std::int64_t nanoamperes = 0;
};

// The published virtual harvester: picks points from a stream of voltage ramps, with no memory but
// for the last crossing of its set point.
class ShepherdHarvester {
 public:
  // Both have passed check().
  ShepherdHarvester(const ShepherdHarvesterConfig& config, const ShepherdInput& input);

  // The point that is harvested, given the next of the stream. A stream without ramps passes
  // through unchanged.
  ShepherdPoint harvest(ShepherdPoint now);

  // What a converter with feedback asks for. Takes part in the next harvest().
  void aim_at(double microvolts) { aim_ = microvolts; }

 private:
  ShepherdPoint hold(ShepherdPoint now);
  void extrapolate();
  ShepherdPoint track_open_circuit(ShepherdPoint now);
  ShepherdPoint perturb(ShepherdPoint now);
  void choose_step(double power);
  void bound_aim();
  ShepherdPoint track_optimum(ShepherdPoint now);
  bool within_range(ShepherdPoint point) const;
  bool next_interval_step();

  ShepherdHarvesting kind_;
  bool extrapolates_;
  bool begins_rising_;
  double share_;  // in whole 1/256
  std::int64_t lowest_;
  std::int64_t highest_;
  std::int64_t open_current_;
  std::int64_t ramp_step_;
  std::int64_t oldest_;    // of a best point, in samples: two ramps
  std::int64_t interval_;  // samples
  std::int64_t pause_;     // samples

  double aim_;                  // set point, uV
  std::int64_t interval_step_;  // samples since the last interval began
  // constant_voltage, on which all but the optimum build
  ShepherdPoint held_{};
  ShepherdPoint last_{};
  ShepherdPoint slope_{};  // from one point of the ramp to the next, at the last crossing
  bool was_below_ = false;
  // open_circuit_share and optimum: the best point, and the one that may follow it
  std::int64_t age_ = 0;
  std::int64_t next_age_ = 0;
  std::int64_t open_voltage_;
  std::int64_t next_open_voltage_;
  ShepherdPoint best_{};
  ShepherdPoint next_best_{};
  // perturb_and_observe
  bool rising_;
  std::int64_t move_;
  double last_power_ = 0.0;  // fW
};

}  // namespace sunfleck
