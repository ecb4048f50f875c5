#pragma once

#include <span>
#include <string_view>

#include "core/base/result.h"
#include "core/power/shepherd_config.h"

namespace sunfleck {

// A preset of shepherd-core 2026.7.1, with what it inherits filled in.
struct ShepherdPreset {
  std::string_view name;     // "bq25570"
  std::string_view summary;  // its line in a list
  ShepherdConfig (*config)();
};

// All of them; each config passes check().
std::span<const ShepherdPreset> shepherd_presets();

// By name; upper and lower case are the same. Fails with not_found, listing the names.
Result<ShepherdConfig> shepherd_preset(std::string_view name);

}  // namespace sunfleck
