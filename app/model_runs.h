#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/energy/model_run.h"
#include "db/run_store.h"

namespace sunfleck::app {

// The stored runs that a model is to be fitted to, by number or name.
//
//   board   set to the board that they ran on
//   fails   usage, naming the run, when it is not finished, has no network, ran on another board
//   than
//           the first, or its records do not tell its layers and commits apart
Result<std::vector<ModelRun>> read_model_runs(
    db::RunStore& store, const std::vector<std::string>& wanted, std::string& board);

}  // namespace sunfleck::app
