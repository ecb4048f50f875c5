#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/network/compile.h"
#include "core/network/demo_network.h"
#include "tests/firmware/host_bench.h"

namespace sunfleck {
namespace {

constexpr std::uint32_t inferences = 3;
constexpr std::array strategies{FW_STRATEGY_RESTART, FW_STRATEGY_LAYER, FW_STRATEGY_TILE};
constexpr std::array preserving{FW_STRATEGY_LAYER, FW_STRATEGY_TILE};

// A small network with two inputs for three inferences, and the outputs that the definitions of its
// operators give; without SOFTMAX, whose definition is not exact.
struct Case {
  std::vector<std::uint8_t> image;
  std::vector<std::uint8_t> inputs;
  std::vector<Values> expected;  // of each inference
};

Case small_case(std::uint64_t seed) {
  Random random(seed, "power failure");
  const std::vector<TestLayer> chain = random_chain(
      {FW_OP_CONV_2D, FW_OP_DEPTHWISE_CONV_2D, FW_OP_AVERAGE_POOL_2D, FW_OP_RESHAPE,
       FW_OP_FULLY_CONNECTED},
      {.height = 5, .width = 4, .channels = 2}, random);
  std::vector<Values> inputs;
  std::vector<Values> outputs;
  for (int i = 0; i < 2; ++i) {
    inputs.push_back(random_values(elements(chain.front().layer.input), random));
    Values values = inputs.back();
    for (const TestLayer& layer : chain)
      values = expected_output(layer, values);
    outputs.push_back(values);
  }
  return {image_of(chain), inputs_blob(inputs), {outputs[0], outputs[1], outputs[0]}};
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

std::uint64_t bytes_of_whole_run(HostBench& bench, fw_strategy strategy) {
  bench.configure(strategy, FW_RECORDS_TILES, inferences);
  const std::uint64_t before = bench.board.nv_written;
  EXPECT_EQ(bench.power_up(), FW_HOST_SLEEPS);
  return bench.board.nv_written - before;
}

TEST(PowerFailure, WithoutOneEveryStrategyComputesTheSame) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Case test = small_case(seed);
    for (const fw_strategy strategy : strategies) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << " strategy " << strategy);
      HostBench bench(test.image, test.inputs);
      bytes_of_whole_run(bench, strategy);
      expect_all_reported(bench, test);
      EXPECT_EQ(bench.damaged, 0);
    }
  }
}

TEST(PowerFailure, AtEveryByteWrittenNothingIsLost) {
  std::uint64_t injections = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Case test = small_case(seed);
    for (const fw_strategy strategy : strategies) {
      HostBench bench(test.image, test.inputs);
      const std::uint64_t total = bytes_of_whole_run(bench, strategy);
      for (std::uint64_t cut = 0; cut < total; ++cut) {
        SCOPED_TRACE(
            testing::Message() << "seed " << seed << " strategy " << strategy << " byte " << cut);
        bench.forget_records();
        bench.configure(strategy, FW_RECORDS_RESULTS, inferences);
        ASSERT_EQ(bench.power_up(cut), FW_HOST_POWER_LOST);
        ASSERT_EQ(bench.power_up(), FW_HOST_SLEEPS);
        expect_all_reported(bench, test);
        if (HasFatalFailure()) return;
        ++injections;
      }
    }
  }
  EXPECT_GT(injections, 3000U);
}

TEST(PowerFailure, ASecondOneAtEveryByteOfTheRecoveryLosesNothing) {
  const Case test = small_case(1);
  for (const fw_strategy strategy : preserving) {
    HostBench bench(test.image, test.inputs);
    const std::uint64_t total = bytes_of_whole_run(bench, strategy);
    for (std::uint64_t first = 0; first < total; first += 23) {
      for (std::uint64_t second = 0; second < 90; ++second) {
        SCOPED_TRACE(
            testing::Message() << "strategy " << strategy << " bytes " << first << ", " << second);
        bench.forget_records();
        bench.configure(strategy, FW_RECORDS_RESULTS, inferences);
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
    const fw_strategy strategy = preserving.at(random.below(preserving.size()));
    SCOPED_TRACE(testing::Message() << "case " << i << " strategy " << strategy);
    HostBench bench(test.image, test.inputs);
    bench.configure(strategy, FW_RECORDS_RESULTS, inferences, 1000);
    const std::uint64_t mean = 60 + random.below(400);
    while (bench.power_up(random.below(2 * mean)) == FW_HOST_POWER_LOST)
      ++failures;
    expect_all_reported(bench, test);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(failures, 2000U);
}

TEST(PowerFailure, WorkThatIsCommittedIsNotDoneAgain) {
  const Case test = small_case(2);
  HostBench bench(test.image, test.inputs);
  const std::uint64_t total = bytes_of_whole_run(bench, FW_STRATEGY_TILE);
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
  for (const fw_strategy strategy : strategies) {
    SCOPED_TRACE(int{strategy});
    HostBench bench(test.image, test.inputs);
    bench.configure(strategy, FW_RECORDS_RESULTS, inferences, 5);
    // 24 bytes of boot record and four of verification, then a boot record and too little for an
    // input and a tile, or for a commit.
    bench.power_up(24 + 4 * 24);
    for (int i = 0; i < 5; ++i)  // the first of them finds the verification's progress
      EXPECT_EQ(bench.power_up(24 + 4), FW_HOST_POWER_LOST);
    EXPECT_TRUE(bench.of_type(FW_RECORD_FAULT).empty());
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(bench.power_up(24 + 4), FW_HOST_SLEEPS);
      const std::vector<fw_record> faults = bench.of_type(FW_RECORD_FAULT);
      ASSERT_EQ(faults.size(), static_cast<std::size_t>(i + 1));
      EXPECT_EQ(faults.back().body.fault.code, FW_FAULT_NO_PROGRESS);
      EXPECT_EQ(faults.back().body.fault.inference, 0U);
      EXPECT_EQ(faults.back().body.fault.attempts, 5 + i);
      EXPECT_EQ(faults.back().body.fault.detail, 2990U);
    }
  }
}

TEST(PowerFailure, ASlowButSteadyRunIsNotTakenForAStuckOne) {
  // A power cycle has room for a few commits; more than twice as many as attempts are needed.
  const Case test = small_case(3);
  HostBench bench(test.image, test.inputs);
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_RESULTS, inferences, 2);
  bench.power_up(24 + 4 * 24);  // the records of a first power-up: boot and verification
  int cycles = 0;
  while (bench.power_up(24 + 160) == FW_HOST_POWER_LOST)
    ASSERT_LT(++cycles, 1000);
  EXPECT_GT(cycles, 2 * 2);
  expect_all_reported(bench, test);
}

TEST(PowerFailure, ALargeImageIsVerifiedOverManyShortPowerCycles) {
  // The demo network's image takes several steps; a power cycle has room for the two boot records
  // and one step, never for all. Were the verification begun anew each time, it would not end.
  const auto network = compile(demo_network(), {});
  ASSERT_TRUE(network) << network.error().text;
  ASSERT_GT(network->image.size(), 3 * 2048U);
  const Values input(network->input.shape.elements(), 1);
  HostBench bench(network->image, inputs_blob({input}));
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_LAYERS, 1, 3);
  constexpr std::uint64_t boot_and_one_step = 32 + 24 + 8;
  int cycles = 0;
  while (bench.of_type(FW_RECORD_INFERENCE_BEGIN).empty()) {
    ASSERT_LT(++cycles, 30);
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
  HostBench bench(test.image, test.inputs);
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_RESULTS, inferences, 4);
  bench.power_up(24 + 4 * 24);
  for (int cycles = 0; cycles < 1000; ++cycles) {
    for (int stuck = 0; stuck < 2;
         ++stuck)  // with the first power-up three, one less than it may be
      ASSERT_EQ(bench.power_up(24 + 4), FW_HOST_POWER_LOST);
    if (bench.power_up(24 + 160) == FW_HOST_SLEEPS) break;
  }
  expect_all_reported(bench, test);
}

}  // namespace
}  // namespace sunfleck
