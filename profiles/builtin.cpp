#include "profiles/builtin.h"

#include <algorithm>
#include <array>

#include "profiles/generator_table.h"

namespace sunfleck {
namespace {

// Friis: 3 W radiated at 915 MHz into a dipole of 2.15 dBi give 3.3 mW at 1 m. One that is called
// as its generator is that without parameters.
constexpr std::array table{
    BuiltinProfile{
        .name = "rf-walk",
        .summary = "carried through a small room with an RF beacon: outages",
        .specification = "random-walk:power=3.3mW,radius=3,nearest=0.8,speed=1.2,shadowing=2,"
                         "sensitivity=0.1mW,duration=40s,sample-period=10ms"},
    BuiltinProfile{
        .name = "rf-far",
        .summary = "the same in a hall: little power, long outages",
        .specification = "random-walk:power=3.3mW,radius=8,nearest=1,sensitivity=0.05mW,"
                         "duration=60s,sample-period=20ms"},
    BuiltinProfile{
        .name = "solar-clouds",
        .summary = "a solar cell's day in a minute, clouds, then night",
        .specification = "solar-day:peak=4mW,daylight=60s,clear=4s,cloud=3s,edge=0.3s,"
                         "duration=70s,sample-period=20ms"},
    BuiltinProfile{
        .name = "on-off", .summary = "3 mW switched at 2 Hz, half on", .specification = "on-off"},
    BuiltinProfile{
        .name = "steady",
        .summary = "1.5 mW that never change",
        .specification = "constant:power=1.5mW,duration=30s,sample-period=20ms"},
    BuiltinProfile{
        .name = "office-light",
        .summary = "a small cell in an office from 7 to 19 h",
        .specification = "office-light",
        .in_library = true},
    BuiltinProfile{
        .name = "solar-day",
        .summary = "a solar cell's day in ten minutes, clouds, then night",
        .specification = "solar-day",
        .in_library = true},
    BuiltinProfile{
        .name = "gait-piezo",
        .summary = "a piezo element in a shoe, one stride a second",
        .specification = "gait",
        .in_library = true},
    BuiltinProfile{
        .name = "hvac-teg",
        .summary = "a thermoelectric module over a heating duct",
        .specification = "hvac",
        .in_library = true},
    BuiltinProfile{
        .name = "reader-walk",
        .summary = "past an RFID reader: weak, often out of reach",
        .specification = "random-walk:power=2mW,radius=4,nearest=0.5,shadowing=4,body=12,"
                         "sensitivity=0.1mW,duration=60s,sample-period=20ms",
        .in_library = true},
    BuiltinProfile{
        .name = "telegraph",
        .summary = "3 mW that come and go at random, a quarter of the time",
        .specification = "telegraph",
        .in_library = true},
};

}  // namespace

std::span<const BuiltinProfile> builtin_profiles() { return table; }

Result<HarvestProfile> builtin_profile(std::string_view name, std::uint64_t seed) {
  const auto found = std::ranges::find(table, name, &BuiltinProfile::name);
  if (found != table.end()) {
    HarvestProfile profile = TRY(generated(found->specification, seed));
    profile.name = name;
    return profile;
  }
  std::string names;
  for (const BuiltinProfile& each : table)
    names += join(names.empty() ? "" : ", ", each.name);
  return fail(Errc::not_found, "no built-in profile is called '", name, "'; there are ", names);
}

}  // namespace sunfleck
