#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.h"
#include "tests/support/golden.h"
#include "tests/support/shared_data.h"

namespace {

using nlohmann::json;

json json_of(const std::vector<std::string>& arguments, const ScratchFolder& folder) {
  const CommandResult command = sunfleck_command(arguments, folder);
  EXPECT_EQ(command.code, 0) << command.err;
  return json::parse(command.out, nullptr, false);
}

TEST(Commands, HelpHasAnExampleOfEachCommand) {
  const ScratchFolder folder;
  for (const char* command : {"replay", "runs", "profile", "network", "target"}) {
    const CommandResult help = sunfleck_command({command, "--help"}, folder);
    EXPECT_EQ(help.code, 0);
    EXPECT_NE(help.out.find("Example: sunfleck " + std::string(command)), std::string::npos)
        << help.out;
  }
}

TEST(Commands, VersionsAreTold) {
  const ScratchFolder folder;
  const json version = json_of({"version", "--json"}, folder);
  EXPECT_EQ(version["firmware_sha256"].get<std::string>().size(), 64U);
  EXPECT_EQ(version["protocol"], 1);
}

TEST(Commands, RunsAreListedShownAndDeleted) {
  const ScratchFolder folder;
  EXPECT_EQ(json_of({"runs", "list", "--json"}, folder), json::array());
  ASSERT_EQ(sunfleck_command({"replay", "--inferences", "1", "--name", "first"}, folder).code, 0);
  ASSERT_EQ(sunfleck_command({"replay", "--inferences", "1", "--name", "second"}, folder).code, 0);
  const json runs = json_of({"runs", "list", "--json"}, folder);
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0]["name"], "first");
  EXPECT_EQ(runs[1]["status"], "finished");
  EXPECT_EQ(json_of({"runs", "show", "second", "--json"}, folder)["id"], 2);
  EXPECT_EQ(json_of({"runs", "show", "1", "2", "--json"}, folder).size(), 2U);

  EXPECT_EQ(sunfleck_command({"runs", "delete", "first", "nothing"}, folder).code, 1);
  EXPECT_EQ(json_of({"runs", "list", "--json"}, folder).size(), 2U) << "all or none";
  EXPECT_EQ(sunfleck_command({"runs", "delete", "first"}, folder).code, 0);
  EXPECT_EQ(json_of({"runs", "list", "--json"}, folder).size(), 1U);
}

TEST(Commands, AStoredRunHasAllToRepeatIt) {
  const ScratchFolder folder;
  ASSERT_EQ(
      sunfleck_command({"replay", "--inferences", "1", "--capacitor", "82uF"}, folder).code, 0);
  const json run = json_of({"runs", "show", "1", "--json"}, folder);
  EXPECT_DOUBLE_EQ(run["plan"]["capacitance_farads"].get<double>(), 82e-6);
  EXPECT_EQ(run["plan"]["strategy"], "tile");
  for (const char* hash : {"firmware_sha256", "network_sha256", "profile_sha256", "inputs_sha256"})
    EXPECT_EQ(run[hash].get<std::string>().size(), 64U) << hash;
  EXPECT_EQ(run["seed"], 1);
  EXPECT_FALSE(run["program_version"].get<std::string>().empty());
}

TEST(Commands, AnImportedProfileIsPlayedByItsName) {
  SKIP_WITHOUT_SHARED_DATA("traces/rf_wisp/2.txt");
  const ScratchFolder folder;
  const std::string wisp = shared_data("traces/rf_wisp/2.txt");
  ASSERT_EQ(sunfleck_command({"profile", "import", wisp, "--name", "walk"}, folder).code, 0);
  const json shown = json_of({"profile", "show", "walk", "--json"}, folder);
  const json original = json_of({"profile", "show", wisp, "--json"}, folder);
  EXPECT_EQ(shown["mean_watts"], original["mean_watts"]) << "import loses nothing";
  EXPECT_EQ(shown["kind"], "voltage_into_load");
  EXPECT_EQ(shown["resistance_ohms"], 30000.0);
  bool listed = false;
  for (const auto& entry : json_of({"profile", "list", "--json"}, folder))
    listed = listed || (entry["name"] == "walk" && entry["from"] == "kept");
  EXPECT_TRUE(listed);
}

TEST(Commands, CountsOfAKnownNetworkAreRight) {
  SKIP_WITHOUT_SHARED_DATA("models/micro_speech_quantized.tflite");
  const ScratchFolder folder;
  const json network = json_of(
      {"network", "show", shared_data("models/micro_speech_quantized.tflite"), "--json"}, folder);
  // Fully connected, 4000 inputs to 4 outputs: 16,000 products.
  EXPECT_EQ(network["layers"][2]["operator"], "FULLY_CONNECTED");
  EXPECT_EQ(network["layers"][2]["macs"], 16000);
  EXPECT_EQ(network["layers"][2]["activation_bits"], 8);
  EXPECT_EQ(network["layers"][2]["weight_bits"], 8);
  EXPECT_EQ(network["memory"]["tile"]["ram_bytes"], network["working_bytes"]);
  EXPECT_EQ(network["memory"]["layer"]["nonvolatile_bytes"], network["arena_bytes"]);
  const std::uint64_t arena = network["arena_bytes"];
  EXPECT_EQ(network["memory"]["voltage"]["nonvolatile_bytes"], 2 * arena);
  EXPECT_TRUE(network["memory"]["restart"]["executable"]);
}

TEST(Commands, ANetworkIsCompiledToTheImageThatReplayUses) {
  const ScratchFolder folder;
  ASSERT_EQ(
      sunfleck_command({"network", "compile", "-o", folder.file("demo.sfni")}, folder).code, 0);
  const json network = json_of({"network", "show", "--json"}, folder);
  EXPECT_EQ(std::filesystem::file_size(folder.file("demo.sfni")), network["image_bytes"]);
  ASSERT_EQ(sunfleck_command({"replay", "--inferences", "1"}, folder).code, 0);
  EXPECT_EQ(
      json_of({"runs", "show", "1", "--json"}, folder)["network_sha256"], network["image_sha256"]);
}

TEST(Commands, KeepsOptionsInAConfigurationFile) {
  const ScratchFolder folder;
  std::filesystem::create_directories(folder.path() / ".config/sunfleck");
  std::ofstream(folder.file(".config/sunfleck/config.toml")) << "[replay]\ninferences=2\n";
  ASSERT_EQ(sunfleck_command({"replay"}, folder).code, 0);
  EXPECT_EQ(json_of({"runs", "show", "1", "--json"}, folder)["inferences"], 2);
}

}  // namespace
