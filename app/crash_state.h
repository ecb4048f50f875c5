#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "app/crash_check.h"

namespace sunfleck::app {

// How far a crash check came: units by their index in the check, and what they found.
struct CrashState {
  std::string check;               // checksum of what is checked, and how
  std::vector<bool> done;          // [units]
  std::vector<CrashTally> boards;  // [boards]
  std::vector<MutantResult> mutants;
  double seconds = 0.0;
};

nlohmann::json to_json(const CrashTally& tally);

// Writes the state whole or not at all.
Status write_state(const std::string& path, const CrashState& state);

// The state in a file, or `fresh` when there is no such file.
// Fails with invalid_argument when the file holds something else, or the state of another check.
Result<CrashState> read_state(const std::string& path, const CrashState& fresh);

}  // namespace sunfleck::app
