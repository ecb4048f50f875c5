#include <algorithm>

#include "core/base/text.h"
#include "core/check/crash_sweep.h"

namespace sunfleck {
namespace {

constexpr std::size_t ways_back_watched = 32;

bool counts_power_ups(const RunTrace::Write& write, const std::vector<MemoryRegion>& regions) {
  return std::ranges::any_of(regions, [&](const MemoryRegion& region) {
    return region.kind == MemoryRegion::Kind::counts && write.offset >= region.offset &&
        write.offset < region.offset + region.bytes;
  });
}

// The writes of the longest step from one commit to the next, and those of a power-up itself.
std::uint64_t writes_of_one_step(
    const RunTrace& trace, const std::vector<MemoryRegion>& regions) {
  std::uint64_t longest = 0;
  std::uint64_t step = 0;
  std::uint64_t booting = 0;
  for (std::size_t i = 0; i < trace.writes.size(); ++i) {
    ++step;
    if (counts_power_ups(trace.writes[i], regions)) ++booting;
    longest = std::max(longest, step);
    if (ends_commit(trace, i, regions)) step = 0;
  }
  return booting + longest;
}

void watch(Injector& injector, const BoardState& state, HazardDetector& detector) {
  detector.power_up();
  injector.subject().begin(state.memory);
  injector.subject().power_up({.write = injector.most_writes()}, &detector);
}

void find_hazards(Injector& injector, const RunTrace& trace, CrashTally& tally) {
  const CrashReference& reference = injector.reference();
  HazardDetector detector(reference.regions, reference.start.memory.size());
  watch(injector, reference.start, detector);
  std::vector<std::uint64_t> after;  // commits
  for (std::size_t i = 0; i < trace.writes.size(); ++i)
    if (ends_commit(trace, i, reference.regions)) after.push_back(i + 1);
  const std::size_t stride = 1 + after.size() / ways_back_watched;
  TraceWalk walk(trace);
  for (std::size_t i = 0; i < after.size(); i += stride)
    watch(injector, walk.after({.write = after[i], .bytes = PowerFailure::whole}), detector);
  tally.hazards = detector.hazards();
}

// The failure that ends a power cycle after one step of work.
PowerFailure end_after_one_step(Injector& injector, const RunTrace& trace) {
  constexpr std::uint64_t readings_of_one_step = 3;  // one at power-up, one before and after
  if (injector.subject().acts_on_supply()) return {.low = readings_of_one_step};
  return {
      .write = writes_of_one_step(trace, injector.reference().regions),
      .bytes = PowerFailure::whole};
}

std::optional<std::string> what_stops_it(
    Injector& injector, const PowerFailure& end, std::uint64_t most_cycles) {
  CrashSubject& subject = injector.subject();
  const CrashReference& reference = injector.reference();
  subject.begin(reference.start.memory);
  for (std::uint64_t cycle = 1; cycle <= most_cycles; ++cycle) {
    const std::uint64_t before = subject.progress();
    const CycleEnd ended = subject.power_up(end, nullptr);
    const bool done = subject.reported().inferences_done == reference.inferences_done;
    if (ended == CycleEnd::crashed || (ended == CycleEnd::asleep && done))
      return injector.judge(ended, 0);
    if (subject.progress() <= before)
      return join("power cycle ", cycle, " had room for one step and made no progress");
  }
  return join("not done after ", most_cycles, " power cycles of one step each");
}

void find_livelock(Injector& injector, const RunTrace& trace, CrashTally& tally) {
  const PowerFailure end = end_after_one_step(injector, trace);
  const std::uint64_t most_cycles = 16 + 2 * (trace.writes.size() + trace.readings);
  auto what = what_stops_it(injector, end, most_cycles);
  if (what) add_finding(tally, {.schedule = {end}, .what = "again and again: " + *what});
}

}  // namespace

CrashTally sweep_basics(Injector& injector) {
  CrashTally tally;
  const BoardState& start = injector.reference().start;
  std::uint64_t least = 0;
  if (auto what = injector.finish(start, least)) {
    add_finding(tally, {.schedule = {}, .what = *std::move(what)});
    return tally;
  }
  const RunTrace trace = injector.record(start);
  find_hazards(injector, trace, tally);
  find_livelock(injector, trace, tally);
  return tally;
}

}  // namespace sunfleck
