#include "core/power/shepherd_storage.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {
namespace {

constexpr std::uint64_t full = (std::uint64_t{1} << 62) - 1;

// 64 bit, and no further.
std::uint64_t product(std::uint64_t a, std::uint64_t b) {
  std::uint64_t value = 0;
  return __builtin_mul_overflow(a, b, &value) ? ~std::uint64_t{0} : value;
}

std::uint64_t rounded(double value) { return static_cast<std::uint64_t>(std::llrint(value)); }

}  // namespace

ShepherdStorage::ShepherdStorage(const ShepherdCapacitor& capacitor)
    : charge_(rounded(std::exp2(30) * capacitor.initial) << 32U),
      series_(rounded(std::exp2(32) * 1e-3 * capacitor.series.si)) {
  const double share_per_ampere =
      to_seconds(shepherd_period).si / (capacitor.capacitance * capacitor.rated).si;
  charge_per_current_ = rounded(std::exp2(60) / 1e9 * share_per_ampere);
  charge_per_voltage_ = rounded(std::exp2(60) / 1e6 * (share_per_ampere / capacitor.leakage.si));
  for (std::size_t i = 0; i < steps; ++i) {
    const double charge = (static_cast<double>(i) + 0.5) / static_cast<double>(steps);
    open_by_charge_[i] = static_cast<std::uint32_t>(rounded(256e6 * (capacitor.rated.si * charge)));
  }
  look_up();
}

void ShepherdStorage::leak() {
  charge_ -= std::min(charge_, product(open_ >> 6U, charge_per_voltage_));
}

void ShepherdStorage::look_up() {
  const std::uint64_t step = charge_ >> 55U;
  open_ = open_by_charge_[std::min<std::uint64_t>(step, steps - 1)];
}

std::uint32_t ShepherdStorage::move_in(std::uint64_t sixteenths) {
  leak();
  const std::uint64_t moved = product(sixteenths, charge_per_current_) / 4;
  charge_ = std::min(full, charge_ + moved);
  look_up();
  if (charge_ == 0) return 0;
  const std::uint64_t rise = product(sixteenths, series_) >> 28U;
  return static_cast<std::uint32_t>((open_ + rise) >> 8U);
}

std::uint32_t ShepherdStorage::move_out(std::uint64_t sixteenths) {
  leak();
  charge_ -= std::min(charge_, product(sixteenths, charge_per_current_) / 4);
  look_up();
  if (charge_ == 0) return 0;
  const std::uint64_t drop = product(sixteenths, series_) >> 28U;
  return static_cast<std::uint32_t>((open_ - std::min<std::uint64_t>(open_, drop)) >> 8U);
}

}  // namespace sunfleck
