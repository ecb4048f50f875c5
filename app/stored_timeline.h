#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "core/timeline/timeline.h"
#include "db/run_store.h"

namespace sunfleck::app {

// The timeline of a stored run, as it was stored. Of a run that did not end by itself, or of an
// older program, it is made of the run's records and edges.
Result<Timeline> stored_timeline(db::RunStore& store, std::int64_t run);

}  // namespace sunfleck::app
