#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "core/timeline/timeline.h"
#include "db/run_store.h"

namespace sunfleck::app {

// The power cycles and spans of a stored run, as they were stored. Of a run that did not end by
// itself, or of an older program, they are made of its records and edges.
Result<Timeline> stored_timeline(db::RunStore& store, std::int64_t run);

}  // namespace sunfleck::app
