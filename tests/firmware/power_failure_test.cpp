#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "core/network/compile.h"
#include "core/network/demo_network.h"
#include "target_fw/rt/commit.h"
#include "target_fw/rt/nv_layout.h"
#include "target_fw/rt/slots.h"
#include "tests/firmware/host_bench.h"

namespace sunfleck {
namespace {

constexpr std::uint32_t inferences = 3;
constexpr std::uint32_t working_bytes = 4096;  // little, for it is filled anew at each power-up
constexpr std::uint32_t low_mv = 2400;
constexpr std::uint32_t high_mv = 3000;

// Falls a little with each measurement: with each tile.
std::uint32_t falling(std::uint32_t n) { return n < 20 ? high_mv - 30 * n : low_mv; }

// Falls below the threshold now and then, and is back after two measurements of the sleeping board.
std::uint32_t dipping(std::uint32_t n) { return n % 7 < 4 || n % 7 == 6 ? high_mv : low_mv; }

// A way of keeping progress, with the supply that makes it act.
struct Way {
  const char* name;
  fw_strategy strategy;
  std::uint16_t tiles_per_commit;
  std::uint32_t (*supply)(std::uint32_t n);  // null: always high
  bool preserves;                            // progress within an inference
  bool little_ram = false;                   // no more than tiles need
};
constexpr std::array ways{
    Way{"restart", FW_STRATEGY_RESTART, 1, nullptr, false},
    Way{"layer", FW_STRATEGY_LAYER, 1, nullptr, true},
    Way{"tile", FW_STRATEGY_TILE, 1, nullptr, true},
    Way{"tile in little RAM", FW_STRATEGY_TILE, 1, nullptr, true, true},
    Way{"three tiles", FW_STRATEGY_TILE, 3, nullptr, true},
    Way{"tiles by energy", FW_STRATEGY_TILE, FW_COMMIT_BY_ENERGY, &falling, true},
    Way{"voltage", FW_STRATEGY_VOLTAGE, 1, &dipping, true}};

void configure(
    HostBench& bench, const Way& way, fw_record_level level, std::uint32_t attempts = 1000) {
  bench.tiles_per_commit = way.tiles_per_commit;
  bench.snapshot_mv = 2500;
  bench.off_mv = low_mv;
  bench.supply = way.supply;
  bench.configure(way.strategy, level, inferences, attempts);
}

constexpr std::uint64_t boot_bytes = 24;  // of a power-up's record
// Records of a first power-up: its own, and the verification's: a step of the image and one of the
// inputs, seven layers, and the ends of three parts.
constexpr std::uint64_t first_boot_bytes = boot_bytes + 12 * 24;

// A small network with a sum over a branch and two inputs for three inferences, and the outputs
// that the definitions of its operators give; without SOFTMAX, whose definition is not exact.
struct Case {
  std::vector<TestLayer> chain;
  std::vector<std::uint8_t> image;
  std::vector<std::uint8_t> inputs;
  std::vector<Values> expected;  // of each inference
};

// Every third has elements of 16 bits.
Case small_case(std::uint64_t seed) {
  Random random(seed, "power failure");
  const TestPrecision precision{
      .element_bytes = static_cast<std::uint16_t>(seed % 3 == 1 ? 2 : 1),
      .quantized_bytes = static_cast<std::uint16_t>(seed % 3 == 1 ? 2 : 1)};
  const std::vector<TestLayer> chain = random_chain(
      {FW_OP_CONV_2D, FW_OP_QUANTIZE, FW_OP_ADD, FW_OP_DEPTHWISE_CONV_2D, FW_OP_AVERAGE_POOL_2D,
       FW_OP_RESHAPE, FW_OP_FULLY_CONNECTED},
      {.height = 5, .width = 4, .channels = 2}, random, precision);
  std::vector<Values> inputs;
  std::vector<Values> outputs;
  for (int i = 0; i < 2; ++i) {
    inputs.push_back(random_values(bytes_of(chain.front().layer.input), random));
    outputs.push_back(expected_outputs(chain, inputs.back()).back());
  }
  return {chain, image_of(chain), inputs_blob(inputs), {outputs[0], outputs[1], outputs[0]}};
}

TEST(PowerFailure, TheNetworksOfTheseTestsAddWhatABranchKept) {
  const Case test = small_case(1);
  const fw_layer& add = test.chain.at(2).layer;
  EXPECT_EQ(add.op, FW_OP_ADD);
  EXPECT_NE(add.input.offset, add.input2.offset);
  EXPECT_EQ(add.input2.offset, test.chain.at(1).layer.input.offset);
}

void expect_strictly_growing(const std::vector<fw_record>& records) {
  std::pair<int, int> last{-1, -1};
  for (const fw_record& record : records) {
    const std::pair<int, int> now{record.header.boot, record.header.sequence};
    ASSERT_LT(last, now);
    last = now;
  }
}

// Everything that must hold however often the power failed on the way.
void expect_all_reported(const HostBench& bench, const Case& test) {
  ASSERT_EQ(bench.outputs().size(), test.expected.size());
  for (std::uint32_t i = 0; i < test.expected.size(); ++i)
    ASSERT_EQ(bench.outputs().at(i), test.expected[i]) << "inference " << i;
  ASSERT_TRUE(bench.repeats_agree());
  ASSERT_EQ(bench.overwritten_inputs(), 0U);
  ASSERT_TRUE(bench.of_type(FW_RECORD_FAULT).empty());
  ASSERT_FALSE(bench.of_type(FW_RECORD_IDLE).empty());
  ASSERT_EQ(bench.of_type(FW_RECORD_IDLE).back().body.idle.inferences_done, inferences);
  expect_strictly_growing(bench.records);
}

std::uint32_t ram_of(const Case& test, const Way& way) {
  fw_image_header header{};
  std::memcpy(&header, test.image.data(), sizeof header);
  return way.little_ram ? header.working_bytes : working_bytes;
}

std::uint64_t bytes_of_whole_run(HostBench& bench, const Way& way) {
  configure(bench, way, FW_RECORDS_TILES);
  const std::uint64_t before = bench.board.nv_written;
  EXPECT_EQ(bench.power_up(), FW_HOST_SLEEPS);
  return bench.board.nv_written - before;
}

TEST(PowerFailure, WithoutOneEveryStrategyComputesTheSame) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Case test = small_case(seed);
    for (const Way& way : ways) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << " " << way.name);
      HostBench bench(test.image, test.inputs, ram_of(test, way));
      bytes_of_whole_run(bench, way);
      expect_all_reported(bench, test);
      EXPECT_EQ(bench.damaged, 0);
    }
  }
}

// Cuts the power at each `step`th byte that a run writes, once. `prepare` may change the memory
// before.
void expect_to_survive_cuts(
    const Case& test, const Way& way, std::uint64_t step,
    const std::function<void(HostBench&)>& prepare) {
  HostBench bench(test.image, test.inputs, ram_of(test, way));
  const std::uint64_t total = bytes_of_whole_run(bench, way);
  for (std::uint64_t cut = 0; cut < total; cut += step) {
    SCOPED_TRACE(testing::Message() << way.name << " byte " << cut);
    bench.forget_records();
    configure(bench, way, FW_RECORDS_RESULTS);
    prepare(bench);
    ASSERT_EQ(bench.power_up(cut), FW_HOST_POWER_LOST);
    ASSERT_EQ(bench.power_up(), FW_HOST_SLEEPS);
    expect_all_reported(bench, test);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(PowerFailure, AtEveryByteWrittenNothingIsLost) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    for (const Way& way : ways) {
      SCOPED_TRACE(testing::Message() << "seed " << seed);
      expect_to_survive_cuts(small_case(seed), way, 1, [](HostBench&) {});
      if (HasFatalFailure()) return;
    }
}

// Puts records into all slots whose sequence numbers are `before` the wrap-around. Their payload is
// of another run.
void near_wrap_around(HostBench& bench, std::uint32_t before) {
  const auto work = [](void* argument) {
    for (const std::uint32_t offset : {FW_NV_BOOT, FW_NV_PROGRESS, FW_NV_VERIFY}) {
      constexpr std::array<std::uint32_t, 4> payload{};
      const std::uint32_t size = offset == FW_NV_PROGRESS ? 12 : 16;
      fw_slots slots{
          .offset = offset, .sequence = 0U - *static_cast<std::uint32_t*>(argument), .next = 0};
      fw_slots_write(&slots, payload.data(), size);
      fw_slots_write(&slots, payload.data(), size);
    }
  };
  bench.board.write_budget = FW_HOST_NEVER;
  fw_host_run(&bench.board, work, &before);
}

TEST(PowerFailure, NothingIsLostWhereSequenceNumbersWrapAround) {
  // 6: with two written here, the fourth of this run is 0. 14: a later one of progress alone.
  for (const std::uint32_t before : {3U, 6U, 14U})
    for (const Way& way : ways) {
      expect_to_survive_cuts(
          small_case(1), way, 2, [&](HostBench& bench) { near_wrap_around(bench, before); });
      if (HasFatalFailure()) return;
    }
}

TEST(PowerFailure, ASecondOneAtEveryByteOfTheRecoveryLosesNothing) {
  const Case test = small_case(1);
  for (const Way& way : ways) {
    if (!way.preserves) continue;
    HostBench bench(test.image, test.inputs, ram_of(test, way));
    const std::uint64_t total = bytes_of_whole_run(bench, way);
    const std::uint64_t reach = way.strategy == FW_STRATEGY_VOLTAGE ? 300 : 90;
    for (std::uint64_t first = 0; first < total; first += 41) {
      for (std::uint64_t second = 0; second < reach; ++second) {
        SCOPED_TRACE(testing::Message() << way.name << " bytes " << first << ", " << second);
        bench.forget_records();
        configure(bench, way, FW_RECORDS_RESULTS);
        bench.power_up(first);
        bench.power_up(second);
        ASSERT_EQ(bench.power_up(), FW_HOST_SLEEPS);
        expect_all_reported(bench, test);
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(PowerFailure, LongChainsOfThemLoseNothing) {
  Random random(41, "power failure");
  std::uint64_t failures = 0;
  for (int i = 0; i < 600; ++i) {
    const Case test = small_case(random.below(20));
    const Way& way = ways.at(1 + random.below(ways.size() - 1));
    SCOPED_TRACE(testing::Message() << "case " << i << " " << way.name);
    HostBench bench(test.image, test.inputs, ram_of(test, way));
    configure(bench, way, FW_RECORDS_RESULTS);
    // A layer's outputs or a snapshot must fit now and then.
    const std::uint64_t mean = (way.strategy == FW_STRATEGY_VOLTAGE ? 600 : 80) + random.below(400);
    while (bench.power_up(random.below(2 * mean)) == FW_HOST_POWER_LOST)
      ++failures;
    expect_all_reported(bench, test);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(failures, 2000U);
}

TEST(PowerFailure, WhileTheBoardSleepsAfterItsSnapshotNothingIsDoneAgain) {
  // The supply falls at the nth measurement, and while the board sleeps it fails.
  const Case test = small_case(2);
  const Way way{"voltage", FW_STRATEGY_VOLTAGE, 1, nullptr, true};
  HostBench bench(test.image, test.inputs, working_bytes);
  configure(bench, way, FW_RECORDS_TILES);
  bool fails = true;
  const auto supply = [&](std::uint32_t at) {
    return [&fails, at](std::uint32_t n) {
      if (!fails || n < at) return high_mv;
      return n == at ? low_mv : FW_HOST_POWER_FAILS;
    };
  };
  int power_cycles = 0;
  std::uint32_t tiles = 0;
  for (std::uint32_t at = 2;; at = at % 5 + 2) {  // the first two are of the boot
    bench.supply = supply(at);
    ASSERT_LT(++power_cycles, 1000);
    if (bench.power_up() == FW_HOST_SLEEPS) break;
    tiles += at - 1;
  }
  expect_all_reported(bench, test);
  EXPECT_GT(power_cycles, 5);
  const std::vector<fw_record> begun = bench.of_type(FW_RECORD_TILE_BEGIN);
  std::set<std::tuple<std::uint32_t, int, int>> different;
  for (const fw_record& record : begun) {
    const fw_position_record& at = record.body.position;
    different.emplace(at.inference, at.layer, at.tile);
  }
  EXPECT_EQ(different.size(), begun.size());
  EXPECT_GE(begun.size(), tiles);
}

TEST(PowerFailure, WorkThatIsCommittedIsNotDoneAgain) {
  const Case test = small_case(2);
  HostBench bench(test.image, test.inputs, working_bytes);
  const std::uint64_t total = bytes_of_whole_run(bench, ways[2]);
  for (std::uint64_t cut = 60; cut < total; cut += 7) {
    bench.forget_records();
    bench.configure(FW_STRATEGY_TILE, FW_RECORDS_TILES, inferences);
    bench.power_up(cut);
    const std::vector<fw_record> done = bench.of_type(FW_RECORD_CHECKPOINT);
    bench.forget_records();
    bench.power_up();
    if (done.empty()) continue;
    const fw_checkpoint_record& last = done.back().body.checkpoint;
    for (const fw_record& record : bench.of_type(FW_RECORD_TILE_BEGIN)) {
      const fw_position_record& begun = record.body.position;
      const auto place = std::tuple(begun.inference, begun.layer, begun.tile);
      EXPECT_GE(place, std::tuple(last.inference, last.layer, last.tile)) << "cut at " << cut;
    }
    const std::vector<fw_record> restored = bench.of_type(FW_RECORD_RESTORE);
    EXPECT_EQ(restored.size(), last.layer == 0 && last.tile == 0 ? 0U : 1U) << "cut at " << cut;
  }
}

TEST(PowerFailure, WorkThatNeverFitsIsReportedAtEveryPowerUp) {
  const Case test = small_case(1);
  for (const Way& way : ways) {
    SCOPED_TRACE(way.name);
    HostBench bench(test.image, test.inputs, ram_of(test, way));
    configure(bench, way, FW_RECORDS_RESULTS, 5);
    // Then a boot record and too little for an input and a tile, or for a snapshot or a commit.
    bench.power_up(first_boot_bytes);
    for (int i = 0; i < 5; ++i)  // the first of them finds the verification's progress
      EXPECT_EQ(bench.power_up(boot_bytes + 4), FW_HOST_POWER_LOST);
    EXPECT_TRUE(bench.of_type(FW_RECORD_FAULT).empty());
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(bench.power_up(boot_bytes + 4), FW_HOST_SLEEPS);
      const std::vector<fw_record> faults = bench.of_type(FW_RECORD_FAULT);
      ASSERT_EQ(faults.size(), static_cast<std::size_t>(i + 1));
      EXPECT_EQ(faults.back().body.fault.code, FW_FAULT_NO_PROGRESS);
      EXPECT_EQ(faults.back().body.fault.inference, 0U);
      EXPECT_EQ(faults.back().body.fault.attempts, 5 + i);
      EXPECT_EQ(faults.back().body.fault.detail, way.supply ? way.supply(2) : 2990U);
    }
  }
}

TEST(PowerFailure, TheTileThatNeverFitsIsNamed) {
  // Power fails at the second measurement of a tile: each power cycle has room for one tile, until
  // two power cycles in which it has not.
  const Case test = small_case(2);
  for (const fw_strategy strategy : {FW_STRATEGY_VOLTAGE, FW_STRATEGY_TILE}) {
    SCOPED_TRACE(int{strategy});
    HostBench bench(test.image, test.inputs, working_bytes);
    configure(bench, {"", strategy, FW_COMMIT_BY_ENERGY, nullptr, true}, FW_RECORDS_CHECKPOINTS, 3);
    for (int i = 0; i < 3; ++i) {
      bench.supply = [](std::uint32_t n) {
        return n < 3 ? (n < 2 ? high_mv : low_mv) : FW_HOST_POWER_FAILS;
      };
      ASSERT_EQ(bench.power_up(), FW_HOST_POWER_LOST);
    }
    const std::vector<fw_record> done = bench.of_type(FW_RECORD_CHECKPOINT);
    ASSERT_FALSE(done.empty());
    bench.supply = [](std::uint32_t n) { return n < 2 ? high_mv : FW_HOST_POWER_FAILS; };
    for (int i = 0; i < 3; ++i)
      ASSERT_EQ(bench.power_up(), FW_HOST_POWER_LOST);
    bench.supply = nullptr;
    EXPECT_EQ(bench.power_up(), FW_HOST_SLEEPS);
    const std::vector<fw_record> faults = bench.of_type(FW_RECORD_FAULT);
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].body.fault.code, FW_FAULT_NO_PROGRESS);
    const fw_checkpoint_record& last = done.back().body.checkpoint;
    const bool at_end = last.tile == test.chain.at(last.layer).layer.tile_count;
    EXPECT_EQ(faults[0].body.fault.layer, at_end ? last.layer + 1 : last.layer);
    EXPECT_EQ(faults[0].body.fault.tile, at_end ? 0 : last.tile);
  }
}

TEST(PowerFailure, ASlowButSteadyRunIsNotTakenForAStuckOne) {
  // A power cycle has room for a few commits; more than twice as many as attempts are needed.
  const Case test = small_case(12);
  HostBench bench(test.image, test.inputs, working_bytes);
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_RESULTS, inferences, 2);
  bench.power_up(first_boot_bytes);
  int cycles = 0;
  while (bench.power_up(boot_bytes + 160) == FW_HOST_POWER_LOST)
    ASSERT_LT(++cycles, 1000);
  EXPECT_GT(cycles, 2 * 2);
  expect_all_reported(bench, test);
}

TEST(PowerFailure, ALargeImageIsVerifiedOverManyShortPowerCycles) {
  // The demo network's image takes several steps; a power cycle has room for the boot record and
  // one step, never for all. Were the verification begun anew each time, it would not end.
  const auto network = compile(demo_network(), {});
  ASSERT_TRUE(network) << network.error().text;
  ASSERT_GT(network->image.size(), 3 * 2048U);
  const Values input(network->input.shape.elements(), 1);
  HostBench bench(network->image, inputs_blob({input}));
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_LAYERS, 1, 3);
  constexpr std::uint64_t boot_and_one_step = boot_bytes + 24 + 8;
  int cycles = 0;
  while (bench.of_type(FW_RECORD_INFERENCE_BEGIN).empty()) {
    ASSERT_LT(++cycles, 60);
    bench.power_up(boot_and_one_step);
    for (const fw_record& record : bench.of_type(FW_RECORD_FAULT))
      FAIL() << "steady work was taken for fault " << int{record.body.fault.code};
  }
  EXPECT_GT(cycles, 3);
  EXPECT_EQ(bench.power_up(), FW_HOST_SLEEPS);
  EXPECT_EQ(bench.outputs().size(), 1U);
}

TEST(PowerFailure, AttemptsAreCountedAnewAfterProgress) {
  const Case test = small_case(3);
  HostBench bench(test.image, test.inputs, working_bytes);
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_RESULTS, inferences, 4);
  bench.power_up(first_boot_bytes);
  for (int cycles = 0; cycles < 1000; ++cycles) {
    for (int stuck = 0; stuck < 2;
         ++stuck)  // with the first power-up three, one less than it may be
      ASSERT_EQ(bench.power_up(boot_bytes + 4), FW_HOST_POWER_LOST);
    if (bench.power_up(boot_bytes + 160) == FW_HOST_SLEEPS) break;
  }
  expect_all_reported(bench, test);
}

// Commits of the first inference, as (layer, tile).
std::vector<std::pair<int, int>> commits_of(const HostBench& bench) {
  std::vector<std::pair<int, int>> places;
  for (const fw_record& record : bench.of_type(FW_RECORD_CHECKPOINT)) {
    const fw_checkpoint_record& commit = record.body.checkpoint;
    if (commit.inference == 0) places.emplace_back(commit.layer, commit.tile);
  }
  return places;
}

// Tiles after which a layer commits every `every` of them, and its end.
std::vector<std::pair<int, int>> commits_every(
    const std::vector<TestLayer>& chain, std::uint32_t every) {
  std::vector<std::pair<int, int>> places;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (chain[i].layer.op == FW_OP_RESHAPE) continue;
    const std::uint32_t count = chain[i].layer.tile_count;
    for (std::uint32_t tile = every; tile < count; tile += every)
      places.emplace_back(i, tile);
    places.emplace_back(i, count);
  }
  return places;
}

TEST(Fusion, CommitsEveryFewTilesAndAtTheEndOfALayer) {
  const Case test = small_case(5);
  HostBench bench(test.image, test.inputs, working_bytes);
  for (const std::uint32_t every : {1U, 2U, 3U, 7U, 10000U}) {
    SCOPED_TRACE(every);
    bench.forget_records();
    configure(
        bench, {"", FW_STRATEGY_TILE, static_cast<std::uint16_t>(every), nullptr, true},
        FW_RECORDS_CHECKPOINTS);
    bench.power_up();
    EXPECT_EQ(commits_of(bench), commits_every(test.chain, every));
  }
  // As planned: one tile each here, for the images of these tests say so.
  bench.forget_records();
  configure(
      bench, {"", FW_STRATEGY_TILE, FW_COMMIT_AS_PLANNED, nullptr, true}, FW_RECORDS_CHECKPOINTS);
  bench.power_up();
  EXPECT_EQ(commits_of(bench), commits_every(test.chain, 1));
}

TEST(Fusion, WithEnergyInPlentyOnlyTheBoundAndTheEndOfALayerCommit) {
  const Case test = small_case(5);
  HostBench bench(test.image, test.inputs, working_bytes);
  configure(
      bench, {"", FW_STRATEGY_TILE, FW_COMMIT_BY_ENERGY, nullptr, true}, FW_RECORDS_CHECKPOINTS);
  bench.power_up();
  EXPECT_EQ(commits_of(bench), commits_every(test.chain, FW_FUSED_TILES_MAX));
}

TEST(Fusion, CommitsBeforeTheEnergyRunsOut) {
  // Each tile takes 175 000 mV^2 of 3000^2 - 2400^2, which is 18.5 tiles; the first layer has 20.
  // After the 15th 3.5 tiles are left, after the 16th 2.5, too little for three: from there on each
  // is committed, until the supply is back after the 19th.
  const Case test = small_case(15);
  ASSERT_EQ(test.chain.front().layer.tile_count, 20U);
  HostBench bench(test.image, test.inputs, working_bytes);
  configure(bench, {"", FW_STRATEGY_TILE, FW_COMMIT_BY_ENERGY, nullptr, true}, FW_RECORDS_RESULTS);
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_CHECKPOINTS, 1);
  bench.supply = [](std::uint32_t n) {
    if (n < 2 || n > 19) return high_mv;  // the first two measurements are of the boot
    return static_cast<std::uint32_t>(std::ceil(std::sqrt(9'000'000.0 - 175'000.0 * (n - 1.0))));
  };
  bench.power_up();
  std::vector<std::pair<int, int>> first_layer = commits_of(bench);
  std::erase_if(first_layer, [](const auto& place) { return place.first != 0; });
  EXPECT_EQ(first_layer, (std::vector<std::pair<int, int>>{{0, 16}, {0, 17}, {0, 18}, {0, 20}}));
}

TEST(Fusion, PowerUpsWithoutProgressHalveItSoThatItNeverStopsTheWork) {
  // The first layer has 20 tiles of 2 bytes. A power cycle has room for the input, a commit and 5
  // of them; a thousand, or the bound, are asked for between two commits.
  const Case test = small_case(15);
  ASSERT_EQ(test.chain.front().layer.tile_count, 20U);
  for (const std::uint16_t every : {std::uint16_t{1000}, std::uint16_t{FW_COMMIT_BY_ENERGY}}) {
    SCOPED_TRACE(every);
    HostBench bench(test.image, test.inputs, working_bytes);
    configure(bench, {"", FW_STRATEGY_TILE, every, nullptr, true}, FW_RECORDS_CHECKPOINTS, 12);
    bench.power_up(first_boot_bytes);
    int power_cycles = 0;
    while (bench.power_up(boot_bytes + 70) == FW_HOST_POWER_LOST)
      ASSERT_LT(++power_cycles, 1000);
    expect_all_reported(bench, test);
    EXPECT_GT(power_cycles, 10);
  }
}

}  // namespace
}  // namespace sunfleck
