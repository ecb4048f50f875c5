#include "core/check/crash_tally.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/check/failure_schedule.h"

namespace sunfleck {

std::uint64_t total_injections(const CrashTally& tally) {
  return std::accumulate(tally.injections.begin(), tally.injections.end(), std::uint64_t{0});
}

void count(CrashTally& tally, Injection kind, std::uint64_t failures) {
  ++tally.injections.at(static_cast<std::size_t>(kind));
  tally.failures += failures;
}

void add_finding(CrashTally& tally, CrashFinding finding) {
  ++tally.wrong;
  std::vector<CrashFinding>& kept = tally.findings;
  const auto place = std::ranges::upper_bound(
      kept, finding.schedule, &is_simpler, [](const CrashFinding& f) -> const FailureSchedule& {
        return f.schedule;
      });
  kept.insert(place, std::move(finding));
  if (kept.size() > findings_kept) kept.pop_back();
}

void add(CrashTally& to, const CrashTally& other) {
  for (std::size_t i = 0; i < to.injections.size(); ++i)
    to.injections[i] += other.injections[i];
  to.failures += other.failures;
  const std::uint64_t wrong = to.wrong + other.wrong;
  for (const CrashFinding& finding : other.findings)
    add_finding(to, finding);
  to.wrong = wrong;
  to.hazards.insert(to.hazards.end(), other.hazards.begin(), other.hazards.end());
  std::ranges::sort(to.hazards);
  const auto repeated = std::ranges::unique(to.hazards);
  to.hazards.erase(repeated.begin(), repeated.end());
}

double rule_of_three(std::uint64_t runs) {
  return runs < 3 ? 1.0 : 3.0 / static_cast<double>(runs);
}

}  // namespace sunfleck
