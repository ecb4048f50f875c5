#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "app/load_network.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/units.h"
#include "core/target/target.h"

namespace sunfleck::app {

// All that decides what a replay on the virtual bench does. It is stored with the run as its plan,
// so that the run can be repeated from its row.
struct ReplaySettings {
  std::string name;             // of the run; empty: made from network and profile
  std::string firmware;         // an ELF file; empty: the built-in firmware
  std::string board;            // a board file, for a firmware of other people; empty: virtual
  std::string network;          // a .tflite or .onnx file; empty: the built-in demo network
  Quantisation quantisation;    // of an .onnx file
  std::string inputs;           // a file of int8 or int16 inputs; empty: made from the seed
  std::string float_inputs;     // a file of float32 inputs in the place of `inputs`
  std::string expected_output;  // a file of int8 or int16 outputs; empty: none are expected
  std::string profile;       // a file, a name or a generator (app/profile_spec.h); empty: built in
  std::uint32_t passes = 1;  // how often the profile is played; 0: as often as needed
  Strategy strategy = Strategy::tile;
  std::uint16_t tiles_per_commit = FW_COMMIT_AS_PLANNED;
  std::optional<Volts> snapshot_voltage;  // of `voltage`; none: from network, device and path
  RecordLevel record_level = RecordLevel::checkpoints;
  std::uint32_t attempts = 16;
  std::uint32_t inferences = 0;  // 0: each input once
  RunTime max_time{};            // 0: no such rule
  Seconds inference_period{};    // 0: one after the other
  std::string device;            // preset of the virtual board
  std::string path;              // of power: preset or TOML file
  std::string harvester;         // in the words of app/power_words.h; empty: the path's
  std::string panel;             // likewise, of an irradiance profile
  std::optional<Farads> capacitance;
  std::optional<Volts> initial_voltage;
  std::optional<Volts> on_threshold;
  std::optional<Volts> off_threshold;
  std::uint64_t tile_macs = 0;      // 0: the compiler's own
  std::uint32_t working_bytes = 0;  // 0: the compiler's own
  RunTime sample_period = std::chrono::microseconds(100);
  std::uint64_t seed = 1;
};

nlohmann::json to_json(const ReplaySettings& settings);

// The inverse; what is absent keeps its default.
// Fails with invalid_argument, naming the member, when a value has another type or is out of range.
Result<ReplaySettings> replay_settings(const nlohmann::json& plan);

// "tile"; and back, nothing for an unknown word.
std::string name_of(Strategy strategy);
std::string name_of(RecordLevel level);
std::optional<Strategy> strategy_called(std::string_view name);
std::optional<RecordLevel> record_level_called(std::string_view name);

// Tiles between two commits: "plan", "energy", or a number of 1 to 65534; and back, nothing for
// another word.
std::string name_of_commits(std::uint16_t tiles_per_commit);
std::optional<std::uint16_t> commits_called(std::string_view name);

}  // namespace sunfleck::app
