#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/energy/attribution.h"
#include "core/network/compile.h"
#include "core/session/run_record.h"
#include "core/session/run_session.h"

namespace sunfleck::db {

// What a run is repeated from.
struct RunIdentity {
  std::string name;
  std::string plan;  // JSON: the command's settings as they were played
  std::string program_version;
  std::string firmware_sha256;
  std::string network_sha256;  // of the image
  std::string profile_sha256;  // of the samples as they were read or made
  std::string inputs_sha256;
  std::string network_name;
  std::string profile_name;
  std::string rig_name;
  std::uint64_t seed = 0;
};

enum class RunStatus { running, finished, cancelled, failed, interrupted };

// One row of the list of runs.
struct RunSummary {
  std::int64_t id = 0;
  RunIdentity identity;
  RunStatus status = RunStatus::running;  // interrupted: the program that wrote it is gone
  std::string end;                        // how it ended, a few words
  std::int64_t started_at = 0;            // microseconds since 1970, UTC
  RunTime duration{};
  std::uint32_t inferences = 0;
  std::uint32_t power_cycles = 0;
  std::optional<std::uint32_t> correct;   // outputs equal to the expected ones, where some were given
  std::optional<Joules> energy;           // at the rail, once it was attributed
};

}  // namespace sunfleck::db
