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

  // Leaks and moves charge for one sample of 10 us.
  //
  //   sixteenths   of a nanoampere, >= 0, into or out of the capacitor
  //   returns      the voltage at the terminals in microvolts, 0 when there is no charge left
  std::uint32_t move_in(std::uint64_t sixteenths);
  std::uint32_t move_out(std::uint64_t sixteenths);

  // Without load, in microvolts.
  std::uint32_t open_microvolts() const { return open_ >> 8U; }

 private:
  void leak();
  void look_up();

  static constexpr std::size_t steps = 128;

  std::uint64_t charge_;             // state of charge, 2^62 is full
  std::uint64_t charge_per_current_;  // by 10 us of 1 nA, 2^-60
  std::uint64_t charge_per_voltage_;  // leaked in 10 us at 1 uV, 2^-60
  std::uint64_t series_;              // kOhm, 2^-32
  std::array<std::uint32_t, steps> open_by_charge_{};  // uV, 2^-8
  std::uint32_t open_ = 0;                             // uV, 2^-8
};

}  // namespace sunfleck
