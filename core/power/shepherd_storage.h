#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/power/shepherd_config.h"

namespace sunfleck {

// The capacitor of the published model from core 2025.10 on: a state of charge in 62 binary places,
// and a voltage that is looked up in 128 steps, at the middle of each, without interpolation.
class ShepherdStorage {
 public:
  // `capacitor` has passed check().
  explicit ShepherdStorage(const ShepherdCapacitor& capacitor);

  // Leaks, and lets a current flow, for one sample of 10 us.
  //
  //   sixteenths   of a nanoampere into the capacitor, negative out of it; finite
  //   returns      the voltage at the terminals in microvolts, 0 when there is no charge left
  std::int64_t move(double sixteenths);

  // Without load, in microvolts.
  std::int64_t open_microvolts() const { return open_ / 256; }

 private:
  void look_up();

  static constexpr std::size_t steps = 128;

  std::int64_t charge_;                               // 2^62 is full
  std::int64_t charge_per_current_;                   // by 10 us of 1 nA, 2^60 is full
  std::int64_t charge_per_voltage_;                   // leaked in 10 us at 1 uV, 2^60 is full
  double series_;                                     // kOhm, times 2^32
  std::array<std::int64_t, steps> open_by_charge_{};  // uV, times 256
  std::int64_t open_ = 0;                             // uV, times 256
};

}  // namespace sunfleck
