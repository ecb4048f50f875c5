#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/power/harvest.h"
#include "profiles/hdf5_file.h"
#include "profiles/isolated_reader.h"

namespace sunfleck {

// Numbers of a file and what they mean: number * gain + offset, in SI units.
struct ScaledColumn {
  Hdf5Column column;
  double gain = 1.0;
  double offset = 0.0;
};

// A recording of equally spaced samples in the columns of an HDF5 file, in the child process that
// reads it.
struct Hdf5Recording {
  ScaledColumn time;
  std::vector<ScaledColumn> columns;  // of a row, in the order that the kind of profile has
  std::uint64_t count = 0;            // rows that are read, 2 or more; no column is shorter
  RunTime row_period{};
  HarvestFormat format;  // its period is that of a curve, where a curve is a sample
};

// What the columns must be: gains and offsets that keep samples below 1e30, and no more rows than
// the file's bytes can hold at the best compression there is.
//
//   fails   invalid_argument
Status check(const Hdf5Recording& recording, std::size_t file_bytes);

// The median of the first thousand steps of the time column.
//
//   fails   invalid_argument when it is not 1 ns or more; io as the library does
Result<RunTime> row_period_of(const ScaledColumn& time, std::uint64_t count);

// From the first stamp to the end of the last sample.
Result<RunTime> span_of(const Hdf5Recording& recording);

// The lead-in that most of the first curves have.
Result<std::uint32_t> lead_in_of(const Hdf5Recording& recording);

// Reads everything, a hundred thousand rows at a time, and gives it to `sink`. What is below 0,
// since a converter has an offset, is 0.
//
//   fails   invalid_argument for times out of order and samples that are no numbers; io
Status send(const Hdf5Recording& recording, ProfileSink& sink);

}  // namespace sunfleck
