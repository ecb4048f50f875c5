#pragma once

#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "profiles/open_profile.h"

namespace sunfleck {

// Writes the currents of operating points as the app of the PPK2 exports a recording: milliseconds,
// microamperes to nine digits (so that they are read back to the bit) and eight digital signals of
// which nothing is known ('-'). The voltage has no place in it. Gaps stay gaps. See Exporter.
Result<std::string> write_ppk2_csv(const OpenProfile& profile, const std::filesystem::path& path);

}  // namespace sunfleck
