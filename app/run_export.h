#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "db/run_store.h"

namespace sunfleck::app {

enum class ExportFormat { perfetto, csv, sqlite };
// What of a run becomes the lines of a CSV file.
enum class ExportTable { samples, spans, layers };

// "perfetto"
const char* name_of(ExportFormat format);

// The format that a file's name asks for: .perfetto.json and .trace.json, .csv, .sqlite and .db.
// Fails with usage for any other.
Result<ExportFormat> export_format_of(const std::filesystem::path& path);

// What of a run is written.
struct RunExport {
  std::int64_t run = 0;
  RunTime from{};
  std::optional<RunTime> to;          // the run's end, when absent
  std::vector<std::string> signals;   // empty: all that the run has
  std::optional<std::size_t> points;  // most columns to decimate samples to
};

// What was written.
struct Exported {
  std::uint64_t entries = 0;  // events of a trace, lines below the title of a CSV file, or runs
  std::uint64_t bytes = 0;
};

// How much of the work is done, 0 to 1. An Error ends it, and no file is left.
using ExportProgress = std::function<Status(double share)>;

// Writes a run as a trace in the Trace Event Format (JSON), which ui.perfetto.dev and
// chrome://tracing open: spans on tracks (power, inference, layers, checkpoints, other) and
// counters: the stored signals and the rail's power. Times are microseconds since the run's begin,
// with three decimals: whole nanoseconds.
//
// Counters are decimated to `points` columns of equal length, 5000 when absent; of each column its
// lowest and its highest sample are kept, written at its begin and its middle; which of them came
// first is not kept. Where all samples of a column are missing there is none, and the track
// "samples" says so.
//
//   fails   usage   when the times are not in the run, or it has no such signal
//           else as the store, the file, and `progress` do
// Source: "Trace Event Format", D. Sinclair et al., the Chromium authors (2016), for events of the
// phases X, C and M; otherData.
Result<Exported> export_trace(
    db::RunStore& store, const RunExport& what, const std::filesystem::path& path,
    const ExportProgress& progress);

// Writes samples as CSV, RFC 4180: a line of titles with units ("voltage_V"), then a line a sample,
// with its begin in seconds. What is missing is an empty cell; a time at which all are missing has
// no line. With `points`, a line is a column of equal length: begin, end, and of each signal the
// lowest, mean and highest value.
//
//   fails   as export_trace()
Result<Exported> export_samples(
    db::RunStore& store, const RunExport& what, const std::filesystem::path& path,
    const ExportProgress& progress);
// Likewise a line a span of the timeline, cut off at the export's times.
Result<Exported> export_spans(
    db::RunStore& store, const RunExport& what, const std::filesystem::path& path,
    const ExportProgress& progress);
// Likewise a line a layer and activity: energy, its uncertainty and time; of the whole run.
Result<Exported> export_layers(
    db::RunStore& store, const RunExport& what, const std::filesystem::path& path,
    const ExportProgress& progress);

// Copies whole runs into a run store of their own (db/copy_runs.h).
Result<Exported> export_store(
    const std::string& store, const std::vector<std::int64_t>& runs,
    const std::vector<std::string>& signals, const std::filesystem::path& path,
    const ExportProgress& progress);

}  // namespace sunfleck::app
