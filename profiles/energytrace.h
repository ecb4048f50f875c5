#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/power/harvest.h"

namespace sunfleck {

// What TI's EnergyTrace logs of a board: microseconds, nanoamperes, millivolts, and the nanojoules
// since the measurement began, between blanks, about every 270 us. Lines with '#' are the tool's.
//
// Source: derf's energytrace-util and msp430-etv.
bool is_energytrace(std::string_view text);

// The consumption of a board, as a power: what a source must give that feeds it. The energy column
// alone is used, since the library behind the currents averages them over up to 1000 records. Its
// stamps are uneven (212 to 419 us); the samples are means over equal times, the energy between
// two stamps spread evenly, so that the sum is the file's.
//
//   where    the file's name, for error texts
//   fails    invalid_argument, with file and line, for a line of another form, times or energies
//            that go back (but for the 32-bit counter's return to 0), less than two records, and
//            more than most_samples
Result<HarvestProfile> read_energytrace(std::string_view text, std::string_view where);

}  // namespace sunfleck
