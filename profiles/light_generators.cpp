#include <algorithm>
#include <cmath>
#include <numbers>

#include "profiles/generator_parts.h"

// Sources that live on light: a solar cell outdoors, and one in an office.
namespace sunfleck {
namespace {

using std::numbers::pi;

// The sine of the sun's height at a share of the day from sunrise to sunset; 0 outside it.
double sun_at(double share) { return share > 0.0 && share < 1.0 ? std::sin(pi * share) : 0.0; }

Status check(const SolarDaySource& source) {
  const bool known = source.kind == HarvestKind::power || source.kind == HarvestKind::irradiance ||
      source.kind == HarvestKind::diode;
  if (!known) return fail(Errc::invalid_argument, "kind: must be power, irradiance or diode");
  TRY(sunfleck::check(
      {{"peak", source.peak.si, 0.0, highest_parameter},
       {"irradiance", source.irradiance, 0.0, 2000.0},
       {"daylight", to_seconds(source.daylight).si, 1e-9, highest_parameter}}));
  TRY(check(source.clouds));
  if (source.kind != HarvestKind::diode) return ok;
  // Up to 0.9 of V_oc the saturation current is a number that a float can hold.
  const Panel& panel = source.panel;
  return sunfleck::check(
      {{"isc", panel.short_circuit.si, 1e-9, 1e3},
       {"voc", panel.open_circuit.si, 1e-3, 1e3},
       {"vmpp", panel.best_voltage.si, 0.55 * panel.open_circuit.si, 0.9 * panel.open_circuit.si}});
}

std::string noon_of(const SolarDaySource& source) {
  if (source.kind == HarvestKind::power) return join(source.peak);
  const std::string light = join(source.irradiance, " W/m2");
  if (source.kind == HarvestKind::irradiance) return light;
  return join(
      light, " on a panel of ", source.panel.short_circuit, ", ", source.panel.open_circuit,
      " open and ", source.panel.best_voltage, " at the maximum power");
}

}  // namespace

Result<HarvestProfile> generate(const SolarDaySource& source, std::uint64_t seed) {
  TRY(check(source));
  HarvestProfile profile = TRY(prepared(
      "solar-day", {.kind = source.kind}, source.sampling,
      join(
          "generated: clear sky of ", noon_of(source), " at noon, ", to_seconds(source.daylight),
          " of daylight, clouds of ", source.clouds.cloud, " every ", source.clouds.clear,
          ", seed ", seed)));
  Random random(seed, "solar day");
  const Seconds step = to_seconds(source.sampling.period);
  CloudCover clouds(source.clouds, step, random);
  const bool is_diode = source.kind == HarvestKind::diode;
  const DiodeLaw law = is_diode ? law_of(source.panel) : DiodeLaw{};
  for (std::size_t i = 0; i < count_of(source.sampling); ++i) {
    const double day = static_cast<double>(i) * step / to_seconds(source.daylight);
    const double light = clouds.advance() * sun_at(day);
    if (source.kind == HarvestKind::power) {
      profile.samples.push_back(rounded(light * source.peak.si));
    } else if (!is_diode) {
      profile.samples.push_back(rounded(light * source.irradiance));
    } else {
      const double current = light * source.irradiance / 1000.0 * law.a;
      for (const double coefficient : {current, law.b, law.c})
        profile.samples.push_back(rounded(coefficient));
    }
  }
  return profile;
}

Result<HarvestProfile> generate(const OfficeLightSource& source, std::uint64_t seed) {
  constexpr double day = 24.0;
  TRY(check(
      {{"lamps", source.lamps, 0.0, highest_parameter},
       {"window", source.window, 0.0, highest_parameter},
       {"per-lux", source.per_lux.si, 0.0, highest_parameter},
       {"begin", source.begin, 0.0, day},
       {"work-from", source.work_from, 0.0, day},
       {"work-until", source.work_until, source.work_from, day},
       {"sunrise", source.sunrise, 0.0, day - 0.01},
       {"sunset", source.sunset, source.sunrise + 0.01, day},
       {"present", source.present.si, smallest_parameter, highest_parameter},
       {"absent", source.absent.si, smallest_parameter, highest_parameter},
       {"hold", source.hold.si, 0.0, highest_parameter}}));
  TRY(check(source.clouds));
  HarvestProfile profile = TRY(prepared(
      "office-light", {}, source.sampling,
      join(
          "generated: an office from ", source.begin, " h on, lamps of ", source.lamps,
          " lx for those who are there from ", source.work_from, " h to ", source.work_until,
          " h, up to ", source.window, " lx from the window, ", source.per_lux, " per lux, seed ",
          seed)));
  Random random(seed, "office light");
  Random sky(seed, "office sky");
  const Seconds step = to_seconds(source.sampling.period);
  Alternation absence(source.present, source.absent, random);
  CloudCover clouds(source.clouds, step, sky);
  Seconds since_present{};
  for (std::size_t i = 0; i < count_of(source.sampling); ++i) {
    const Seconds since_begin = static_cast<double>(i) * step;
    const double hour = std::fmod(source.begin + since_begin.si / 3600.0, day);
    since_present = absence.advance(step) ? since_present + step : Seconds{};
    const bool at_work = hour >= source.work_from && hour < source.work_until;
    const double lamps = at_work && since_present <= source.hold ? source.lamps : 0.0;
    const double sun = sun_at((hour - source.sunrise) / (source.sunset - source.sunrise));
    const double window = source.window * clouds.advance() * sun;
    profile.samples.push_back(rounded((lamps + window) * source.per_lux.si));
  }
  return profile;
}

}  // namespace sunfleck
