#pragma once

#include <cstdint>
#include <span>
#include <stop_token>

#include "core/check/crash_sites.h"
#include "core/check/crash_tally.h"
#include "core/check/injector.h"

namespace sunfleck {

// The sweeps of a crash check. Each takes its part of the work from the arguments alone, so that
// parts may be done in any order, by any thread with a subject of its own, and give the same sum.
// A stop request ends a sweep early, with what it has.

// One power failure each, at these of the sites (in order).
CrashTally sweep_single(
    Injector& injector, const CrashSites& sites, std::span<const std::uint64_t> chosen,
    const std::stop_token& stop);

// For each of these first failures (in order) a second one at every place of the way back: from
// power-up to the first commit after it. For some of them, drawn from the seed, a third one on the
// way back from that, before, within and after every write.
CrashTally sweep_nested(
    Injector& injector, const CrashSites& sites, std::span<const std::uint64_t> chosen,
    std::uint64_t seed, const std::stop_token& stop);

// Chains `first` to `first + count`: up to 200 power failures at geometrically distributed
// distances, whose mean is drawn so that 1 to 200 hit an inference, and then none. Each chain depends on the seed and its number only.
CrashTally sweep_chains(
    Injector& injector, std::uint64_t first, std::uint64_t count, std::uint64_t seed,
    const std::stop_token& stop);

// Cycles drawn from the seed at which the power fails once; for boards that count cycles.
CrashTally sweep_cycles(
    Injector& injector, std::uint64_t first, std::uint64_t count, std::uint64_t seed,
    const std::stop_token& stop);

// What does not need many runs: the run without a failure, hazards on it and on the ways back from
// its commits, and that work goes on when each power cycle has just enough writes for the longest
// step from one commit to the next.
CrashTally sweep_basics(Injector& injector);

}  // namespace sunfleck
