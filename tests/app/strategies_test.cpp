#include <gtest/gtest.h>

#include "tests/support/replay_json.h"

namespace {

using nlohmann::json;

// A source far below the load: the capacitor is emptied again and again.
const std::vector<std::string> weak_source{
    "--profile", "constant:power=2mW,duration=60s", "--inferences", "2", "--capacitor", "220uF"};

std::vector<std::string> with(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), weak_source.begin(), weak_source.end());
  return arguments;
}

TEST(Strategies, WithSnapshotsTheBoardSleepsAndNothingIsDoneAgain) {
  const ScratchFolder folder;
  const auto [command, result] = replay_json(with({"--strategy", "voltage"}), folder);
  ASSERT_EQ(command.code, 0) << command.err;
  EXPECT_EQ(result["inferences"], 2);
  EXPECT_EQ(joules_of(result, "re-execution"), 0.0);
  EXPECT_GT(joules_of(result, "checkpoint"), 0.0);
  EXPECT_GT(joules_of(result, "sleep"), 0.0);
  expect_closed_books(result);
  const std::string why = result["assumptions"]["snapshot"].get<std::string>();
  EXPECT_NE(why.find("largest snapshot"), std::string::npos) << why;
  EXPECT_GT(result["plan"]["snapshot_voltage_volts"].get<double>(), 2.4);
}

TEST(Strategies, AThresholdThatACapacitorCannotGiveIsRefused) {
  const ScratchFolder folder;
  const CommandResult small =
      sunfleck_command({"replay", "--strategy", "voltage", "--capacitor", "10uF"}, folder);
  EXPECT_EQ(small.code, 1);
  EXPECT_NE(small.err.find("a larger capacitor"), std::string::npos) << small.err;
  const CommandResult low =
      sunfleck_command({"replay", "--strategy", "voltage", "--snapshot-voltage", "1V"}, folder);
  EXPECT_EQ(low.code, 2);
  EXPECT_NE(low.err.find("must be above"), std::string::npos) << low.err;
}

TEST(Strategies, FewerCommitsAreFewerCheckpoints) {
  const ScratchFolder folder;
  std::vector<std::uint64_t> checkpoints;
  for (const char* every : {"1", "3"}) {
    const auto [command, result] = replay_json(with({"--commit-every", every}), folder);
    ASSERT_EQ(command.code, 0) << command.err;
    EXPECT_EQ(result["plan"]["commit_every"], every);
    checkpoints.push_back(0);
    for (const json& layer : result["layers"])
      checkpoints.back() += layer["checkpoints"].get<std::uint64_t>();
  }
  EXPECT_LT(checkpoints[1], checkpoints[0]);
  const auto [command, result] = replay_json(with({"--commit-every", "energy"}), folder);
  EXPECT_EQ(command.code, 0) << command.err;
  EXPECT_EQ(sunfleck_command({"replay", "--commit-every", "0"}, folder).code, 2);
  EXPECT_EQ(sunfleck_command({"replay", "--commit-every", "often"}, folder).code, 2);
}

TEST(Strategies, TheRamThatARunUsedIsStoredAndShown) {
  const ScratchFolder folder;
  const auto [command, result] =
      replay_json({"--strategy", "restart", "--profile", "constant:power=20mW"}, folder);
  const json& memory = result["memory"];
  ASSERT_TRUE(memory.is_object());
  // The stack has 4 KB; activations and scratch memory of the network lie in working memory.
  EXPECT_GT(memory["stack_bytes"], 200);
  EXPECT_LT(memory["stack_bytes"], 4096);
  EXPECT_GT(memory["working_bytes"], 2000);
  EXPECT_EQ(memory["board_bytes"], 65536);
  const CommandResult shown = sunfleck_command({"runs", "show", "1"}, folder);
  EXPECT_NE(shown.out.find("RAM used"), std::string::npos) << shown.out;
}

}  // namespace
