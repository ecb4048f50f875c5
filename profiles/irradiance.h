#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/power/harvest.h"

namespace sunfleck {

// Light on a sensor that was carried about: seconds, microwatts per square centimetre, and the date
// and time of the line (year, month, day, hour, minute, second), between blanks or tabs.
//
// Source: the mobile irradiance traces of Columbia University's EnHANTs project; its site states
// the unit, and 60 to 220 W/m2 behind the windows of a car agree with it.
bool is_irradiance(std::string_view text);

// Of kind irradiance, in W/m2: 1 uW/cm^2 is 0.01 W/m2. The time is the first column's.
//
//   where    the file's name, for error texts
//   fails    invalid_argument, with file and line, for a line of another form, light below 0 or
//            above 1e6 uW/cm^2, and times that gridded() of profiles/readings.h refuses
Result<HarvestProfile> read_irradiance(std::string_view text, std::string_view where);

}  // namespace sunfleck
