#include "core/check/crash_sweep.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/text.h"
#include "core/check/failure_schedule.h"

namespace sunfleck {
namespace {

constexpr std::uint64_t most_failures = 200;  // of a chain
constexpr std::uint64_t thirds_per_first = 4;
constexpr std::uint64_t chains_simplified = 3;  // of one call; simplifying takes many runs

Injection kind_of(const PowerFailure& failure) {
  if (failure.write == 0) return failure.cycle > 0 ? Injection::at_cycle : Injection::asleep;
  if (failure.bytes == 0) return Injection::before;
  return failure.bytes == PowerFailure::whole ? Injection::after : Injection::torn;
}

// Runs the board to its end from a state and counts it.
void inject(
    Injector& injector, const BoardState& state, const FailureSchedule& schedule, Injection kind,
    std::uint64_t& least, CrashTally& tally) {
  count(tally, kind, schedule.size());
  if (auto what = injector.finish(state, least))
    add_finding(tally, {.schedule = schedule, .what = *std::move(what)});
}

// Calls `each` with the state after each chosen site, the failure that leads to it, and the work
// that was committed at the sites before.
template <class Each>
void for_each_state(
    Injector& injector, const CrashSites& sites, std::span<const std::uint64_t> chosen,
    const std::stop_token& stop, Each each) {
  const BoardState& start = injector.reference().start;
  for (std::size_t e = 0; e < sites.episodes.size() && !chosen.empty(); ++e) {
    const auto [low, first] = sites.episodes[e];
    const bool is_last = e + 1 == sites.episodes.size();
    const std::uint64_t end = is_last ? sites.count : sites.episodes[e + 1].first;
    if (chosen.front() >= end) continue;
    const RunTrace trace = injector.record(start, low);
    const TraceSites places(trace, low);
    TraceWalk walk(trace);
    std::uint64_t least = 0;
    for (; !chosen.empty() && chosen.front() < end; chosen = chosen.subspan(1)) {
      if (stop.stop_requested()) return;
      const PowerFailure failure = places[chosen.front() - first];
      each(walk.after(failure), failure, least);
    }
  }
}

// How many writes of a trace lie on the way back: up to the end of the first commit.
std::size_t way_back(const RunTrace& trace, const std::vector<MemoryRegion>& regions) {
  for (std::size_t i = 0; i < trace.writes.size(); ++i)
    if (ends_commit(trace, i, regions)) return i + 1;
  return trace.writes.size();
}

// The way back from a second failure, with a third one before, within and after every write.
void sweep_third(
    Injector& injector, const BoardState& state, FailureSchedule schedule, Random& random,
    std::uint64_t least, CrashTally& tally) {
  const RunTrace trace = injector.record(state);
  TraceWalk walk(trace);
  schedule.emplace_back();
  for (std::size_t k = 1; k <= way_back(trace, injector.reference().regions); ++k) {
    const std::uint32_t size = trace.writes[k - 1].size;
    const auto torn = static_cast<std::uint32_t>(size < 2 ? 0 : 1 + random.below(size - 1));
    for (const std::uint32_t bytes : {0U, torn, PowerFailure::whole}) {
      schedule.back() = {.write = k, .bytes = bytes};
      inject(injector, walk.after(schedule.back()), schedule, Injection::third, least, tally);
    }
  }
}

void sweep_second(
    Injector& injector, const BoardState& state, const PowerFailure& first, Random& random,
    std::uint64_t least, CrashTally& tally) {
  RunTrace trace = injector.record(state);
  trace.writes.resize(way_back(trace, injector.reference().regions));
  const TraceSites places(trace, 0);
  const std::uint64_t count = places.size() - 1;  // the last is the end of what was not cut
  if (count == 0) return;
  const std::vector<std::uint64_t> thirds = draw_sites(count, thirds_per_first, random);
  TraceWalk walk(trace);
  for (std::uint64_t i = 0; i < count; ++i) {
    const FailureSchedule schedule{first, places[i]};
    const BoardState& after = walk.after(places[i]);
    inject(injector, after, schedule, Injection::second, least, tally);
    if (std::ranges::binary_search(thirds, i))
      sweep_third(injector, after, schedule, random, least, tally);
  }
}

// 1 and more, with this mean.
std::uint64_t geometric(double mean, Random& random) {
  if (!(mean > 1.0)) return 1;
  const double drawn = std::log(1.0 - random.uniform()) / std::log(1.0 - 1.0 / mean);
  return 1 + static_cast<std::uint64_t>(std::min(drawn, 1e9));
}

// The failures of one chain, as they are drawn.
class ChainSource {
 public:
  ChainSource(const CrashReference& reference, bool acts_on_supply, Random random)
      : random_(random), acts_on_supply_(acts_on_supply) {
    const double inferences = std::max<double>(1.0, static_cast<double>(reference.outputs.size()));
    const double wanted = std::exp(random_.uniform() * std::log(most_failures));
    writes_ = std::max(2.0, static_cast<double>(reference.writes) / inferences / wanted);
    readings_ = std::max(2.0, static_cast<double>(reference.readings) / inferences / wanted);
  }

  PowerFailure next() {
    PowerFailure failure{.write = geometric(writes_, random_)};
    constexpr std::uint64_t longest = 96;  // bytes of a torn write, and more than most have
    const std::uint64_t way = random_.below(3);
    if (way == 1) failure.bytes = static_cast<std::uint32_t>(1 + random_.below(longest));
    if (way == 2) failure.bytes = PowerFailure::whole;
    if (!acts_on_supply_) return failure;
    // Most failures announce themselves by a falling supply; of these, most leave enough time.
    constexpr std::uint64_t sudden = 4;
    if (random_.below(sudden) == 0) return failure;
    if (random_.below(sudden) != 0) failure = {};
    failure.low = geometric(readings_, random_);
    return failure;
  }

 private:
  Random random_;
  bool acts_on_supply_;
  double writes_ = 0.0, readings_ = 0.0;  // mean from one failure to the next
};

bool is_done(const CrashSubject& subject, const CrashReference& reference) {
  return subject.reported().inferences_done == reference.inferences_done;
}

// Runs one chain; returns what is wrong, and the failures that came in `schedule`.
std::optional<std::string> run_chain(
    Injector& injector, ChainSource source, FailureSchedule& schedule) {
  CrashSubject& subject = injector.subject();
  schedule.clear();
  subject.begin(injector.reference().start.memory);
  std::uint64_t least = 0;
  while (schedule.size() < most_failures) {
    schedule.push_back(source.next());
    const CycleEnd ended = subject.power_up(schedule.back(), nullptr);
    if (ended == CycleEnd::crashed) return injector.judge(ended, 0);
    if (auto lost = injector.judge_progress(least)) return lost;
    if (ended == CycleEnd::asleep && is_done(subject, injector.reference())) {
      schedule.back() = {.low = schedule.back().low};  // the rest of it did not come
      if (schedule.back().low == 0) schedule.pop_back();
      return injector.judge(ended, 0);
    }
  }
  return injector.judge(subject.power_up({.write = injector.most_writes()}, nullptr), 0);
}

}  // namespace

CrashTally sweep_single(
    Injector& injector, const CrashSites& sites, std::span<const std::uint64_t> chosen,
    const std::stop_token& stop) {
  CrashTally tally;
  for_each_state(
      injector, sites, chosen, stop,
      [&](const BoardState& state, const PowerFailure& failure, std::uint64_t& least) {
        inject(injector, state, {failure}, kind_of(failure), least, tally);
      });
  return tally;
}

CrashTally sweep_nested(
    Injector& injector, const CrashSites& sites, std::span<const std::uint64_t> chosen,
    std::uint64_t seed, const std::stop_token& stop) {
  CrashTally tally;
  for_each_state(
      injector, sites, chosen, stop,
      [&](const BoardState& state, const PowerFailure& failure, std::uint64_t& least) {
        Random random(seed, "nested " + to_text({failure}));
        sweep_second(injector, state, failure, random, least, tally);
      });
  return tally;
}

CrashTally sweep_chains(
    Injector& injector, std::uint64_t first, std::uint64_t count_of_chains, std::uint64_t seed,
    const std::stop_token& stop) {
  CrashTally tally;
  FailureSchedule schedule;
  const bool acts_on_supply = injector.subject().acts_on_supply();
  for (std::uint64_t i = first; i < first + count_of_chains && !stop.stop_requested(); ++i) {
    const ChainSource source(
        injector.reference(), acts_on_supply, Random(seed, join("chain ", i)));
    const auto what = run_chain(injector, source, schedule);
    count(tally, Injection::chain, schedule.size());
    if (!what) continue;
    const bool simplify = tally.wrong < chains_simplified;
    add_finding(
        tally, simplify ? simplest(injector, schedule) : CrashFinding{schedule, *what});
  }
  return tally;
}

CrashTally sweep_cycles(
    Injector& injector, std::uint64_t first, std::uint64_t count_of_cycles, std::uint64_t seed,
    const std::stop_token& stop) {
  CrashTally tally;
  const std::uint64_t cycles = injector.reference().cycles;
  if (cycles == 0) return tally;
  for (std::uint64_t i = first; i < first + count_of_cycles && !stop.stop_requested(); ++i) {
    const FailureSchedule schedule{{.cycle = 1 + Random(seed, join("cycle ", i)).below(cycles)}};
    count(tally, Injection::at_cycle, 1);
    if (auto what = injector.run(schedule))
      add_finding(tally, {.schedule = schedule, .what = *std::move(what)});
  }
  return tally;
}

}  // namespace sunfleck
