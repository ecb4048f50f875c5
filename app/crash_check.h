#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/check/crash_work.h"

namespace sunfleck::app {

// A board with a workload that a crash check fails the power of.
struct CrashBoard {
  std::string network;
  std::string strategy;
  std::string kind;    // "host" or "virtual"
  std::string sha256;  // of all that decides what it does: firmware, network, inputs
  // A subject of its own for each thread; with a seeded defect (0: none) on a host board.
  std::function<Result<std::unique_ptr<CrashSubject>>(std::size_t defect)> make;
};

struct CrashCheckSettings {
  CrashAmounts amounts;
  std::size_t mutants = 0;  // seeded defects that are tried, from the first on
  unsigned jobs = 1;        // threads
  std::uint64_t seed = 1;
  std::string state_file;  // where the state is kept, to go on after an end; empty: nowhere
};

struct CrashBoardResult {
  std::string network, strategy, kind;
  std::uint64_t writes = 0;  // of the run without a failure
  std::uint64_t sites = 0;   // at which a single failure can come
  CrashTally tally;
};

struct MutantResult {
  std::size_t defect = 0;  // index of seeded_defects()
  bool caught = false;
  std::string network, strategy;  // of the board that caught it
  MutantCaught how;
};

struct CrashCheckResult {
  std::vector<CrashBoardResult> boards;
  std::vector<MutantResult> mutants;      // in order, those that were tried
  std::vector<std::string> disagreements;  // strategies whose outputs differ without a failure
  double seconds = 0.0;                   // of wall time, earlier parts of it included
  bool complete = false;                  // else it was stopped
};

// 0 wrong runs, no hazard, no disagreement, every mutant caught.
bool is_clean(const CrashCheckResult& result);

struct CrashProgress {
  std::uint64_t done = 0, all = 0;  // units of about equal length on one board
  std::uint64_t wrong = 0;
  double seconds_left = 0.0;  // an estimate; 0 while there is none
};

// Checks all boards and, on `for_mutants` (host boards), all mutants, with as many threads as asked
// for. The result but for `seconds` depends on boards, amounts and seed only: not on the number of
// threads, nor on whether the check was stopped and gone on with.
//
//   stop    ends it early; with a state file the same call goes on from there
//   fails   when a board cannot be made or does not work without a failure, and when the state file
//           cannot be read or written, or is that of another check
Result<CrashCheckResult> check_crash(
    const CrashCheckSettings& settings, const std::vector<CrashBoard>& boards,
    const std::vector<CrashBoard>& for_mutants,
    const std::function<void(const CrashProgress&)>& on_progress, const std::stop_token& stop);

}  // namespace sunfleck::app
