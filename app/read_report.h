#pragma once

#include <cstdint>

#include "app/run_report.h"
#include "core/base/result.h"
#include "db/run_store.h"

namespace sunfleck::app {

// The report of a stored run. What a finished run stored is taken as it is; a run that did not end
// by itself is analysed from the samples and records that it left.
Result<RunReport> read_report(db::RunStore& store, std::int64_t run);

}  // namespace sunfleck::app
