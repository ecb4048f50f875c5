#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/power/harvest.h"

namespace sunfleck {

// I-V curves over time as Ekho and the simulator SIREN exchange them: a line n; a line with the
// lowest and the highest voltage; then a line a curve, its time in seconds and 2^n + 1 currents at
// voltages that are equally far from each other. '#' begins a comment.
//
// Source: the README of PERSISTLab's BatterylessSim, which reads and makes such files.
bool is_ekho(std::string_view text);

// A curve holds until the next one's time. The file does not say the unit of its currents: the
// simulator reckons in amperes, and so do the public files named after solar cells (the four-cell
// KXOB22-04X3L has 15 mA in the sun, and its file 0.0074 to 0.018), but surface.csv has
// milliamperes. A current above 1 means that the file is in milliamperes: a cell for harvesting
// gives no ampere. `origin` says which was taken.
//
//   where    the file's name, for error texts
//   fails    invalid_argument, with file and line, for a line of another form, currents far below
//            0, and times that gridded() of profiles/readings.h refuses
Result<HarvestProfile> read_ekho(std::string_view text, std::string_view where);

}  // namespace sunfleck
