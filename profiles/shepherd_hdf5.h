#pragma once

#include <string_view>

#include "core/base/result.h"
#include "profiles/importers.h"

namespace sunfleck {

// Whether a file begins like one of HDF5, at once or after a block of the user's own.
bool is_hdf5(std::string_view head);

// Recordings of the Shepherd testbed in HDF5, streamed:
// - /data with 'datatype' ivsample or ivtrace (operating points), ivcurve or ivsurface (curves of
//   'window_samples' points, in the order of the sweep), isc_voc; a sample is number * gain +
//   offset. A recording of an emulator (mode 'emulator') is what the emulator gave to its target.
// - its first version, without a 'datatype': operating points;
// - the layout of the Bonito recordings: /time in seconds and a row of watts for each node in
//   /data, of which options.node names one (the first unless said).
// Stored plainly or compressed with gzip or LZF. Gaps between time stamps are outages; a curve that
// a gap or the end breaks is left out. What is below 0 since the meter had an offset is 0.
//
//   fails   invalid_argument, unsupported or io, with the file's name, for anything else: see
//           open_isolated() for what the HDF5 library does to a damaged file
//
// Source: the layout of shepherd-core 2023 to 2026, and the public recordings of Bonito.
Result<OpenProfile> open_shepherd(const ProfileFile& file, const ImportOptions& options);

}  // namespace sunfleck
