#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/check/crash_subject.h"
#include "core/check/hazards.h"

namespace sunfleck {

// What was done to a board, one count each.
enum class Injection : std::uint8_t {
  before,   // a power failure before a write
  torn,     // within it
  after,    // right after it
  asleep,   // while the board sleeps
  at_cycle, // at a cycle that has nothing to do with a write
  second,   // one on the way back from another
  third,    // and one on the way back from that
  chain     // many, at random distances
};
inline constexpr std::array<std::string_view, 8> injection_names{
    "before", "torn", "after", "asleep", "cycle", "second", "third", "chain"};

// A schedule of power failures after which something was wrong, and what.
struct CrashFinding {
  FailureSchedule schedule;
  std::string what;
};

// What a part of a check found; parts are added in any order with the same sum.
struct CrashTally {
  std::array<std::uint64_t, injection_names.size()> injections{};  // by Injection: runs to the end
  std::uint64_t failures = 0;  // power failures in all of them
  std::uint64_t wrong = 0;     // runs after which something was wrong
  std::vector<CrashFinding> findings;  // of those the simplest, at most `findings_kept`
  std::vector<Hazard> hazards;         // in order, none twice
};

inline constexpr std::size_t findings_kept = 10;

std::uint64_t total_injections(const CrashTally& tally);
void count(CrashTally& tally, Injection kind, std::uint64_t failures);
void add_finding(CrashTally& tally, CrashFinding finding);
void add(CrashTally& to, const CrashTally& other);

// The probability of a wrong run that is excluded with 95 % confidence when `runs` independent runs
// had none wrong. Source: Hanley and Lippman-Hand, "If nothing goes wrong, is everything all
// right?", JAMA 249 (1983): 3 / n. 1 for fewer than 3 runs.
double rule_of_three(std::uint64_t runs);

}  // namespace sunfleck
