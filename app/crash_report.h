#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/crash_check.h"

namespace sunfleck::app {

// The result of a crash check for scripts, and as tables for people.
nlohmann::json to_json(const CrashCheckResult& result);
std::string to_text(const CrashCheckResult& result);

}  // namespace sunfleck::app
