#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/power/harvest.h"

namespace sunfleck {

// Rectified voltage of a WISP's front end into a resistor of 30 kOhm in place of its digital half:
// whole milliseconds from an arbitrary beginning, a tab or blanks, volts.
//
// Source: the RFID traces of PERSISTLab's BatterylessSim; its README states load and unit.
bool is_wisp(std::string_view text);

// What is missing in time is an outage (zeros), not interpolated. Two peculiarities of the recorder
// are read as what they are, and counted in the profile's origin:
// - a stamp that is 1000 ms late, between neighbours that belong together: its seconds were counted
//   on before its milliseconds were read;
// - a voltage down to -0.1 V: the converter's offset, taken as 0.
//
//   where    the file's name, for error texts
//   fails    invalid_argument, with file and line, for a line of another form, a voltage outside
//            -0.1 V to 1 kV, and any other time that does not come after the one before
Result<HarvestProfile> read_wisp(std::string_view text, std::string_view where);

}  // namespace sunfleck
