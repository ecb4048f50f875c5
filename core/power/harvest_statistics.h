#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/power/harvest.h"
#include "core/power/source_curve.h"

namespace sunfleck {

// In words, what the power of a sample of this kind is: "power that an antenna receives, before
// rectifier and converter".
std::string_view assumption_of(HarvestKind kind);

// The name of the enumerator: "received_power".
std::string_view name_of(HarvestKind kind);
// Its inverse; nothing for an unknown word.
std::optional<HarvestKind> harvest_kind_called(std::string_view name);

// The power that a sample stands for: of power and received_power the value, of operating_point
// and voltage_into_load what was recorded, V I and V^2 / R, of a curve the most that it gives.
// Light without a panel counts with what falls on one square metre.
class SamplePower {
 public:
  // `format` has passed check(). So have the assumptions, but that light needs a panel.
  SamplePower(const HarvestFormat& format, const SourceAssumptions& assumptions);

  //   sample   [sample_width()]
  Watts of(const float* sample) {
    if (!curve_) return {static_cast<double>(*sample)};
    curve_->set(sample);
    const OperatingPoint best = curve_->optimum();
    return best.voltage * best.current;
  }

 private:
  std::optional<SourceCurve> curve_;  // nothing where the number is the power
};

// Outages from `at_least` to ten times as long.
struct OutageClass {
  RunTime at_least{};  // a power of ten
  std::uint64_t count = 0;
};

struct HarvestStatistics {
  std::string_view power_is;  // what the powers are, in words
  std::uint64_t samples = 0;
  RunTime duration{};  // to the end of the last sample, gaps included
  Joules energy{};
  Watts mean{};
  Watts peak{};
  double share_above = 0.0;   // of the time in which the power is above the threshold
  std::uint64_t outages = 0;  // times on end in which it is not, gaps included
  RunTime shortest_outage{};
  RunTime median_outage{};  // half of them are at most so long; within 1 %
  RunTime longest_outage{};
  std::vector<OutageClass> outage_classes;  // from that of the shortest to that of the longest
  // The lag at which the autocorrelation of the power first falls to 1/e,
  // core/power/autocorrelation.h; nothing when it does not within half of the duration. A gap
  // counts in whole periods.
  std::optional<Seconds> autocorrelation_time{};
  std::vector<Watts> columns;  // [StatisticsOptions::columns] mean powers of equal times, in order
};

struct StatisticsOptions {
  Watts threshold{};           // >= 0; a power at or below it counts as outage
  SourceAssumptions source{};  // as for SamplePower
  std::size_t columns = 0;
};

// Statistics of a source in one pass over it from its beginning, in about 1 MB of memory. Energy
// and mean are compensated sums; all else is exact except as said above, and that columns are made
// of 2^13 to 2^14 equal times once there are more samples than that, which are divided in
// proportion where a column's edge lies within one.
//
//   returns   zeros, and no columns, for a source without samples
//   fails     as the source does; protocol when a block begins before the end of the one before
Result<HarvestStatistics> statistics_of(HarvestSource& source, const StatisticsOptions& options);

// The same of a profile in memory.
HarvestStatistics statistics_of(const HarvestProfile& profile, const StatisticsOptions& options);
HarvestStatistics statistics_of(const HarvestProfile& profile, Watts threshold);

// The columns of the above alone, for a line of text or a small plot.
std::vector<Watts> power_columns(const HarvestProfile& profile, std::size_t columns);

}  // namespace sunfleck
