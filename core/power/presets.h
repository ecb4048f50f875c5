#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "core/base/result.h"
#include "core/power/power_path.h"

namespace sunfleck {

// A power path by name, from published parameters.
struct PowerPathPreset {
  std::string_view name;     // "bq25570"
  std::string_view summary;  // its line in a list
  std::string_view source;   // where its numbers come from
  PowerPathConfig (*config)();
};

// All of them; each config passes check().
std::span<const PowerPathPreset> power_path_presets();

// Fails with not_found, listing the names, when there is none of this name.
Result<PowerPathConfig> power_path_preset(std::string_view name);

// What a user changes of a preset. What is absent stays as it is.
struct PowerPathChanges {
  std::optional<Farads> capacitance;
  std::optional<Volts> initial_voltage;
  std::optional<Volts> on;
  std::optional<Volts> off;
};

// The configuration with the changes made. A leakage that is given by insulation (ohms times
// farads) follows the capacitance. Fails as check() does.
Result<PowerPathConfig> changed(const PowerPathConfig& config, const PowerPathChanges& changes);

}  // namespace sunfleck
