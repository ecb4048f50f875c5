#pragma once

#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "profiles/open_profile.h"

namespace sunfleck {

// Writes operating points, curves or isc/voc pairs as a Shepherd recording in HDF5 (datatype
// ivtrace, ivsurface or isc_voc), as its own tools accept it: 100 kS/s from time 0, whole buffers
// of 10 000 samples, gzip.
//
// - A sample that lasts longer than Shepherd's 10 us (a curve: 10 us for each point) is repeated;
//   a start that is no multiple of that moves to the next. Outages are zeros.
// - Numbers are 32 bits of a step. The step is that of Shepherd's meters or of its generated
//   recordings, or a microvolt or nanoampere, if all samples lie on it; then reading gives the
//   same floats back. Otherwise it is the power of two above a 2^32nd of the largest sample,
//   which rounds only samples below a 256th of that.
// - The last buffer is filled up with zeros; 'recorded_samples' says from where on, which this
//   program's reader heeds.
//
// Not to be called while another thread reads or writes HDF5 in this process; calls of this
// function wait for each other. See Exporter.
//
//   fails   besides, invalid_argument for samples shorter than Shepherd's and for more than a day
Result<std::string> write_shepherd(const OpenProfile& profile, const std::filesystem::path& path);

}  // namespace sunfleck
