#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "profiles/open_profile.h"

namespace sunfleck::app {

// The profile that is played when none is asked for.
inline constexpr const char* default_profile = "rf-walk";

// A profile by what a person calls it:
//
//   "walk.trace"           a file of any known format, when there is one of this name
//   "office"               one that `profile import` keeps, by its name
//   "rf-walk"              a built-in one
//   "constant:power=5mW"   a generator with some of its parameters, by commas
//
//   seed      of the generators
//   fails     usage for an unknown name or parameter; else as the file's reader does
Result<OpenProfile> find_profile(const std::string& spec, std::uint64_t seed);

// Where imported profiles are kept, one file each in our own form.
std::filesystem::path profile_folder();
// The names of the imported profiles, in alphabetical order.
std::vector<std::string> imported_profiles();
// A spec of each generator, to learn from.
std::vector<std::string> generator_examples();

}  // namespace sunfleck::app
