#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/power/harvest.h"

namespace sunfleck {

// A generator as people call it, by a specification: its name, and after a colon those of its
// parameters that are not as usual, by commas: "solar-day:peak=4mW,duration=60s". A quantity has
// its unit with any prefix, or is a bare number in that unit.
struct Generator {
  std::string_view name;     // "solar-day"
  std::string_view summary;  // its line in a list
  std::string_view example;  // a specification
  // The parameters with their units: "peak (W), daylight (s), thickest".
  std::string (*parameters)();
  // What follows the colon, or nothing, to a profile.
  Result<HarvestProfile> (*make)(std::string_view assignments, std::uint64_t seed);
};

// All of them.
std::span<const Generator> generators();

// The profile that a specification asks for; it has the specification's name.
//
//   fails   not_found, listing the names, for an unknown generator; usage, naming the parameter,
//           for one that is unknown, no number in its unit or outside its range
Result<HarvestProfile> generated(std::string_view specification, std::uint64_t seed);

}  // namespace sunfleck
