#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/power/harvest.h"

namespace sunfleck {

// A solar cell over time by the coefficients of I = a - b (exp(c V) - 1): a table with the headings
// time_s, a_Isc_A, b_Is_A, c_per_V, by commas or semicolons.
//
// Source: the solar recordings of Shepherd (nes-lab), as tables.
bool is_diode_csv(std::string_view text);

//   where    the file's name, for error texts
//   fails    invalid_argument, with file and line, for a line of another form, coefficients below
//            0 (a short-circuit current may be an offset below it), and times that gridded() of
//            profiles/readings.h refuses
Result<HarvestProfile> read_diode_csv(std::string_view text, std::string_view where);

}  // namespace sunfleck
