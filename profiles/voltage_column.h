#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/power/harvest.h"
#include "profiles/importers.h"

namespace sunfleck {

// Volts, one value a line and nothing else. A first line may name the column ("V", "Voltage [mV]"),
// and its unit is taken; without it the values are volts.
//
// Source: the traces of CapSimu, whose README states volts; 1 ms apart.
bool is_voltage_column(std::string_view text);

// The format of volts over time that a person must describe.
//
//   what     "a column of volts without times", for the error text
//   period   of the samples where the file knows it
//   fails    invalid_argument, in a sentence that says which of the options are missing
Result<HarvestFormat> voltage_format(
    const ImportOptions& options, std::optional<RunTime> period, std::string_view where,
    std::string_view what);

//   options  period, resistance and kind are needed
//   where    the file's name, for error texts
//   fails    as voltage_format(); invalid_argument, with file and line, for a line that is no
//            number and for a voltage that is too far below 0
Result<HarvestProfile> read_voltage_column(
    std::string_view text, std::string_view where, const ImportOptions& options);

}  // namespace sunfleck
