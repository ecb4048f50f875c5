#pragma once

#include "app/report/document.h"
#include "app/report/run_detail.h"
#include "app/run_report.h"

namespace sunfleck::app {

// The report of a run: what it came to in a sentence, figures, tables, and what it rests on. What a
// run does not have (layers, expected outputs, a ledger) is left out.
Document run_document(const RunReport& report, const RunDetail& detail);

}  // namespace sunfleck::app
