#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "core/session/result_assembly.h"
#include "core/target/target_client.h"

namespace sunfleck {

// How far a run on a board has come.
struct TargetRunProgress {
  std::uint32_t outputs = 0;  // complete ones
  std::uint32_t boots = 0;    // power-ups and starts since the run was asked for
};

// What a run on a board left behind.
struct TargetRun {
  std::map<std::uint32_t, std::vector<std::uint8_t>> outputs;  // by inference, complete ones only
  std::uint32_t contradicting = 0;  // results that were sent again with other bytes
  std::uint32_t boots = 0;
  std::optional<fw_fault_record> fault;  // why the board cannot go on
};

// Asks the board to run and takes its results until `config.inferences` (1 or more) are there, or
// the board reports a fault. Results whose frames were lost are missing from the outputs, but for
// the last one, which is read again.
//
//   fails   as TargetClient does, and with io when someone else stopped the run
Result<TargetRun> run_on_target(
    TargetClient& client, const fw_run_config& config,
    const std::function<void(const TargetRunProgress&)>& on_progress = {});

}  // namespace sunfleck
