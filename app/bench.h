#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/board_file.h"
#include "app/replay_settings.h"
#include "core/base/result.h"
#include "core/network/compile.h"
#include "core/power/power_path.h"
#include "core/session/run_plan.h"
#include "db/run_writer.h"
#include "drivers/virtual_target/device_truth.h"
#include "profiles/open_profile.h"

namespace sunfleck::app {

// The virtual board that is taken when none is asked for.
inline constexpr const char* default_device = "fram-mcu";

// Everything a replay needs, read, made and checked, before anything moves.
struct Bench {
  ReplaySettings settings;  // with the names and numbers that stand for what was left open
  std::vector<std::uint8_t> firmware;  // an ELF file
  std::optional<BoardFile> board;      // of other people; the virtual board otherwise
  std::string board_sha256;            // of the board file
  CompiledNetwork network;             // empty, like the inputs, on a board of other people
  std::vector<std::uint8_t> inputs;
  std::vector<std::uint8_t> expected;  // whole outputs; empty when none are expected
  OpenProfile profile;
  std::string profile_sha256;  // of its samples
  PowerPathConfig path;
  DeviceTruth device;
  RunPlan plan;
  nlohmann::json assumptions;  // what is taken to hold beyond what was recorded
};

// Fails with a sentence when a file is bad, a name unknown, or parts do not fit together (a profile
// that the power path cannot take, inputs of another network, a network too large for the board, a
// network for a board that takes none).
Result<Bench> prepare_bench(const ReplaySettings& settings);

// What the run is repeated from, for the store.
db::RunIdentity identity_of(const Bench& bench, const std::string& rig_name);

}  // namespace sunfleck::app
