#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/run_export.h"
#include "core/signal/pyramid.h"
#include "db/run_store.h"

namespace sunfleck::app {

// What an export reads of a run, checked.
struct ExportSource {
  db::RunSummary summary;
  RunTime from{}, to{};                   // within the run
  std::vector<db::StoredSignal> signals;  // those that were chosen
  RunTime period{};                       // of their samples; 0 without signals
  SampleRange range;                      // that the times touch
};

// Fails as export_trace().
Result<ExportSource> open_export(db::RunStore& store, const RunExport& what);

// The samples of several signals of a run at the same times.
struct SamplePiece {
  std::uint64_t first = 0;
  std::vector<std::vector<float>> signals;  // [signals][samples]; missing ones are not numbers
};

// Gives the samples of the source's range in pieces, in order, and tells the progress.
// Fails as the store and `progress` do.
Status for_each_piece(
    db::RunStore& store, const ExportSource& source, const ExportProgress& progress,
    const std::function<void(const SamplePiece&)>& take);

// A signal in columns of equal length: column i covers `width` samples from range.from + i * width.
struct SignalColumns {
  std::string name;
  std::string unit;
  std::vector<Bucket> columns;
};

struct RunColumns {
  std::uint64_t width = 1;  // samples
  std::vector<SignalColumns> signals;
};

// The signals of the source in at most `points` > 0 columns, and behind them "power" (W), voltage
// times current sample by sample, when both are among them.
Result<RunColumns> read_columns(
    db::RunStore& store, const ExportSource& source, std::size_t points,
    const ExportProgress& progress);

}  // namespace sunfleck::app
