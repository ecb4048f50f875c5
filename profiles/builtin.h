#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/result.h"
#include "core/power/harvest.h"

namespace sunfleck {

// A profile that the program brings along.
struct BuiltinProfile {
  std::string_view name;     // "rf-walk"
  std::string_view summary;  // its line in a list
  HarvestProfile (*make)(std::uint64_t seed);
};

// All of them. The first is what is replayed where none is named: about 1 to 2 mW on average, with
// outages, 40 s at 100 Hz.
std::span<const BuiltinProfile> builtin_profiles();

// Fails with not_found, listing the names, when there is none of this name.
Result<HarvestProfile> builtin_profile(std::string_view name, std::uint64_t seed);

}  // namespace sunfleck
