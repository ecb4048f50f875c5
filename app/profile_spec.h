#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "profiles/importers.h"
#include "profiles/open_profile.h"

namespace sunfleck::app {

// The profile that is played when none is asked for.
inline constexpr const char* default_profile = "rf-walk";

// A profile by what a person calls it:
//
//   "walk.trace"           a file of any known format, when there is one of this name
//   "office"               one that is kept in profile_folder(), by its name
//   "rf-walk"              a built-in one
//   "constant:power=5mW"   a generator with some of its parameters, by commas
//
//   seed      of what is made
//   options   what a file does not say
//   fails     usage for an unknown name or parameter; else as the file's reader does
Result<OpenProfile> find_profile(
    const std::string& spec, std::uint64_t seed, const ImportOptions& options = {});

// The last two of these only: what the program makes itself.
Result<OpenProfile> made_profile(const std::string& spec, std::uint64_t seed);

// Where profiles are kept, one file each in our own form.
std::filesystem::path profile_folder();
// The file of a kept profile, whether there is one or not.
std::filesystem::path kept_file(const std::string& name);
// The names of the kept profiles, in alphabetical order.
std::vector<std::string> kept_profiles();

// Refuses with usage what cannot be the name of a kept profile: what does not begin with a letter
// or digit, has others than those, blanks and . _ + - in it, more than 100 of them, or is the name
// of something that the program makes.
Status check_profile_name(const std::string& name);

}  // namespace sunfleck::app
