#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/compare/power_model.h"

namespace sunfleck {

// The boards of a table of MLPerf Tiny results whose energy was measured for all four networks.
struct MlperfResults {
  std::vector<MeasuredSet> sets;  // [ad, ic, kws, vww] each
  std::size_t incomplete = 0;     // boards for which a network is missing
};

// Multiply-accumulates of the reference networks ad, ic, kws and vww, as this program counts them.
std::vector<std::uint64_t> mlperf_macs();

// A CSV file with the columns round, division, org, system, bench, mode, median_uJ_per_inf and
// median_inf_per_s, in any order. Taken are the rows of mode `energy`: energy and time of an
// inference are those of the same windows. Other networks than the four are passed over.
//
//   fails   invalid_argument, with file and line, when a column is missing, a number is none or not
//           positive, or a network is there twice for one board; more than 100,000 boards
Result<MlperfResults> read_mlperf_results(std::string_view text, std::string_view where);

}  // namespace sunfleck
