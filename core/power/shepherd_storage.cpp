#include "core/power/shepherd_storage.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {
namespace {

constexpr std::int64_t full = (std::int64_t{1} << 62) - 1;
constexpr int step_bits = 55;  // of the charge, within one of 128 steps

std::int64_t rounded(double value) { return std::llrint(value); }

// A whole number of 62 bit, and no more.
std::int64_t whole(double value) {
  return static_cast<std::int64_t>(std::min(value, std::exp2(62) - 512.0));
}

}  // namespace

ShepherdStorage::ShepherdStorage(const ShepherdCapacitor& capacitor)
    : charge_(rounded(std::exp2(30) * capacitor.initial) << 32),
      series_(std::nearbyint(std::exp2(32) * 1e-3 * capacitor.series.si)) {
  const double share_per_ampere =
      to_seconds(shepherd_period).si / (capacitor.capacitance * capacitor.rated).si;
  charge_per_current_ = rounded(std::exp2(60) / 1e9 * share_per_ampere);
  charge_per_voltage_ = rounded(std::exp2(60) / 1e6 * (share_per_ampere / capacitor.leakage.si));
  for (std::size_t i = 0; i < steps; ++i) {
    const double charge = (static_cast<double>(i) + 0.5) / static_cast<double>(steps);
    open_by_charge_[i] = rounded(256e6 * (capacitor.rated.si * charge));
  }
  look_up();
}

void ShepherdStorage::look_up() {
  const auto step = static_cast<std::size_t>(charge_ >> step_bits);
  open_ = open_by_charge_[std::min(step, steps - 1)];
}

std::int64_t ShepherdStorage::move(double sixteenths) {
  charge_ -= std::min(charge_, open_ / 64 * charge_per_voltage_);
  const double size = std::abs(sixteenths);
  const std::int64_t moved = whole(size * static_cast<double>(charge_per_current_) / 4.0);
  const bool charges = sixteenths >= 0.0;
  charge_ = charges ? std::min(full, charge_ + std::min(full, moved))
                    : std::max<std::int64_t>(0, charge_ - moved);
  look_up();
  if (charge_ == 0) return 0;
  const std::int64_t across = whole(size * series_) >> 28;
  return std::max<std::int64_t>(0, charges ? open_ + across : open_ - across) / 256;
}

}  // namespace sunfleck
