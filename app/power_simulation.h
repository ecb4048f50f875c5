#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/power_path_file.h"
#include "core/base/result.h"
#include "core/power/presets.h"
#include "core/power/simulate.h"

namespace sunfleck::app {

// All that decides a simulation of a power path without firmware.
struct PowerSettings {
  std::string profile{};  // a file, a name or a generator (app/profile_spec.h)
  std::string path{};     // preset or TOML file; empty: fits the profile's kind
  PowerPathChanges changes{};
  std::optional<HarvesterConfig> harvester{};  // otherwise the path's own
  std::optional<SolarPanel> panel{};           // of irradiance
  RailLoad load{};
  std::uint64_t passes = 1;  // 0: without end
  RunTime until{};           // 0: to the profile's end
  RunTime step = std::chrono::microseconds(100);
  RunTime sample_every = std::chrono::milliseconds(10);
  std::uint64_t seed = 1;  // of made profiles
  std::string csv{};       // files to write; empty: none
  std::string plot{};
  std::string iv_plot{};
  bool dark = false;
  bool shepherd_compatible = false;  // the published model, for comparison only
};

// What a simulation of the published Shepherd model comes to. It has no ledger that closes.
struct ShepherdResult {
  RunTime duration{};
  Joules into_storage{};
  Joules out_of_storage{};
  Joules delivered{};
  double power_good_share = 0.0;
  bool stopped = false;
};

struct PowerReport {
  std::string profile{};
  std::string path{};
  Farads capacitance{};
  std::string load{};
  std::vector<std::string> assumptions{};  // sentences
  std::optional<SimulationResult> result{};
  std::optional<ShepherdResult> shepherd{};  // in its place
};

// How far it is.
struct PowerProgress {
  RunTime now{};
  std::optional<RunTime> end{};  // none: not known
};
using OnPowerProgress = std::function<void(const PowerProgress&)>;

// Plays a profile through a power path into a load, and writes the files that were asked for.
//
//   fails   when a word, a file or the profile is bad, or the path cannot take the source
Result<PowerReport> simulate_power(
    const PowerSettings& settings, const OnPowerProgress& on_progress, const std::stop_token& stop);

// "2 mA while the rail is on".
std::string describe(const RailLoad& load);

std::string to_text(const PowerReport& report);
nlohmann::json to_json(const PowerReport& report);

}  // namespace sunfleck::app
