#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace sunfleck::db {

// What of a store is copied.
struct RunCopy {
  std::vector<std::int64_t> runs;    // by number, which they keep
  std::vector<std::string> signals;  // of their samples, those of these names; empty: all
};

// How much of the work is done, 0 to 1. An Error ends it.
using CopyProgress = std::function<Status(double share)>;

// Copies runs into a new store: one file, without a write-ahead log beside it, that anyone may
// read where nobody may write. Runs that are being written meanwhile are copied as far as their
// last commit. The sums at the rail are copied whatever the signals.
//
//   to      path of no file, or of an empty one
//   fails   not_found without one of the runs; as RunStore::open(); as `progress` does. What is
//           then at `to` is no whole copy.
Status copy_runs(
    const std::string& from, const std::string& to, const RunCopy& copy,
    const CopyProgress& progress);

}  // namespace sunfleck::db
