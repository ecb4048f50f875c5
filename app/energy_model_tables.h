#pragma once

#include <string>

#include "app/report/document.h"
#include "core/energy/energy_model.h"

namespace sunfleck::app {

// The tables of an energy model, for its report and for a terminal.
DocumentTable coefficient_table(const EnergyModel& model);
DocumentTable event_table(const EnergyModel& model);  // boots, restores, sent bytes, sleep, powers
DocumentTable error_table(const EnergyModel& model);
DocumentTable network_table(const EnergyModel& model);
DocumentTable condition_table(const EnergyModel& model);
DocumentTable run_table(const EnergyModel& model);

// A share: "3.2 %".
std::string percent(double share);
// "[2.1, 2.4] nJ": with the prefix of the larger end.
std::string range_text(const Interval& interval, const char* unit);
// The cells as they are shown.
std::string to_text(const DocumentTable& table);

}  // namespace sunfleck::app
