#pragma once

#include <string_view>

#include "core/base/result.h"
#include "profiles/importers.h"

namespace sunfleck {

// A recording exported by the app of Nordic's Power Profiler Kit II: a line of names, "Current(uA)"
// among them and mostly "Timestamp(ms)" before it, then a line a sample.
bool is_ppk2_csv(std::string_view head);

// Operating points: the recorded currents at options.voltage, which the file does not hold. What
// the app recorded is a load, not a source. Read from the mapped file block by block; steps of time
// count as the nearest multiple of the mean of the first thousand, and gaps are outages. Currents
// below 0 are 0.
//
//   fails   invalid_argument, with file and line, without options.voltage, without stamps and
//           options.period, for lines that lack a field and times that do not ascend; for a line
//           further on the source does
//
// Source: exports of pc-nrfconnect-ppk 4.
Result<OpenProfile> open_ppk2_csv(const ProfileFile& file, const ImportOptions& options);

// The error of a recording of currents without a voltage; nothing to say when there is one.
Status check_voltage(std::string_view where, const ImportOptions& options);

}  // namespace sunfleck
