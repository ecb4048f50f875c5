#pragma once

#include <string>

#include "core/base/result.h"
#include "core/power/harvester.h"
#include "core/power/simulate.h"
#include "core/power/source_curve.h"

namespace sunfleck::app {

// What people type about a power path. Each fails with usage, saying what was wanted.

// "fixed:1.2V", "fraction:0.76,interval=16s,pause=256ms", "perturb:step=10mV,interval=100ms,
// voltage=1V" (1 V is where it begins unless said), "optimum".
Result<HarvesterConfig> harvester_called(const std::string& words);

// "isc=10mA,voc=2.2V,vmp=1.7V", at 1000 W/m2.
Result<SolarPanel> panel_called(const std::string& words);

// Refuses light without a panel, and says how to name one.
Status check_panel(const SourceAssumptions& assumptions, const HarvestFormat& format);

// "2mA", "1kOhm" or "5mW".
Result<RailLoad> load_called(const std::string& words);

}  // namespace sunfleck::app
