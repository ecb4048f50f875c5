#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/power/ledger.h"
#include "core/session/memory_use.h"
#include "core/telemetry/telemetry_counts.h"

namespace sunfleck {

enum class EndReason {
  inferences_done,
  max_time,
  source_ended,
  no_progress,  // the board reported work that does not finish in any power cycle
  board_fault,  // the board reported another fault
  cancelled,
};

// How far a run has come.
struct RunProgress {
  RunTime now{};
  std::uint32_t inferences = 0;  // complete, different results
  std::uint32_t power_cycles = 0;
  std::optional<PowerLedger> ledger;
};

// A fault record of the board.
struct Fault {
  std::uint8_t code = 0;  // fw_fault_code
  std::uint32_t inference = 0;
  std::uint16_t layer = 0;
  std::uint16_t tile = 0;
  std::uint16_t attempts = 0;
  std::uint32_t detail = 0;
};

// What a run leaves behind when it ends, beside its samples and records.
struct RunOutcome {
  EndReason reason = EndReason::source_ended;
  RunTime duration{};
  std::uint32_t inferences = 0;
  std::uint32_t power_cycles = 0;    // times that the rail came on
  std::uint64_t profile_passes = 0;  // more than 1: the profile was repeated
  std::map<std::uint32_t, std::vector<std::uint8_t>> outputs;  // by inference, complete ones only
  std::uint32_t contradicting = 0;  // results that were sent again with other bytes
  TelemetryCounts telemetry;
  std::optional<Fault> fault;
  std::optional<PowerLedger> ledger;
  std::optional<MemoryUse> memory;
};

}  // namespace sunfleck
