#include "drivers/virtual_target/virtual_subject.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "core/check/crash_work.h"
#include "core/check/failure_schedule.h"
#include "core/check/small_networks.h"
#include "core/network/compile.h"
#include "drivers/host_board/host_subject.h"

namespace sunfleck {
namespace {

std::vector<std::uint8_t> firmware() {
  std::ifstream file(FIRMWARE_ELF, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Workload workload(Strategy strategy) {
  auto network = compile(small_networks()[1].make(), {.tile_macs = 200});
  EXPECT_TRUE(network);
  return {
      .network = network->image,
      .inputs = std::vector<std::uint8_t>(network->input.bytes(), 7),
      .strategy = strategy,
      .record_level = RecordLevel::results,
      .inferences = 1,
      .attempts = 65535};
}

TEST(VirtualSubject, SurvivesFailuresAtStoresAndCyclesWithAllStrategies) {
  for (const Strategy strategy :
       {Strategy::restart, Strategy::layer, Strategy::tile, Strategy::voltage}) {
    SCOPED_TRACE(static_cast<int>(strategy));
    auto subject = VirtualSubject::open(workload(strategy), firmware());
    ASSERT_TRUE(subject) << subject.error().text;
    const auto work = plan_work(**subject, {.single = 60, .chains = 4, .cycles = 20}, 1);
    ASSERT_TRUE(work) << work.error().text;
    Injector injector(**subject, work->reference);
    CrashTally tally;
    for (const CrashUnit& unit : units_of(*work))
      add(tally, run_unit(unit, injector, *work, 1, {}));
    EXPECT_EQ(tally.wrong, 0U) << to_text(tally.findings.front().schedule) << ": "
                               << tally.findings.front().what;
    EXPECT_TRUE(tally.hazards.empty());
    EXPECT_GE(total_injections(tally), 84U);
  }
}

TEST(VirtualSubject, ComputesWhatTheFirmwareOnTheHostDoes) {
  const Workload work = workload(Strategy::tile);
  auto subject = VirtualSubject::open(work, firmware());
  ASSERT_TRUE(subject) << subject.error().text;
  const auto on_board = take_reference(**subject);
  HostSubject host(work);
  const auto on_host = take_reference(host);
  ASSERT_TRUE(on_board && on_host);
  EXPECT_EQ(on_board->outputs, on_host->outputs);
  EXPECT_GT(on_board->writes, on_host->writes);  // stores of four bytes and less
  EXPECT_GT(on_board->cycles, 10'000U);
}

TEST(VirtualSubject, AStoreTearsAtItsBytes) {
  auto subject = VirtualSubject::open(workload(Strategy::tile), firmware());
  ASSERT_TRUE(subject) << subject.error().text;
  const BoardState start{.memory = (*subject)->used_memory()};
  const RunTrace trace = record_cycle(**subject, start, 0, 1'000'000);
  const TraceSites sites(trace, 0);
  TraceWalk walk(trace);
  for (std::uint64_t i = 0; i < 60; ++i) {
    (*subject)->begin(start.memory);
    ASSERT_EQ((*subject)->power_up(sites[i], nullptr), CycleEnd::power_lost);
    const std::vector<std::uint8_t>& told = walk.after(sites[i]).memory;
    ASSERT_TRUE(std::ranges::equal((*subject)->nonvolatile(), told)) << to_text({sites[i]});
  }
}

}  // namespace
}  // namespace sunfleck
