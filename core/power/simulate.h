#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <variant>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/power/power_path.h"
#include "core/signal/length_distribution.h"

namespace sunfleck {

// When a load is connected to the rail.
enum class LoadSwitch {
  rail,        // while the rail is on
  power_good,  // while power is good
};

// What stands at the rail in the place of a board.
struct RailLoad {
  std::variant<Amperes, Ohms, Watts> draws{};  // always as much; a resistance is > 0
  LoadSwitch connected = LoadSwitch::rail;
  Amperes asleep{};  // drawn while the rail is on and the load is not connected, >= 0
};

// The current that a load draws while it is connected; a constant power draws nothing at 0 V.
//
//   rail   voltage, >= 0
Amperes current_of(const RailLoad& load, Volts rail);

// A power path between a profile and a load, and for how long.
struct SimulationPlan {
  PowerPathConfig path{};
  RailLoad load{};
  std::uint64_t passes = 1;  // how often the profile is played; 0: without end
  RunTime until{};           // 0: to the profile's end, which then needs one
  // The load sees the rail's voltage at the beginning of each step, and what it does to the rail is
  // found to a step. > 0
  RunTime step = std::chrono::microseconds(100);
  RunTime sample_every = std::chrono::milliseconds(10);  // > 0
};

// Refuses what no circuit can be, and a run without an end.
Status check(const SimulationPlan& plan, const HarvestFormat& format);

// How things stand, and what happened since the sample before.
struct SimulationSample {
  RunTime from{};
  RunTime time{};
  Volts storage{};  // at the capacitor, at `time`
  Volts rail{};
  bool rail_on = false;
  bool power_good = false;
  Volts lowest_storage{};  // from `from` to `time`
  Volts highest_storage{};
  Watts harvested{};  // means from `from` to `time`
  Watts delivered{};
  double rail_share = 0.0;  // of that time in which the rail was on
  double good_share = 0.0;  // and power good
};
using OnSimulationSample = std::function<void(const SimulationSample&)>;

struct SimulationResult {
  RunTime duration{};
  PowerLedger ledger{};
  RunTime rail_on{};  // time
  RunTime power_good{};
  std::uint64_t power_cycles = 0;   // how often the rail came on
  std::optional<RunTime> first_on;  // none: never
  // Of the rail, those with a beginning and an end within the run: neither what the capacitor took
  // to charge at first nor what the end of the run cut off.
  LengthDistribution on_times;
  LengthDistribution outages;
  Volts lowest_storage{};
  Volts highest_storage{};
  Volts mean_storage{};  // over time
  Volts last_storage{};
  std::uint64_t passes = 0;  // of the profile to its end
  bool stopped = false;      // before its end
};

// Plays a profile through a power path into a load.
//
//   source   at its beginning
//   plan     has passed check() with the source's format
//   stop     ends the run at the next sample
//   fails    as the source does
Result<SimulationResult> simulate(
    HarvestSource& source, const SimulationPlan& plan, const OnSimulationSample& on_sample = {},
    const std::stop_token& stop = {});

}  // namespace sunfleck
