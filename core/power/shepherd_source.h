#pragma once

#include <cstdint>
#include <span>

#include "core/power/harvest.h"
#include "core/power/shepherd_config.h"
#include "core/power/shepherd_converter.h"
#include "core/power/shepherd_harvester.h"
#include "core/power/shepherd_target.h"
#include "core/signal/compensated_sum.h"

namespace sunfleck {

// What a profile is to the virtual source. The published reader knows a ramp's step from the
// recorder's configuration; here it is the largest change from point to point, but for one in
// fifty: above V_oc a ramp's voltage hardly moves, and its return is a jump.
//
//   format   has passed check()
//   first    of an iv_curve, the first 2000 points of the profile, or all of them: [2n] volts and
//            amperes in turn
//   fails    unsupported for kinds other than operating_point and iv_curve, as the published source
//            refuses them, and when points are not 10 us apart; invalid_argument for curves whose
//            voltage does not move
Result<ShepherdInput> shepherd_input(const HarvestFormat& format, std::span<const float> first);

// What one sample was and did.
struct ShepherdSample {
  Volts input_voltage{};  // as it came in, in whole microvolts
  Amperes input_current{};
  Volts storage_voltage{};
  Volts output_voltage{};
  Amperes load{};          // that the target decides on; it flows in the next sample
  Watts into_storage{};    // after the input stage
  Watts out_of_storage{};  // before the output stage
  std::uint8_t power_good_bits =
      0;                    // 1: above good_off, 2: at good_on, both while the output is on
  bool power_good = false;  // with hysteresis; what the target sees
};

// The published Shepherd virtual source of core 2025.10 on, with a simulated target, for comparison
// only: it is not a model that this bench believes in. It has a staircase for a capacitor and lets
// energy appear from nothing (README.md).
//
// Source: the fixed-point model of shepherd-core 2026.7.1, checked against what that library makes
// of a recording.
class ShepherdSource {
 public:
  // All three have passed check().
  ShepherdSource(
      const ShepherdConfig& config, const ShepherdInput& input, const ShepherdTarget& target);

  // One sample of 10 us. Voltage and current are cut to whole microvolts and nanoamperes.
  //
  //   voltage, current   finite; negative counts as 0 after the harvester
  ShepherdSample step(Volts voltage, Amperes current);

 private:
  ShepherdHarvester harvester_;
  ShepherdConverter converter_;
  ShepherdTarget target_;
  Amperes load_{};
};

// What a run of samples amounts to.
class ShepherdSummary {
 public:
  void add(const ShepherdSample& sample);

  std::uint64_t samples() const { return samples_; }
  Seconds duration() const;
  Joules into_storage() const;
  Joules out_of_storage() const;
  Joules delivered() const;         // to the target: output voltage times load
  double power_good_share() const;  // of the time; 0 before the first sample

 private:
  std::uint64_t samples_ = 0;
  std::uint64_t good_ = 0;
  CompensatedSum into_storage_;  // W
  CompensatedSum out_of_storage_;
  CompensatedSum delivered_;
};

}  // namespace sunfleck
