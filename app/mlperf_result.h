#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "profiles/mlperf_results.h"
#include "profiles/mlperf_windows.h"

namespace sunfleck::app {

// Where the parts of an MLPerf Tiny energy result lie.
struct MlperfFiles {
  struct Recording {
    std::filesystem::path trace;   // "trace1-energy.bin"
    std::filesystem::path stamps;  // "trace1-timestamps.json"
  };
  std::vector<Recording> recordings;  // one or more
  std::filesystem::path log;          // empty: none
  std::filesystem::path results;      // likewise
};

// The files of a result's folder, by their names.
// Fails with not_found, naming what is missing, or io.
Result<MlperfFiles> mlperf_files_in(const std::filesystem::path& folder);

struct MlperfMeasured {
  MlperfWindow window;
  std::uint64_t inferences = 0;     // 0: not known
  std::optional<Joules> published;  // of the whole window
};

// A result, measured again from its recordings.
struct MlperfResult {
  std::string name;
  std::vector<MlperfMeasured> windows;
  std::optional<Joules> by_inference;  // the median of the windows
  std::optional<Joules> published;     // likewise
  std::vector<std::string> notes;      // what is not as the rules ask, or as it was published
};

// Measures all recordings. The inferences of a window are `inferences` or, when that is 0, the
// log's.
//
//   fails   with file and place when a file is bad; invalid_argument when the log has other batches
//           than there are windows
Result<MlperfResult> measure_mlperf(const MlperfFiles& files, std::uint64_t inferences);

std::string to_text(const MlperfResult& result);
nlohmann::json to_json(const MlperfResult& result);

// The models of energy from time on a table of results.
std::string to_text(const MlperfResults& results, const std::vector<ModelErrors>& models);
nlohmann::json to_json(const MlperfResults& results, const std::vector<ModelErrors>& models);

}  // namespace sunfleck::app
