#include "drivers/host_board/host_subject.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/base/random.h"
#include "core/check/crash_sweep.h"
#include "core/check/crash_work.h"
#include "core/check/failure_schedule.h"
#include "core/check/small_networks.h"
#include "core/network/compile.h"

namespace sunfleck {
namespace {

using Ram = HostSubject::Ram;

// A small network by its name, with two inputs for two inferences.
Workload workload(std::string_view name, Strategy strategy) {
  const auto small = std::ranges::find(small_networks(), name, &SmallNetwork::name);
  auto network = compile(small->make(), {.tile_macs = 200});
  EXPECT_TRUE(network);
  Workload workload{
      .network = network->image,
      .strategy = strategy,
      .record_level = RecordLevel::results,
      .inferences = 2,
      .attempts = 65535};
  Random random(1, "inputs");
  for (std::uint64_t i = 0; i < 2 * network->input.bytes(); ++i)
    workload.inputs.push_back(static_cast<std::uint8_t>(random.bits()));
  return workload;
}

struct Case {
  Strategy strategy;
  Ram ram = Ram::plenty;
  std::uint16_t tiles_per_commit = FW_COMMIT_AS_PLANNED;
};
constexpr std::array cases{
    Case{Strategy::restart},
    Case{Strategy::layer},
    Case{Strategy::tile},
    Case{Strategy::tile, Ram::just_enough},
    Case{Strategy::tile, Ram::just_enough, 3},
    Case{Strategy::voltage}};

Workload workload(std::string_view name, const Case& each) {
  Workload all = workload(name, each.strategy);
  all.tiles_per_commit = each.tiles_per_commit;
  return all;
}

std::size_t defect_called(std::string_view name) {
  const auto found = std::ranges::find(seeded_defects(), name, &SeededDefect::name);
  return static_cast<std::size_t>(found - seeded_defects().begin());
}

CrashTally everything(CrashSubject& subject, const CrashAmounts& amounts) {
  const auto work = plan_work(subject, amounts, 1);
  EXPECT_TRUE(work) << work.error().text;
  Injector injector(subject, work->reference);
  CrashTally tally;
  for (const CrashUnit& unit : units_of(*work))
    add(tally, run_unit(unit, injector, *work, 1, {}));
  return tally;
}

std::string first_finding(const CrashTally& tally) {
  if (tally.findings.empty()) return "";
  return to_text(tally.findings.front().schedule) + ": " + tally.findings.front().what;
}

TEST(HostSubject, SurvivesAFailureEverywhereWithAllStrategies) {
  std::uint64_t torn = 0;
  for (const Case& each : cases) {
    SCOPED_TRACE(static_cast<int>(each.strategy));
    HostSubject subject(workload("dense", each), each.ram);
    const CrashTally tally = everything(subject, {.nested = 5});
    EXPECT_EQ(tally.wrong, 0U) << first_finding(tally);
    EXPECT_TRUE(tally.hazards.empty());
    torn += tally.injections[static_cast<std::size_t>(Injection::torn)];
  }
  EXPECT_GT(torn, 3000U);
}

TEST(HostSubject, SurvivesTwoThousandChainsOfFailures) {
  std::uint64_t failures = 0;
  for (const Case& each : cases) {
    SCOPED_TRACE(static_cast<int>(each.strategy));
    HostSubject subject(workload("residual", each), each.ram);
    const CrashTally tally = everything(subject, {.single = 0, .chains = 2000 / cases.size() + 1});
    EXPECT_EQ(tally.wrong, 0U) << first_finding(tally);
    failures += tally.failures;
  }
  EXPECT_GT(failures, 20'000U);
}

TEST(HostSubject, GivesAwayEverySeededDefect) {
  std::vector<Workload> workloads;
  std::vector<CrashReference> references;
  for (const Case& each : cases) {
    workloads.push_back(workload("separable", each));
    HostSubject clean(workloads.back(), each.ram);
    references.push_back(*take_reference(clean));
  }
  for (std::size_t defect = 1; defect < seeded_defects().size(); ++defect) {
    bool caught = false;
    for (std::size_t i = 0; i < cases.size() && !caught; ++i) {
      HostSubject mutant(workloads[i], cases[i].ram, defect);
      const auto how = try_mutant(mutant, references[i], 1, {});
      caught = how.has_value();
      if (!caught || how->by == "hazard") continue;
      // What was found can be shown again; only lack of progress, and committed work that is lost,
      // show beside the run that was interrupted and are no single run's matter.
      HostSubject again(workloads[i], cases[i].ram, defect);
      Injector injector(again, references[i]);
      const std::string& what = how->finding.what;
      const bool beside =
          what.find("progress") != std::string::npos || what.find("lost") != std::string::npos;
      EXPECT_TRUE(beside || injector.run(how->finding.schedule))
          << seeded_defects()[defect].name << ": " << to_text(how->finding.schedule);
    }
    EXPECT_TRUE(caught) << seeded_defects()[defect].name;
  }
}

TEST(HostSubject, ItsHazardsAreFoundWithoutAFailure) {
  for (const char* name : {"accumulate-in-place", "input-in-place"}) {
    const Workload work = workload("dense", Case{Strategy::tile});
    HostSubject clean(work, Ram::just_enough);
    const CrashReference reference = *take_reference(clean);
    HostSubject mutant(work, Ram::just_enough, defect_called(name));
    HazardDetector detector(reference.regions, reference.start.memory.size());
    mutant.begin(reference.start.memory);
    mutant.power_up({}, &detector);
    ASSERT_FALSE(detector.hazards().empty()) << name;
    EXPECT_EQ(detector.hazards().front().region, "activations");
  }
}

TEST(HostSubject, AFailureIsWhereTheScheduleSays) {
  const Workload work = workload("dense", Case{Strategy::tile});
  HostSubject subject(work);
  const BoardState start{.memory = subject.used_memory()};
  const RunTrace trace = record_cycle(subject, start, 0, 1'000'000);
  const TraceSites sites(trace, 0);
  TraceWalk walk(trace);
  for (std::uint64_t i = 0; i + 1 < sites.size(); ++i) {
    subject.begin(start.memory);
    ASSERT_EQ(subject.power_up(sites[i], nullptr), CycleEnd::power_lost);
    const std::vector<std::uint8_t>& told = walk.after(sites[i]).memory;
    ASSERT_TRUE(std::ranges::equal(subject.nonvolatile(), told)) << to_text({sites[i]});
  }
}

TEST(HostSubject, TheSequenceNumbersOfAUsedBoardWrapDuringTheRun) {
  HostSubject subject(workload("dense", Case{Strategy::tile}));
  const std::vector<std::uint8_t> used = subject.used_memory();
  for (const MemoryRegion& region : subject.regions()) {
    if (region.kind != MemoryRegion::Kind::record) continue;
    std::uint32_t sequence = 0;
    std::memcpy(&sequence, &used[region.offset + region.stride], sizeof sequence);
    EXPECT_GT(sequence, 0xFFFFFFF0U) << region.name;
    subject.begin(used);
    subject.power_up({}, nullptr);
    std::memcpy(&sequence, &subject.nonvolatile()[region.offset + region.stride], sizeof sequence);
    EXPECT_LT(sequence, 0xFFFFU) << region.name;
  }
}

}  // namespace
}  // namespace sunfleck
