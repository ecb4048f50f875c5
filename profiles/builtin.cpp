#include "profiles/builtin.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "profiles/generators.h"

namespace sunfleck {
namespace {

using namespace literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

// The parameters below are in range, which a test sees to.
HarvestProfile named(std::string_view name, Result<HarvestProfile> made) {
  assert(made);
  HarvestProfile profile = *std::move(made);
  profile.name = name;
  return profile;
}

// Friis: 3 W radiated at 915 MHz into a dipole of 2.15 dBi give 3.3 mW at 1 m.
constexpr Watts beacon_at_metre = 3.3_mW;

HarvestProfile rf_walk(std::uint64_t seed) {
  return named(
      "rf-walk",
      generate(
          RandomWalkSource{
              .power_at_metre = beacon_at_metre,
              .radius = 2.5,
              .nearest = 0.8,
              .speed = 1.2,
              .shadowing = 2.0,
              .sensitivity = 0.1_mW,
              .sampling = {.duration = seconds(40), .period = milliseconds(10)}},
          seed));
}

HarvestProfile rf_far(std::uint64_t seed) {
  return named(
      "rf-far",
      generate(
          RandomWalkSource{
              .power_at_metre = beacon_at_metre,
              .radius = 8.0,
              .nearest = 1.0,
              .sensitivity = 0.05_mW,
              .sampling = {.duration = seconds(60), .period = milliseconds(20)}},
          seed));
}

HarvestProfile solar_clouds(std::uint64_t seed) {
  return named(
      "solar-clouds",
      generate(
          SolarDaySource{
              .peak = 4.0_mW,
              .daylight = seconds(60),
              .clear_time = 4.0_s,
              .cloud_time = 3.0_s,
              .edge = 0.3_s,
              .sampling = {.duration = seconds(70), .period = milliseconds(20)}},
          seed));
}

HarvestProfile on_off(std::uint64_t /*seed*/) {
  return named(
      "on-off",
      generate(OnOffSource{
          .power = 3.0_mW,
          .cycle = milliseconds(500),
          .duty = 0.5,
          .sampling = {.duration = seconds(30), .period = milliseconds(10)}}));
}

HarvestProfile steady(std::uint64_t /*seed*/) {
  return named(
      "steady",
      generate(ConstantSource{
          .power = 1.5_mW, .sampling = {.duration = seconds(30), .period = milliseconds(20)}}));
}

constexpr std::array table{
    BuiltinProfile{
        .name = "rf-walk",
        .summary = "carried through a small room with an RF beacon: outages, 40 s",
        .make = &rf_walk},
    BuiltinProfile{
        .name = "rf-far",
        .summary = "the same in a hall: little power, long outages, 60 s",
        .make = &rf_far},
    BuiltinProfile{
        .name = "solar-clouds",
        .summary = "a solar cell's day in a minute, clouds, then night, 70 s",
        .make = &solar_clouds},
    BuiltinProfile{
        .name = "on-off", .summary = "3 mW switched at 2 Hz, half on, 30 s", .make = &on_off},
    BuiltinProfile{.name = "steady", .summary = "1.5 mW that never change, 30 s", .make = &steady},
};

}  // namespace

std::span<const BuiltinProfile> builtin_profiles() { return table; }

Result<HarvestProfile> builtin_profile(std::string_view name, std::uint64_t seed) {
  const auto found = std::ranges::find(table, name, &BuiltinProfile::name);
  if (found != table.end()) return found->make(seed);
  std::string names;
  for (const BuiltinProfile& each : table)
    names += join(names.empty() ? "" : ", ", each.name);
  return fail(Errc::not_found, "no built-in profile is called '", name, "'; there are ", names);
}

}  // namespace sunfleck
