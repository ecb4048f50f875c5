#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/check/crash_sites.h"
#include "core/check/crash_tally.h"
#include "core/check/injector.h"

namespace sunfleck {

// How much a crash check does to each board.
struct CrashAmounts {
  std::optional<std::uint64_t> single;  // places of single failures; nothing: all of them
  std::uint64_t nested = 0;             // of these, ones from which the way back is cut too
  std::uint64_t chains = 0;
  std::uint64_t cycles = 0;  // failures at cycles, on boards that have any
};

// All that is to be done to one board.
struct CrashWork {
  CrashReference reference;
  CrashSites sites;
  std::vector<std::uint64_t> single;  // of the sites, in order
  std::vector<std::uint64_t> nested;
  std::uint64_t chains = 0;
  std::uint64_t cycles = 0;
};

// Runs the subject without a failure and draws the work from the seed.
Result<CrashWork> plan_work(CrashSubject& subject, const CrashAmounts& amounts, std::uint64_t seed);

// A part of the work on one board that one thread does at a time.
struct CrashUnit {
  enum class Kind { basics, single, nested, chains, cycles };
  Kind kind = Kind::basics;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

// The work in parts of about equal length, in an order that does not depend on anything else.
std::vector<CrashUnit> units_of(const CrashWork& work);

// Does one part. With a stop request its result is not whole.
CrashTally run_unit(
    const CrashUnit& unit, Injector& injector, const CrashWork& work, std::uint64_t seed,
    const std::stop_token& stop);

// How a mutant, a firmware with a defect that was put there on purpose, gave itself away.
struct MutantCaught {
  std::string by;  // "single", "hazard"...
  CrashFinding finding;
};

// The standard sweep of a check on a mutant: everything that a check does, in small, up to the
// first thing that is wrong. The reference is that of the firmware without the defect. Nothing when
// all is as it should be.
std::optional<MutantCaught> try_mutant(
    CrashSubject& mutant, const CrashReference& reference, std::uint64_t seed,
    const std::stop_token& stop);

}  // namespace sunfleck
