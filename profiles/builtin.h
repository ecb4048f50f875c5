#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/result.h"
#include "core/power/harvest.h"

namespace sunfleck {

// A profile that the program brings along: a generator with its parameters.
struct BuiltinProfile {
  std::string_view name;           // "rf-walk"
  std::string_view summary;        // its line in a list
  std::string_view specification;  // of profiles/generator_table.h
  // Whether profiles/library has it as a file, <name>.csv: as it is for seed 1, for other programs
  // and for comparison.
  bool in_library = false;
};

// All of them. The first is what is replayed where none is named: about 1 to 2 mW on average, with
// outages, 40 s at 100 Hz.
std::span<const BuiltinProfile> builtin_profiles();

// Fails with not_found, listing the names, when there is none of this name.
Result<HarvestProfile> builtin_profile(std::string_view name, std::uint64_t seed);

}  // namespace sunfleck
