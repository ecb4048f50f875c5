#include "core/power/harvest.h"

#include <cmath>

namespace sunfleck {

std::size_t sample_width(const HarvestFormat& format) {
  switch (format.kind) {
    case HarvestKind::operating_point:
    case HarvestKind::isc_voc:
      return 2;
    case HarvestKind::diode:
      return 3;
    case HarvestKind::iv_curve:
      return 2 * static_cast<std::size_t>(format.points);
    case HarvestKind::power:
    case HarvestKind::received_power:
    case HarvestKind::voltage_into_load:
    case HarvestKind::voltage_behind_resistance:
    case HarvestKind::irradiance:
      break;
  }
  return 1;
}

Status check(const HarvestFormat& format) {
  if (format.period <= RunTime{})
    return fail(
        Errc::invalid_argument, "profile: the sample period must be above 0 ns, got ",
        format.period.count(), " ns");
  if (has_resistance(format.kind) &&
      !(format.resistance > Ohms{} && std::isfinite(format.resistance.si)))
    return fail(
        Errc::invalid_argument, "profile: a voltage needs a resistance above 0 Ohm, got ",
        format.resistance);
  if (format.kind != HarvestKind::iv_curve) return ok;
  if (format.points < 2 || format.points > most_curve_points)
    return fail(
        Errc::invalid_argument, "profile: a curve has 2 to ", most_curve_points, " points, got ",
        format.points);
  if (format.lead_in + 2 > format.points)
    return fail(
        Errc::invalid_argument, "profile: of ", format.points,
        " points of a curve, two or more must be left after the lead-in of ", format.lead_in);
  return ok;
}

std::size_t sample_count(const HarvestProfile& profile) {
  return profile.samples.size() / sample_width(profile.format);
}

Result<HarvestProfile> read_whole(HarvestSource& source, std::size_t most) {
  HarvestProfile profile{.name = {}, .format = source.format(), .samples = {}, .origin = {}};
  TRY(check(profile.format));
  const std::size_t width = sample_width(profile.format);
  TRY(source.rewind());
  bool last = false;
  while (!last) {
    const HarvestBlock block = TRY(source.next());
    last = block.last;
    if (block.samples.empty()) continue;
    const auto before = block.first / profile.format.period;
    if (before * profile.format.period != block.first ||
        static_cast<std::size_t>(before) * width < profile.samples.size())
      return fail(
          Errc::protocol, "profile: a block begins at ", block.first.count(),
          " ns, which is no multiple of the period or before the end of the block before it");
    const std::size_t start = static_cast<std::size_t>(before) * width;
    if (start > most || block.samples.size() > most - start)
      return fail(
          Errc::invalid_argument, "profile: it has more than ", most,
          " numbers, too many to be held in memory");
    profile.samples.resize(start, 0.0F);
    profile.samples.insert(profile.samples.end(), block.samples.begin(), block.samples.end());
  }
  if (profile.samples.empty()) return fail(Errc::invalid_argument, "profile: it has no samples");
  return profile;
}

}  // namespace sunfleck
