#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>

#include "app/replay_settings.h"
#include "app/run_report.h"
#include "core/session/run_record.h"

namespace sunfleck::app {

struct ReplayProgress {
  RunProgress run;
  std::uint32_t inferences_wanted = 0;  // 0: until something else ends the run
  RunTime time_wanted{};                // 0: no limit known
};
using OnReplayProgress = std::function<void(const ReplayProgress&)>;

// Is told how many layers the network has, none of a firmware of other people, once all is prepared
// and before anything moves. What it refuses is not played.
using ReplayCheck = std::function<Status(std::size_t layers)>;

// Where a replay writes.
struct ReplayOutput {
  std::filesystem::path store;
  std::filesystem::path uart_text;  // what the board prints between its records; empty: nowhere
};

// Replays on the virtual bench: compiles the network, reads or makes the profile, plays the run,
// keeps it in the store while it goes on, analyses it and stores the result.
//
//   returns   the report, as read back from the store
//   fails     when a file, the network or the store is bad, or the bench fails; a run that had
//   begun
//             is then kept as failed, with the reason
Result<RunReport> replay(
    const ReplaySettings& settings, const ReplayOutput& output, const OnReplayProgress& on_progress,
    const std::stop_token& stop, const ReplayCheck& check = {});

}  // namespace sunfleck::app
