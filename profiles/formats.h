#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/power/harvest.h"
#include "profiles/importers.h"
#include "profiles/open_profile.h"
#include "profiles/profile_file.h"

namespace sunfleck {

// Our own form of a profile, a text of lines:
//
//   # sunfleck harvest profile 1
//   # name: walk past a reader
//   # kind: voltage_into_load            power, received_power, ...
//   # unit: V                            of each column; unit_of() below
//   # resistance: 30000 Ohm              of the two kinds of volts only
//   # points: 909                        of iv_curve only: of each curve
//   # lead_in: 4                         of iv_curve only
//   # period: 1000000 ns
//   # origin: where it comes from and what was assumed
//   0.0723148
//   ...
//   # gap: 40000000 ns
//   0.0431
//
// A sample a line, its numbers separated by commas; a curve as V,A,V,A,... A number is as short as
// it can be written without a loss. A gap is an outage between two samples, in which nothing was
// recorded. A line feed in name or origin is written as \n, a backslash as \\.

inline constexpr std::string_view csv_title = "# sunfleck harvest profile 1";

// "V", "A,A,1/V": the unit of each number of a sample; of a point for a curve.
std::string_view unit_of(HarvestKind kind);

// The profile as such a text; reading it gives back the same profile, to the bit.
std::string to_csv(const HarvestProfile& profile);

// Writes a source of any length as such a text, block by block, from its beginning.
//
//   sink    takes the text piece by piece, each about 64 kB
//   fails   as source and sink do; protocol when a sample is below 0 or not finite, or when a block
//           begins before the end of the one before it; invalid_argument for a source without
//           samples, or whose format check() refuses
Status write_csv(
    HarvestSource& source, std::string_view name, std::string_view origin,
    const std::function<Status(std::string_view)>& sink);

// Whether the text begins like one.
bool is_csv(std::string_view text);

// The inverse, block by block: a file of any length is played in bounded memory.
//
//   fails    invalid_argument, with file and line, for a header that is not exactly of this form
//            and for a file without samples. The source fails likewise, when it comes to the line,
//            for values that are negative, not finite or not as many as the header says, for a gap
//            with nothing behind it, and for more than 95 years
Result<OpenProfile> open_csv(const ProfileFile& file, const ImportOptions& options);

}  // namespace sunfleck
