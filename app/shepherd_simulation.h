#pragma once

#include "app/power_simulation.h"
#include "core/power/shepherd_config.h"

namespace sunfleck::app {

// The published preset of a path's name with a person's changes: capacitance, thresholds, initial
// voltage.
//
//   fails   not_found when the published model has no such preset; usage when something was asked
//           for that it does not have
Result<ShepherdConfig> shepherd_config(const PowerSettings& settings);

// Plays a profile through the published Shepherd model, in steps of 10 us, which the profile must
// have.
//
//   source   at its beginning
//   fails    as the source does; unsupported for other kinds of profile
Result<ShepherdResult> simulate_shepherd(
    HarvestSource& source, const PowerSettings& settings, const OnSimulationSample& on_sample,
    const std::stop_token& stop);

}  // namespace sunfleck::app
