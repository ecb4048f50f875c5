#include "core/power/harvest_statistics.h"

#include <algorithm>
#include <array>

namespace sunfleck {
namespace {

struct KindWords {
  HarvestKind kind;
  std::string_view name;
  std::string_view assumption;
};

constexpr std::array kinds{
    KindWords{
        .kind = HarvestKind::power,
        .name = "power",
        .assumption = "power that the source offers, before a converter"},
    KindWords{
        .kind = HarvestKind::received_power,
        .name = "received_power",
        .assumption = "power that an antenna receives, before rectifier and converter"},
    KindWords{
        .kind = HarvestKind::voltage_into_load,
        .name = "voltage_into_load",
        .assumption = "power into the recorded load, V^2 / R"},
    KindWords{
        .kind = HarvestKind::voltage_behind_resistance,
        .name = "voltage_behind_resistance",
        .assumption = "power into a matched load, V_oc^2 / 4R"},
    KindWords{
        .kind = HarvestKind::operating_point,
        .name = "operating_point",
        .assumption = "power where a harvester held the source, V I"},
    KindWords{
        .kind = HarvestKind::iv_curve,
        .name = "iv_curve",
        .assumption = "power at each curve's best point"},
    KindWords{
        .kind = HarvestKind::isc_voc,
        .name = "isc_voc",
        .assumption = "power at the best point of an assumed curve"},
    KindWords{
        .kind = HarvestKind::diode,
        .name = "diode",
        .assumption = "power at the best point of the diode's law"},
    KindWords{
        .kind = HarvestKind::irradiance,
        .name = "irradiance",
        .assumption = "light on a panel that is to be assumed"},
};

// A total that keeps what rounding takes from it (Kahan).
class Sum {
 public:
  void add(double value) {
    const double wanted = value - carry_;
    const double next = total_ + wanted;
    carry_ = (next - total_) - wanted;
    total_ = next;
  }
  double total() const { return total_; }

 private:
  double total_ = 0.0;
  double carry_ = 0.0;
};

}  // namespace

Watts power_of(const HarvestFormat& format, double value) {
  if (is_power(format.kind)) return {value};
  const Watts into_load = Volts{value} * Volts{value} / format.resistance;
  return format.kind == HarvestKind::voltage_into_load ? into_load : 0.25 * into_load;
}

std::string_view assumption_of(HarvestKind kind) {
  return std::ranges::find(kinds, kind, &KindWords::kind)->assumption;
}

std::string_view name_of(HarvestKind kind) {
  return std::ranges::find(kinds, kind, &KindWords::kind)->name;
}

std::optional<HarvestKind> harvest_kind_called(std::string_view name) {
  const auto found = std::ranges::find(kinds, name, &KindWords::name);
  if (found == kinds.end()) return std::nullopt;
  return found->kind;
}

HarvestStatistics statistics_of(const HarvestProfile& profile, Watts threshold) {
  HarvestStatistics statistics{.samples = profile.samples.size()};
  if (profile.samples.empty()) return statistics;
  Sum sum;
  std::size_t above = 0;
  std::size_t dark = 0;  // samples of the outage that lasts
  std::size_t longest = 0;
  for (const float value : profile.samples) {
    const Watts power = power_of(profile.format, value);
    sum.add(power.si);
    statistics.peak = std::max(statistics.peak, power);
    statistics.highest_value = std::max(statistics.highest_value, value);
    if (power > threshold) {
      ++above;
      dark = 0;
      continue;
    }
    if (dark == 0) ++statistics.outages;
    longest = std::max(longest, ++dark);
  }
  const auto count = static_cast<double>(profile.samples.size());
  const RunTime period = profile.format.period;
  statistics.duration = static_cast<std::int64_t>(profile.samples.size()) * period;
  statistics.mean = {sum.total() / count};
  statistics.share_above = static_cast<double>(above) / count;
  statistics.longest_outage = static_cast<std::int64_t>(longest) * period;
  return statistics;
}

std::vector<Watts> power_columns(const HarvestProfile& profile, std::size_t columns) {
  std::vector<Watts> means;
  if (profile.samples.empty()) return means;
  means.reserve(columns);
  // Positions are counted in samples times columns, where both grids are whole numbers.
  const std::uint64_t width = profile.samples.size();
  for (std::uint64_t column = 0; column < columns; ++column) {
    const std::uint64_t from = column * width;
    const std::uint64_t until = from + width;
    Sum sum;
    for (std::uint64_t sample = from / columns; sample * columns < until; ++sample) {
      const std::uint64_t begin = std::max(from, sample * columns);
      const std::uint64_t end = std::min(until, (sample + 1) * columns);
      sum.add(
          static_cast<double>(end - begin) * power_of(profile.format, profile.samples[sample]).si);
    }
    means.push_back({sum.total() / static_cast<double>(width)});
  }
  return means;
}

}  // namespace sunfleck
