#pragma once

#include <string_view>

#include "core/base/result.h"
#include "profiles/importers.h"

namespace sunfleck {

// The energy recordings of MLPerf Tiny results: a byte 0xF1, samples per second, then microjoules
// of each sample, all of them 32-bit floats, little end first.
bool is_mlperf_energy(std::string_view head);

// A power of energy times rate: what a board consumed while it was measured, not what a source
// offered. Read from the mapped file block by block. What is below 0 since a meter has an offset
// is 0.
//
//   fails   invalid_argument, with file and offset, for a rate outside 1 mHz to 100 MHz, no
//           samples, or (from the source) an energy that is not finite
//
// Source: the recordings in mlcommons/tiny_results; their energies between the stamps beside them
// are those that were published.
Result<OpenProfile> open_mlperf_energy(const ProfileFile& file, const ImportOptions& options);

}  // namespace sunfleck
