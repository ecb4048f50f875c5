#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/check/crash_subject.h"
#include "core/check/crash_tally.h"
#include "core/check/run_trace.h"

namespace sunfleck {

// The run without a failure, which every other run is compared with.
struct CrashReference {
  std::vector<MemoryRegion> regions;
  BoardState start;                                // before its only power cycle
  std::vector<std::vector<std::uint8_t>> outputs;  // by inference
  std::uint64_t seen = 0;                          // all of them, as of BoardState
  std::optional<std::uint32_t> inferences_done;
  std::vector<std::uint8_t> memory;  // at its end
  std::uint64_t writes = 0;
  std::uint64_t readings = 0;
  std::uint64_t cycles = 0;
};

// Runs the workload once from a board that was used before.
// Fails with invalid_argument when it does not come to an end, reports a fault or no result, or
// results out of order or of more than inferences_max inferences.
Result<CrashReference> take_reference(CrashSubject& subject);

// Runs a subject with power failures and judges what came of it.
class Injector {
 public:
  Injector(CrashSubject& subject, const CrashReference& reference)
      : subject_(&subject), reference_(&reference) {}

  const CrashReference& reference() const { return *reference_; }
  CrashSubject& subject() { return *subject_; }

  RunTrace record(const BoardState& start, std::uint64_t low = 0) {
    return record_cycle(*subject_, start, low, most_writes());
  }
  // What is wrong when the board goes on from this state without a further failure; nothing when
  // all is as in the reference. Committed work below `least` is wrong too; `least` rises to what
  // there is.
  std::optional<std::string> finish(const BoardState& state, std::uint64_t& least);
  // Likewise after the failures of a schedule, from the begin on.
  std::optional<std::string> run(const FailureSchedule& schedule);
  // Whether committed work was lost since it was `least`, which rises to what there is.
  std::optional<std::string> judge_progress(std::uint64_t& least);
  // What is wrong after the power cycles since subject().begin(), the last of which ended so.
  std::optional<std::string> judge(CycleEnd ended, std::uint64_t seen_before);

  // More than any power cycle writes that comes to its end.
  std::uint64_t most_writes() const { return 4 * reference_->writes + 4096; }

 private:
  std::optional<std::string> judge_results(std::uint64_t seen_before);

  CrashSubject* subject_;
  const CrashReference* reference_;
};

// The same schedule without the failures that are not needed for something to be wrong.
CrashFinding simplest(Injector& injector, const FailureSchedule& schedule);

}  // namespace sunfleck
