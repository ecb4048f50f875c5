#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/check/crash_subject.h"

namespace sunfleck {

// A schedule as people read and type it: power failures with commas between them, each of
//
//   k=12 before     nothing of the 12th write becomes permanent
//   k=12 torn=5     its first 5 bytes do
//   k=12 after      all of it does, and nothing is done afterwards
//   cycle=48000     the power goes at this cycle
//   asleep          the power goes while the board sleeps
//
// with "low=7" in front where the supply reads low from the 7th reading on.
std::string to_text(const FailureSchedule& schedule);

// The inverse. Fails with invalid_argument, quoting the part that is none.
Result<FailureSchedule> parse_schedule(std::string_view text);

// Whether `a` is simpler to look at: fewer failures, then earlier ones.
bool is_simpler(const FailureSchedule& a, const FailureSchedule& b);

}  // namespace sunfleck
