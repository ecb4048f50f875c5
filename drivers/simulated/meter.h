#pragma once

#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/base/units.h"
#include "core/instrument/instrument.h"

namespace sunfleck {

// What a meter's samples lack of the truth. The defaults are those of a good bench instrument of
// the class of a Joulescope JS220 or a PPK2 in its range up to 5 mA, for means over 100 us.
struct MeterConfig {
  RunTime sample_period{100000};
  Amperes current_noise{1.0e-6};  // of one sample, one deviation
  Amperes current_step{0.2e-6};   // of the converter, > 0
  Volts voltage_noise{0.5e-3};
  Volts voltage_step{0.2e-3};  // > 0
};

// Refuses, naming the field, what no meter can be.
Status check(const MeterConfig& config);

// The meter of the simulated rig, on rail and storage: takes what happened piece by piece, makes
// samples of it and hands them out in blocks.
class SimulatedMeter {
 public:
  // `config` has passed check().
  SimulatedMeter(const MeterConfig& config, std::uint64_t seed);

  // A piece of time, not longer than what is left of the sample that is open, with the charge that
  // the board drew, the mean voltages and the energy that came from the source.
  struct Piece {
    RunTime duration{};
    Coulombs charge{};
    Volts rail{};
    Volts storage{};
    Joules harvested{};
  };
  void add(const Piece& piece, SampleSink& sink);
  // Hands out the samples that are complete.
  void deliver(SampleSink& sink);

 private:
  static constexpr std::size_t block_samples = 4096;
  void close_sample();
  float seen(double mean, double noise, double step);

  MeterConfig config_;
  Random random_;
  // Of the sample that is open.
  RunTime covered_{};
  Coulombs charge_;
  Joules delivered_;                  // at the rail
  Quantity<1, 0, 1> rail_, storage_;  // volt seconds
  Joules harvested_;
  std::uint64_t first_ = 0;  // of the samples below
  std::vector<float> voltage_, current_, storage_voltage_, harvest_;
};

}  // namespace sunfleck
