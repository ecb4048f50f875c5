#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/power/power_path.h"

namespace sunfleck::app {

// A power path that a person named.
struct NamedPowerPath {
  std::string name{};  // of the preset, or of the file
  PowerPathConfig config{};
  std::string origin{};  // what it is and where its numbers come from, a sentence
  std::string toml{};    // of a file: all fields, as to_toml() writes them; empty for a preset
};

// The preset whose harvester is of the kind that a profile was recorded with.
std::string default_power_path(HarvestKind kind);

// A power path by what a person calls it: the name of a preset, or a TOML file ("my_path.toml",
// "./path").
//
//   fails   not_found, with the names, for an unknown one; else as read_power_path()
Result<NamedPowerPath> find_power_path(const std::string& spec);

// Reads a power path: `base` names a preset, and every other field changes it. The fields are those
// of PowerPathConfig; quantities are texts with their unit, "100 uF".
//
//   text    anything at all
//   file    its name, for messages
//   fails   invalid_argument with "<file>:<line>:<column>: ..." when it is no TOML, when a field is
//           unknown, of another type or out of range
Result<PowerPathConfig> read_power_path(std::string_view text, const std::string& file);

// All fields as a file that read_power_path() reads to the same values.
//
//   base   the name of a preset
std::string to_toml(const PowerPathConfig& config, std::string_view base);

// All fields, numbers in SI units; null for what is unlimited.
nlohmann::json to_json(const PowerPathConfig& config);

// A quantity with an SI prefix and as many digits as it takes to read the same number again.
std::string exact_quantity(double value, std::string_view unit);

}  // namespace sunfleck::app
