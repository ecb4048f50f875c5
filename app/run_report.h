#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/units.h"
#include "core/power/ledger.h"
#include "core/session/run_record.h"
#include "core/timeline/marks.h"

namespace sunfleck::app {

// A line of the table of activities.
struct ActivityRow {
  Activity activity = Activity::unattributed;
  Seconds time;
  Joules energy;
  Joules uncertainty;  // one deviation
  Seconds unmeasured;  // of the time: samples are missing, and `energy` has nothing of it
};

// A line of the table of mark pins.
struct MarkRow {
  std::uint8_t pin = 0;
  std::string name;
  MarkCount count;  // how often it rose, and fell again before an outage
  Seconds time;
  Joules energy;
  Joules uncertainty;  // one deviation
};

// A line of the table of layers.
struct LayerRow {
  std::uint32_t index = 0;
  std::string name;
  std::string op;
  std::uint64_t macs = 0;
  std::uint32_t tiles = 0;
  std::uint32_t checkpoints = 0;
  Seconds compute_time, checkpoint_time, re_execution_time;
  Joules compute_energy, checkpoint_energy, re_execution_energy;
  Joules uncertainty;  // of the three energies together, one deviation
};

struct Expected {
  std::uint32_t wanted = 0;   // outputs that were expected
  std::uint32_t correct = 0;  // of these, came and are equal byte for byte
};

// All that is said about a run, as a value: the text, the JSON and later forms are made of it.
// NOLINTNEXTLINE(bugprone-exception-escape): the linter follows a move of JSON into its assertions
struct RunReport {
  std::int64_t id = 0;
  std::string name, rig, board, network, profile;
  std::string status;  // finished, cancelled, failed, interrupted, running
  std::string end;     // how it ended
  nlohmann::json plan;
  nlohmann::json assumptions;  // what is taken to hold beyond what was recorded, by subject
  std::string started_at;      // UTC
  std::string program_version, firmware_sha256, board_sha256, network_sha256, profile_sha256,
      inputs_sha256;
  std::uint64_t seed = 0;
  Seconds duration, time_on, time_off;
  std::uint32_t inferences = 0, power_cycles = 0, outages = 0;
  std::uint64_t profile_passes = 0;
  TelemetryCounts telemetry;
  std::optional<Expected> expected;
  std::optional<PowerLedger> ledger;
  std::optional<MemoryUse> memory;
  std::optional<BoardClock> clock;
  Joules rail_energy;  // from the meter's samples
  std::vector<ActivityRow> activities;
  std::vector<MarkRow> marks;         // pins that have a name
  std::vector<LayerRow> layers;       // or tasks, of a firmware that names them in its records
  LayerRow result_commits;            // of finished inferences, which belong to no layer
  std::vector<std::string> findings;  // sentences on what went wrong; empty when all is well

  // Time for which samples are missing: no energy is known of it.
  Seconds unmeasured() const;
};

std::string to_text(const RunReport& report);
nlohmann::json to_json(const RunReport& report);

// "inferences_done".
std::string name_of(EndReason reason);

}  // namespace sunfleck::app
