#pragma once

#include <cstdint>
#include <vector>

#include "core/instrument/instrument.h"

namespace sunfleck {

// The energy delivered at the rail since the start of a run, at any time, from the meter's samples.
// Sums are compensated prefix sums of full-rate samples, so that the energies of adjoining spans
// add up to that of their union. Inside a sample the power is taken as constant.
//
// A sample takes four bytes: its power is kept as float (2^-24 of it is rounded away) and the sums,
// which are made before that rounding, at each 256th sample.
class EnergyCurve {
 public:
  // Blocks in order; a gap between blocks is time of unknown, zero energy and is counted. So is a
  // block without voltage or current that others follow, and a sample that is not finite. What
  // overlaps earlier blocks, a block with another period than the first (a meter has one clock),
  // and one beyond 2^62 ns is ignored.
  void append(const SampleBlock& block);

  Joules total() const;
  RunTime period() const { return period_; }     // of the samples; 0 before the first
  RunTime end() const;                           // of the last sample
  RunTime gaps() const;                          // time for which samples are missing
  RunTime gaps(RunTime from, RunTime to) const;  // of that, between two times, from <= to
  // Between two times, from <= to; outside the samples nothing was delivered.
  Joules between(RunTime from, RunTime to) const;
  // Mean power of the sample at a time; 0 outside the samples.
  Watts power_at(RunTime time) const;
  // Variance, in J^2, of between(from, to) when each sample's voltage and current have independent
  // noise of these deviations: the sum over the samples of
  //
  //   period^2 * ((current * voltage_noise)^2 + (voltage * current_noise)^2)
  //
  // where those of a chunk of 256 are taken as alike. The variance of adjoining spans adds up.
  // Source: propagation of error to first order.
  double noise_variance(RunTime from, RunTime to, Volts voltage_noise, Amperes current_noise) const;

 private:
  static constexpr std::size_t chunk = 256;

  // Samples that are missing.
  struct Gap {
    std::uint64_t first = 0, end = 0;  // indices of the meter
    std::uint64_t before = 0;          // missing ones before it
  };
  // Samples without a gap between them.
  struct Run {
    std::uint64_t index = 0;   // of the meter, of its first sample
    std::size_t position = 0;  // of the same in power_
  };
  // Sums over the samples before one that begins a chunk.
  struct Sums {
    double energy = 0.0;           // J
    double voltage_squared = 0.0;  // V^2, a sum over samples
    double current_squared = 0.0;  // A^2
  };

  // Where a time lies in power_, as a whole and a fraction of samples; in a gap, at its begin.
  struct Place {
    std::size_t position = 0;
    double fraction = 0.0;  // in [0, 1)
  };

  void append_sample(float voltage, float current);
  void add_gap(std::uint64_t first, std::uint64_t end);
  RunTime gaps_until(RunTime time) const;
  Sums sums() const;  // over all samples
  Place place(RunTime time) const;
  double energy_until(const Place& place) const;
  // Sums of squares, taken as growing evenly within a chunk.
  Sums squares_until(const Place& place) const;

  RunTime period_{};
  std::vector<float> power_;  // W
  std::vector<Run> runs_;
  std::vector<Sums> chunks_;  // before each chunk
  Sums running_;              // over all samples
  double carry_ = 0.0;        // what rounding left out of running_.energy
  std::uint64_t next_ = 0;    // index of the next sample when nothing is missing
  std::vector<Gap> gaps_;     // in order, not touching
  std::uint64_t missing_ = 0;
};

}  // namespace sunfleck
