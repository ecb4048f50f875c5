#pragma once

#include <string_view>

#include "core/base/result.h"
#include "profiles/importers.h"

namespace sunfleck {

// A recording of a Joulescope, JLS version 1 or 2.
bool is_joulescope(std::string_view head);

// Refuses it, and says how to get one that can be read.
//
//   fails   unsupported, always
Result<OpenProfile> open_joulescope(const ProfileFile& file, const ImportOptions& options);

}  // namespace sunfleck
