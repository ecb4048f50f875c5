#include "app/profile_text.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace sunfleck::app {
namespace {

using nlohmann::json;

// Eight heights of a character cell.
std::string sparkline(const std::vector<Watts>& columns) {
  constexpr std::array heights{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const Watts highest = columns.empty() ? Watts{} : *std::ranges::max_element(columns);
  std::string line;
  for (const Watts& power : columns) {
    const double share = highest.si > 0.0 ? power / highest : 0.0;
    line += heights[static_cast<std::size_t>(std::clamp(share * 8.0 + 0.5, 0.0, 8.0))];
  }
  return line;
}

// "1 to 10 ms: 12, 10 to 100 ms: 3".
std::string classes_text(const std::vector<OutageClass>& classes) {
  std::string text;
  for (const OutageClass& each : classes) {
    if (each.count == 0) continue;
    text += join(
        text.empty() ? "" : ", ", "from ", engineering(to_seconds(each.at_least)), ": ",
        each.count);
  }
  return text;
}

std::string outages_text(const HarvestStatistics& statistics) {
  if (statistics.outages == 0) return "none";
  return join(
      statistics.outages, ", the median ", engineering(to_seconds(statistics.median_outage)),
      ", the longest ", engineering(to_seconds(statistics.longest_outage)), "\n  by length      ",
      classes_text(statistics.outage_classes));
}

std::string kind_text(const HarvestFormat& format) {
  std::string text(name_of(format.kind));
  if (has_resistance(format.kind)) text += join(", ", engineering(format.resistance));
  if (format.kind == HarvestKind::iv_curve) text += join(", ", format.points, " points each");
  return text;
}

json classes_json(const std::vector<OutageClass>& classes) {
  json list = json::array();
  for (const OutageClass& each : classes)
    list.push_back({{"at_least_seconds", to_seconds(each.at_least).si}, {"count", each.count}});
  return list;
}

}  // namespace

std::string to_text(
    const OpenProfile& profile, const HarvestStatistics& statistics, Watts threshold) {
  const HarvestFormat format = profile.source->format();
  const std::string end = engineering(to_seconds(statistics.duration));
  return join(
      profile.name, "\n  ", profile.origin, "\n\n  ", sparkline(statistics.columns), "\n  0 s",
      std::string(sparkline_width - std::min(sparkline_width, end.size() + 3), ' '), end,
      "\n\n  kind           ", kind_text(format), "\n  samples        ", statistics.samples, " at ",
      engineering(to_seconds(format.period)), "\n  mean power     ", engineering(statistics.mean),
      " (", statistics.power_is, ")\n  peak power     ", engineering(statistics.peak),
      "\n  energy         ", engineering(statistics.energy), "\n  above ", engineering(threshold),
      "   ", fixed(100.0 * statistics.share_above, 1), " % of the time\n  outages        ",
      outages_text(statistics), "\n  autocorrelation ",
      statistics.autocorrelation_time
          ? "falls to 1/e in " + engineering(*statistics.autocorrelation_time)
          : std::string("does not fall to 1/e within half of the time"),
      "\n");
}

json to_json(const OpenProfile& profile, const HarvestStatistics& statistics, Watts threshold) {
  const HarvestFormat format = profile.source->format();
  json result{
      {"name", profile.name},
      {"kind", name_of(format.kind)},
      {"resistance_ohms", format.resistance.si},
      {"period_seconds", to_seconds(format.period).si},
      {"samples", statistics.samples},
      {"duration_seconds", to_seconds(statistics.duration).si},
      {"mean_watts", statistics.mean.si},
      {"peak_watts", statistics.peak.si},
      {"energy_joules", statistics.energy.si},
      {"threshold_watts", threshold.si},
      {"share_of_time_above_threshold", statistics.share_above},
      {"outages", statistics.outages},
      {"shortest_outage_seconds", to_seconds(statistics.shortest_outage).si},
      {"median_outage_seconds", to_seconds(statistics.median_outage).si},
      {"longest_outage_seconds", to_seconds(statistics.longest_outage).si},
      {"outage_classes", classes_json(statistics.outage_classes)},
      {"autocorrelation_seconds", nullptr},
      {"power_is", statistics.power_is},
      {"origin", profile.origin},
  };
  if (statistics.autocorrelation_time)
    result["autocorrelation_seconds"] = statistics.autocorrelation_time->si;
  return result;
}

json to_json(const WrittenProfile& written) {
  json result{
      {"name", written.name},          {"kind", name_of(written.format.kind)},
      {"file", written.path.string()}, {"period_seconds", to_seconds(written.format.period).si},
      {"samples", written.samples},    {"duration_seconds", to_seconds(written.duration).si},
      {"origin", written.origin},
  };
  if (!written.lost.empty()) result["lost"] = written.lost;
  return result;
}

}  // namespace sunfleck::app
