#pragma once

#include <string_view>

#include "core/base/result.h"
#include "profiles/importers.h"

namespace sunfleck {

// A session file of the app of Nordic's Power Profiler Kit II (.ppk2): a zip archive with
// session.raw, 6 bytes a sample (microamperes as a 32-bit float, little end first, and 16 bits of
// digital signals), and metadata.json with "samplesPerSecond".
bool is_zip(std::string_view head);

// Operating points: the recorded currents at options.voltage, which the file does not hold. What
// the app recorded is a load, not a source. Unpacked by libzip in a child process, block by block,
// so that an archive that unpacks to more than memory holds is played like any other. Currents
// below 0 are 0; a sample that is no number was lost, and nothing is offered then.
//
//   fails   invalid_argument without options.voltage, and as open_isolated() does
//
// Source: session files of pc-nrfconnect-ppk 4, format version 2.
Result<OpenProfile> open_ppk2_session(const ProfileFile& file, const ImportOptions& options);

}  // namespace sunfleck
