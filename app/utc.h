#pragma once

#include <cstdint>
#include <string>

namespace sunfleck::app {

// Microseconds since 1970 as "2026-11-21T06:00:00Z"; the number itself when no calendar holds it.
std::string utc_text(std::int64_t microseconds);

}  // namespace sunfleck::app
