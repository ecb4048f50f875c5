#pragma once

#include <vector>

#include "app/report/document.h"
#include "app/report/run_detail.h"
#include "app/run_report.h"

namespace sunfleck::app {

// The tables and lists of a run report.

FactList headline_facts(const RunReport& report);
FactList result_facts(const RunReport& report, const RunDetail& detail);
DocumentTable activity_table(const RunReport& report);
DocumentTable layer_table(const RunReport& report);
DocumentTable mark_table(const RunReport& report);
DocumentTable ledger_table(const PowerLedger& ledger);
FactList outage_facts(const std::vector<Seconds>& lengths);
// Clocks, records and what was lost.
FactList clock_facts(const RunReport& report, const RunDetail& detail);
FactList identity_facts(const RunReport& report);
// What the command was told, and what was taken to hold beyond it.
DocumentTable settings_table(const RunReport& report);
DocumentTable assumption_table(const RunReport& report);

// Energy of an activity, of the whole run; 0 when it did not occur.
Joules energy_of(const RunReport& report, Activity activity);

}  // namespace sunfleck::app
