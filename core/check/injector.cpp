#include "core/check/injector.h"

#include <utility>

#include "core/check/memory_difference.h"

namespace sunfleck {
namespace {

Error bad(const auto&... what) { return fail(Errc::invalid_argument, "crash check: ", what...); }

std::string count_text(const std::optional<std::uint32_t>& count) {
  return count ? join(*count) : "no";
}

std::string fault_text(const std::optional<std::uint8_t>& fault) {
  return fault ? join("fault ", int{*fault}) : "no fault";
}

}  // namespace

Result<CrashReference> take_reference(CrashSubject& subject) {
  constexpr std::uint64_t plenty = 100'000'000;
  const BoardState start{.memory = subject.used_memory()};
  const RunTrace trace = record_cycle(subject, start, 0, plenty);
  if (trace.ended != CycleEnd::asleep) return bad("the run without a failure does not end");
  const ReportedRun& reported = subject.reported();
  if (reported.fault || reported.results.empty())
    return bad(
        "without a failure the board reports ", fault_text(reported.fault), " and ",
        reported.results.size(), " results");
  CrashReference reference{
      .regions = subject.regions(),
      .start = start,
      .seen = trace.end.seen,
      .inferences_done = reported.inferences_done,
      .memory = trace.end.memory,
      .writes = trace.writes.size(),
      .readings = trace.readings,
      .cycles = trace.cycles};
  for (const ReportedResult& result : reported.results) {
    if (result.inference >= inferences_max)
      return bad("at most ", inferences_max, " inferences, and inference ", result.inference, " came");
    if (result.inference != reference.outputs.size())
      return bad("inference ", result.inference, " came out of order");
    reference.outputs.push_back(result.output);
  }
  return reference;
}

std::optional<std::string> Injector::judge_progress(std::uint64_t& least) {
  const std::uint64_t progress = subject_->progress();
  if (progress < least) return "committed work was lost";
  least = progress;
  return std::nullopt;
}

std::optional<std::string> Injector::finish(const BoardState& state, std::uint64_t& least) {
  subject_->begin(state.memory);
  if (auto lost = judge_progress(least)) return lost;
  const CycleEnd ended = subject_->power_up({.write = most_writes()}, nullptr);
  return judge(ended, state.seen);
}

std::optional<std::string> Injector::run(const FailureSchedule& schedule) {
  subject_->begin(reference_->start.memory);
  std::uint64_t least = 0;
  for (const PowerFailure& failure : schedule) {
    if (subject_->power_up(failure, nullptr) == CycleEnd::crashed)
      return judge(CycleEnd::crashed, 0);
    if (auto lost = judge_progress(least)) return lost;
  }
  return judge(subject_->power_up({.write = most_writes()}, nullptr), 0);
}

std::optional<std::string> Injector::judge(CycleEnd ended, std::uint64_t seen_before) {
  if (ended == CycleEnd::crashed) return "the processor trapped";
  if (ended == CycleEnd::power_lost) return "the run did not come to its end";
  if (auto wrong = judge_results(seen_before)) return wrong;
  const ReportedRun& reported = subject_->reported();
  if (reported.fault) return join("the board reports ", fault_text(reported.fault));
  if (reported.inferences_done != reference_->inferences_done)
    return join(
        count_text(reported.inferences_done), " inferences done, and ",
        count_text(reference_->inferences_done), " without a failure");
  return memory_difference(reference_->regions, subject_->nonvolatile(), reference_->memory);
}

std::optional<std::string> Injector::judge_results(std::uint64_t seen_before) {
  std::uint64_t seen = seen_before;
  for (const auto& [inference, output] : subject_->reported().results) {
    if (inference >= reference_->outputs.size())
      return join("a result of inference ", inference, ", which there is not");
    if (output != reference_->outputs[inference])
      return join("inference ", inference, ": the output differs");
    seen |= std::uint64_t{1} << inference;
  }
  for (std::size_t i = 0; i < reference_->outputs.size(); ++i)
    if ((seen >> i & 1U) == 0) return join("inference ", i, ": no result came");
  return std::nullopt;
}

CrashFinding simplest(Injector& injector, const FailureSchedule& schedule) {
  constexpr int most_runs = 2000;
  CrashFinding finding{.schedule = schedule};
  finding.what = injector.run(schedule).value_or("not wrong when it is repeated");
  int runs = 1;
  for (std::size_t from = finding.schedule.size(); from-- > 0 && runs < most_runs; ++runs) {
    FailureSchedule shorter = finding.schedule;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(from));
    auto what = injector.run(shorter);
    if (what) finding = {.schedule = std::move(shorter), .what = *std::move(what)};
  }
  return finding;
}

}  // namespace sunfleck
