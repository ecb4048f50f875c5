#pragma once

#include <vector>

#include "core/instrument/instrument.h"

namespace sunfleck {

// The energy delivered at the rail since the start of a run, at any time, from the meter's samples.
// Sums are exact prefix sums of full-rate samples with compensation, so that the energies of adjoining
// spans add up to that of their union. Inside a sample the power is taken as constant.
class EnergyCurve {
 public:
  // Blocks in order; a gap between blocks is time of unknown, zero energy and is counted.
  void append(const SampleBlock& block);

  Joules total() const;
  RunTime end() const;       // of the last sample
  RunTime gaps() const;      // time for which samples are missing
  // Between two times, from <= to; outside the samples nothing was delivered.
  Joules between(RunTime from, RunTime to) const;
  // Mean power around a time; 0 outside the samples.
  Watts power_at(RunTime time) const;

 private:
  RunTime period_{};
  std::vector<double> energy_;  // [n + 1] J delivered before sample i
  std::uint64_t missing_ = 0;
};

}  // namespace sunfleck
