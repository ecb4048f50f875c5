#include <gtest/gtest.h>

#include "tests/support/replay_json.h"
#include "tests/support/shared_data.h"

namespace {

using nlohmann::json;

TEST(Replay, RunsTheBuiltInNetworkThroughPowerFailuresWithoutArguments) {
  const ScratchFolder folder;
  const auto [command, result] = replay_json({}, folder);
  ASSERT_EQ(command.code, 0) << command.err;
  EXPECT_EQ(result["end"], "inferences_done");
  EXPECT_GE(result["inferences"], 5);
  EXPECT_GE(outages_per_inference(result), 1.0);
  expect_closed_books(result);
  EXPECT_LT(joules_of(result, "unattributed"), 0.01 * result["rail_joules"].get<double>());
  EXPECT_GT(joules_of(result, "checkpoint"), 0.0);
  EXPECT_GT(joules_of(result, "re-execution"), 0.0);
  EXPECT_EQ(result["telemetry"]["missing"], 0);
  EXPECT_EQ(command.err, "") << "a pipe gets no progress";
}

TEST(Replay, MetersTheEnergyThatThePowerPathDelivered) {
  const ScratchFolder folder;
  const auto [command, result] = replay_json({}, folder);
  ASSERT_EQ(command.code, 0) << command.err;
  // Two independent sums: the meter's noisy samples, and the ledger of the power path.
  const double delivered = result["ledger"]["delivered_joules"].get<double>();
  EXPECT_NEAR(result["rail_joules"].get<double>(), delivered, 0.005 * delivered);
}

TEST(Replay, PrintsATableForPeople) {
  const ScratchFolder folder;
  const CommandResult command = sunfleck_command({"replay"}, folder);
  EXPECT_EQ(command.code, 0) << command.err;
  for (const char* word :
       {"inferences", "outages", "harvested from the source", "leaked in the capacitor",
        "lost in rectifier and converter", "used by the board", "CONV_2D", "re-executed",
        "checkpoints", "telemetry", "total"})
    EXPECT_NE(command.out.find(word), std::string::npos) << word << "\n" << command.out;
}

TEST(Replay, MarksARepeatedProfile) {
  const ScratchFolder folder;
  const std::vector<std::string> arguments{
      "--profile", "on-off:power=3mW,cycle=200ms,duty=0.5,duration=1s", "--repeat", "3"};
  const auto [command, result] = replay_json(arguments, folder);
  ASSERT_EQ(command.code, 0) << command.err;
  EXPECT_EQ(result["profile_repeated"], true);
  EXPECT_EQ(result["end"], "source_ended");
  EXPECT_NEAR(result["duration_seconds"].get<double>(), 3.0, 1e-3);
}

TEST(Replay, StopsAtTheTimeAsked) {
  const ScratchFolder folder;
  const auto [command, result] = replay_json({"--max-time", "1.5s"}, folder);
  ASSERT_EQ(command.code, 0) << command.err;
  EXPECT_EQ(result["end"], "max_time");
  EXPECT_NEAR(result["duration_seconds"].get<double>(), 1.5, 0.02);
}

TEST(Replay, SaysThatRestartCannotTerminateBelowTheLoad) {
  const ScratchFolder folder;
  const auto [command, result] = replay_json(
      {"--strategy", "restart", "--profile", "constant:power=1mW,duration=600s"}, folder);
  EXPECT_EQ(command.code, 1);
  EXPECT_EQ(result["end"], "no_progress");
  EXPECT_NE(command.err.find("cannot terminate"), std::string::npos) << command.err;
}

TEST(Replay, ComparesOutputsAndTellsAScript) {
  const ScratchFolder folder;
  std::ofstream(folder.file("wrong.out"), std::ios::binary) << std::string(24, '\1');
  const auto [command, result] =
      replay_json({"--expect-output", folder.file("wrong.out"), "--inferences", "2"}, folder);
  EXPECT_EQ(command.code, 3);
  EXPECT_EQ(result["expected"]["wanted"], 2);
  EXPECT_EQ(result["expected"]["correct"], 0);
}

TEST(Replay, LightNeedsAPanelAndItsHarvesterCanBeChosen) {
  const ScratchFolder folder;
  const std::string light = "solar-light:irradiance=800,daylight=60s,duration=60s";
  const CommandResult bare = sunfleck_command({"replay", "--profile", light}, folder);
  EXPECT_EQ(bare.code, 2);
  EXPECT_NE(bare.err.find("--panel isc="), std::string::npos) << bare.err;
  const std::vector<std::string> panel{
      "--profile",  light, "--panel",      "isc=20mA,voc=2.2V,vmp=1.7V",
      "--max-time", "40s", "--inferences", "3"};
  const auto [command, result] = replay_json(panel, folder);
  EXPECT_EQ(command.code, 0) << command.err;
  expect_closed_books(result);
  std::vector<std::string> held = panel;
  held.insert(held.end(), {"--harvester", "fixed:0.3V"});
  const auto [other_command, other] = replay_json(held, folder);
  // Held far below the best voltage, the panel gives about its short-circuit current at 0.3 V.
  EXPECT_GT(other["duration_seconds"], result["duration_seconds"]);
}

}  // namespace
