#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/write_profile.h"
#include "core/power/harvest_statistics.h"
#include "profiles/open_profile.h"

namespace sunfleck::app {

// How wide a profile's line of heights is, in characters.
inline constexpr std::size_t sparkline_width = 72;

// A profile's shape and statistics for a person.
//
//   statistics   of sparkline_width columns
//   threshold    that they were taken with
std::string to_text(
    const OpenProfile& profile, const HarvestStatistics& statistics, Watts threshold);

// The same as JSON, in SI units.
nlohmann::json to_json(
    const OpenProfile& profile, const HarvestStatistics& statistics, Watts threshold);

// What was written where.
nlohmann::json to_json(const WrittenProfile& written);

}  // namespace sunfleck::app
