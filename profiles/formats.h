#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/power/harvest.h"

namespace sunfleck {

// Our own form of a profile, a text of lines:
//
//   # sunfleck harvest profile 1
//   # name: walk past a reader
//   # kind: voltage_into_load            power, received_power, ...
//   # unit: V                            W for a power
//   # resistance: 30000 Ohm              absent for a power
//   # period: 1000000 ns
//   # origin: where it comes from and what was assumed
//   0.0723148
//   ...
//
// A value a line, as short as it can be written without a loss. A line feed in name or origin is
// written as \n, a backslash as \\.

// The profile as such a text; read_csv() gives back the same profile, to the bit.
std::string to_csv(const HarvestProfile& profile);

// Whether the text begins like one.
bool is_csv(std::string_view text);

// The inverse of to_csv().
//
//   where    the file's name, for error texts
//   fails    invalid_argument, with file and line, for anything that is not exactly of this form,
//            for values that are negative or not finite, and for more than most_samples of them
Result<HarvestProfile> read_csv(std::string_view text, std::string_view where);

}  // namespace sunfleck
