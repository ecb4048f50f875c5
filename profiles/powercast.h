#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/power/harvest.h"

namespace sunfleck {

// Received RF power as a Powercast receiver reports it: the line "sec RSSI,mW", then seconds, a tab
// and milliwatts. Before rectification: the power path applies a rectifier curve.
//
// Source: the traces of REACT (Williams and Hicks, ASPLOS 2024).
bool is_powercast(std::string_view text);

//   where    the file's name, for error texts
//   fails    invalid_argument, with file and line, for a line of another form, a negative power,
//            and times that do not ascend in multiples of one period (to a microsecond)
Result<HarvestProfile> read_powercast(std::string_view text, std::string_view where);

}  // namespace sunfleck
