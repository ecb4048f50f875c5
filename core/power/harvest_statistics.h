#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "core/power/harvest.h"

namespace sunfleck {

// The power that one sample stands for, under the assumption of assumption_of(kind).
//
//   value     watts or volts as `format` says
//   returns   power, received_power: the value; voltage_into_load: V^2 / R, the only fact;
//             voltage_behind_resistance: V^2 / 4R, the most it can give, which a matched load takes
Watts power_of(const HarvestFormat& format, double value);

// In words: "power that an antenna receives, before rectifier and converter".
std::string_view assumption_of(HarvestKind kind);

// "power", "received_power", "voltage_into_load", "voltage_behind_resistance".
std::string_view name_of(HarvestKind kind);
// Its inverse; nothing for an unknown word.
std::optional<HarvestKind> harvest_kind_called(std::string_view name);

struct HarvestStatistics {
  std::size_t samples = 0;
  RunTime duration{};
  Watts mean{};  // of power_of()
  Watts peak{};
  float highest_value = 0.0F;  // watts or volts
  double share_above = 0.0;    // of the time in which the power is above the threshold
  RunTime longest_outage{};    // longest time on end in which it is not
  std::size_t outages = 0;     // how often that began
};

// Statistics of a profile; zeros for one without samples.
//
//   threshold   >= 0; a power at or below it counts as outage
//   returns     each exact but for the rounding of compensated sums
HarvestStatistics statistics_of(const HarvestProfile& profile, Watts threshold);

// The profile's mean power in columns of equal length, for a line of text or a small plot.
//
//   columns   >= 0
//   returns   [columns], or nothing for a profile without samples; a sample that lies in
//             two columns counts in each by its part
std::vector<Watts> power_columns(const HarvestProfile& profile, std::size_t columns);

}  // namespace sunfleck
