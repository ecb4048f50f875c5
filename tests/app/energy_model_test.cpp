#include <gtest/gtest.h>

#include <fstream>

#include "app/energy_model_file.h"
#include "tests/support/replay_json.h"

namespace {

using nlohmann::json;

// Two runs of the demo network, one of them through outages, and the model of them.
json fitted(const ScratchFolder& folder) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"replay", "--name", "steady", "--profile", "constant:power=50mW"},
        std::vector<std::string>{
            "replay", "--name", "weak", "--profile", "constant:power=2mW,duration=60s",
            "--capacitor", "100uF", "--inferences", "3"}}) {
    const CommandResult run = sunfleck_command(arguments, folder);
    EXPECT_EQ(run.code, 0) << run.err;
  }
  const CommandResult fit = sunfleck_command(
      {"fit", "steady", "weak", "-o", folder.file("model.json"), "--csv", folder.file("model.csv"),
       "--json"},
      folder);
  EXPECT_EQ(fit.code, 0) << fit.err;
  return json::parse(fit.out, nullptr, false);
}

TEST(FitAndPredict, AModelOfStoredRunsPredictsTheRunThatItWasFittedTo) {
  const ScratchFolder folder;
  const json model = fitted(folder);
  ASSERT_TRUE(model.is_object());
  EXPECT_EQ(model["format"], "sunfleck energy model");
  EXPECT_GT(model["boot"]["joules"].get<double>(), 0.0);
  EXPECT_NE(
      text_of(folder.file("model.csv")).find("convolution,products,product,"), std::string::npos);

  const auto [command, replayed] = replay_json(
      {"--profile", "constant:power=2mW,duration=60s", "--capacitor", "100uF", "--inferences", "3"},
      folder);
  ASSERT_EQ(command.code, 0) << command.err;
  const CommandResult predicted = sunfleck_command(
      {"predict", "--model", folder.file("model.json"), "--profile",
       "constant:power=2mW,duration=60s", "--capacitor", "100uF", "--inferences", "3", "--draws",
       "20", "--json"},
      folder);
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  const json run = json::parse(predicted.out)["run"];
  const double latency = run["latency_seconds"]["value"].get<double>();
  const double took = replayed["duration_seconds"].get<double>();
  EXPECT_NEAR(latency, took, 0.15 * took);
  EXPECT_EQ(run["inferences_finished"], 3);
}

TEST(FitAndPredict, SayWhatTheyCannotDo) {
  const ScratchFolder folder;
  const CommandResult coarse = sunfleck_command(
      {"replay", "--name", "coarse", "--records", "layers", "--profile", "constant:power=50mW"},
      folder);
  ASSERT_EQ(coarse.code, 0) << coarse.err;
  const CommandResult refused = sunfleck_command({"fit", "coarse"}, folder);
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("--records checkpoints"), std::string::npos) << refused.err;
  EXPECT_EQ(sunfleck_command({"fit", "nobody"}, folder).code, 1);
  std::ofstream(folder.file("bad.json")) << R"({"format": "sunfleck energy model", "version": 9})";
  const CommandResult newer =
      sunfleck_command({"predict", "--model", folder.file("bad.json")}, folder);
  EXPECT_EQ(newer.code, 1);
  EXPECT_NE(newer.err.find("version 9"), std::string::npos) << newer.err;
}

TEST(EnergyModelFile, RefusesWhatIsNoModelAndNamesTheMember) {
  using sunfleck::app::model_from_json;
  const ScratchFolder folder;
  const json model = fitted(folder);
  ASSERT_TRUE(model.is_object());
  for (const auto& [pointer, value] : std::vector<std::pair<std::string, json>>{
           {"/boot", 3},
           {"/rail_volts", -1.0},
           {"/runs", json::object()},
           {"/classes/0/energy/draws", json::array()},
           {"/classes/0/energy/coefficients/0", -1.0},
           {"/classes/0/regressors/0", "luck"},
           {"/classes/0/class", "magic"}}) {
    SCOPED_TRACE(pointer);
    json changed = model;
    changed[json::json_pointer(pointer)] = value;
    const auto read = model_from_json(changed.dump(), "bad.json");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().text.rfind("bad.json", 0), 0U) << read.error().text;
  }
  EXPECT_FALSE(model_from_json(std::string(100000, '['), "deep"));
  EXPECT_FALSE(model_from_json("", "empty"));
}

}  // namespace
