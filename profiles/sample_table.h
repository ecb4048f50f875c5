#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/power/harvest.h"
#include "profiles/importers.h"

namespace sunfleck {

// A table with a line of headings, by commas, semicolons or tabs (profiles/columns.h says which
// headings and units are known), of
// - voltage and current: what a harvester gave (operating_point), or, where find_sweeps() of
//   profiles/iv_sweeps.h finds them, the source's curves (iv_curve). Of several voltages or
//   currents that of the input is taken, by its name, or else the first;
// - power: kind power;
// - voltage alone, or one column that names neither quantity nor unit, as oscilloscopes write them:
//   volts, whose kind and resistance must be told.
// Without a column of times the period must be told.
//
// Sources: tables by shepherd-data extract (its headings say seconds, its stamps are nanoseconds
// since 1970: numbers that large are taken for what they are); oscilloscopes and loggers.
bool is_sample_table(std::string_view text);

//   where    the file's name, for error texts
//   fails    invalid_argument, with file and line, for a table that is no recording of a source
//            (efficiencies, a digital signal, no known column), for a line of another form, a
//            power below 0, voltages or currents too far below 0, and times that gridded() of
//            profiles/readings.h refuses
Result<HarvestProfile> read_sample_table(
    std::string_view text, std::string_view where, const ImportOptions& options);

}  // namespace sunfleck
