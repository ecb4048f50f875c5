#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/command.h"
#include "tests/support/golden.h"
#include "tests/support/shared_data.h"

// `sunfleck target` on the virtual board, which lives in a file between commands.
namespace {

using nlohmann::json;

CommandResult target(const std::vector<std::string>& words, const ScratchFolder& folder) {
  std::vector<std::string> arguments{"target"};
  arguments.insert(arguments.end(), words.begin(), words.end());
  return sunfleck_command(arguments, folder);
}

json json_of(std::vector<std::string> words, const ScratchFolder& folder) {
  words.emplace_back("--json");
  const CommandResult command = target(words, folder);
  EXPECT_EQ(command.code, 0) << command.err;
  return json::parse(command.out, nullptr, false);
}

TEST(Target, IdentifiesTheVirtualBoard) {
  const ScratchFolder folder;
  const json identity = json_of({"identify"}, folder);
  EXPECT_EQ(identity["board"], "virtual");
  EXPECT_EQ(identity["firmware"].get<std::string>().size(), 40U);
  EXPECT_EQ(identity["built_in"]["inputs"], 10);
  EXPECT_EQ(identity["loaded"]["network_crc32"], 0);
  EXPECT_EQ(identity["run"], nullptr);
}

TEST(Target, ALoadedNetworkStaysInTheFramAndGivesTheReferenceOutputs) {
  SKIP_WITHOUT_SHARED_DATA("models/golden/micro_speech_quantized.out");
  const ScratchFolder folder;
  const std::string fram = folder.file("board.fram");
  const json loaded = json_of(
      {"load", "--network", shared_data("models/micro_speech_quantized.tflite"), "--fram", fram},
      folder);
  EXPECT_NE(loaded["network_crc32"], 0);
  const std::vector<std::uint8_t> inputs =
      file_bytes(shared_data("models/golden/micro_speech_quantized.in"));
  {
    std::ofstream few(folder.file("few.in"), std::ios::binary);
    few.write(reinterpret_cast<const char*>(inputs.data()), 5 * 1960);
  }
  json_of(
      {"load", "--network", shared_data("models/micro_speech_quantized.tflite"), "--input",
       folder.file("few.in"), "--fram", fram},
      folder);
  const json run = json_of(
      {"run", "-n", "5", "--expect-output", shared_data("models/golden/micro_speech_quantized.out"),
       "--fram", fram},
      folder);
  EXPECT_EQ(run["outputs"], 5);
  EXPECT_EQ(run["correct"], 5);
  const json identity = json_of({"identify", "--fram", fram}, folder);
  EXPECT_EQ(identity["run"]["source"], "loaded");
  EXPECT_EQ(identity["progress"]["inference"], 5);
}

TEST(Target, AWrongOutputIsNoticed) {
  const ScratchFolder folder;
  std::ofstream(folder.file("wrong.out"), std::ios::binary) << std::string(12, 'x');
  const CommandResult run =
      target({"run", "-n", "1", "--expect-output", folder.file("wrong.out")}, folder);
  EXPECT_EQ(run.code, 3) << run.err;
}

TEST(Target, MeasuresALayerWithItsEnergy) {
  const ScratchFolder folder;
  const json lines = json_of(
      {"measure", "--kernel", "fc", "--size", "1x1x64", "--filters", "10", "--commit", "--sleep",
       "160000"},
      folder);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]["macs"], 640);
  EXPECT_GT(lines[0]["ticks"], 640);
  // The datasheet-like current of the board at 16 MHz is some mA at 3 V: 0.1 to 4 nJ a cycle.
  const double per_tick = lines[0]["energy_joules"].get<double>() / lines[0]["ticks"].get<double>();
  EXPECT_GT(per_tick, 1e-10);
  EXPECT_LT(per_tick, 4e-9);
  EXPECT_LT(
      lines[0]["energy_uncertainty_joules"].get<double>(),
      0.01 * lines[0]["energy_joules"].get<double>());
  EXPECT_GE(lines[2]["ticks"], 160000) << "no byte ends the sleep";
  EXPECT_LT(lines[2]["ticks"], 160100);
  EXPECT_LT(lines[2]["energy_joules"].get<double>() / 160000, 0.2 * per_tick)
      << "sleep draws less than work";
}

TEST(Target, TestsItselfAndAnswersInBothModes) {
  const ScratchFolder folder;
  const std::string fram = folder.file("board.fram");
  const json tested = json_of({"selftest"}, folder);
  EXPECT_EQ(tested.size(), 7U);
  for (const auto& [name, outcome] : tested.items())
    EXPECT_EQ(outcome, "passed") << name;
  json_of({"mode", "mlperf-energy", "--fram", fram}, folder);
  EXPECT_EQ(json_of({"identify", "--fram", fram}, folder)["run"]["mode"], "mlperf-energy");
  json_of({"mode", "run", "--fram", fram}, folder);
  EXPECT_EQ(json_of({"identify", "--fram", fram}, folder)["run"]["mode"], "run");
}

TEST(Target, MistakesHaveTheirExitCodes) {
  const ScratchFolder folder;
  EXPECT_EQ(target({"identify", "--rig", "telegraph:1"}, folder).code, 2);
  EXPECT_EQ(target({"identify", "--rig", "pty:/dev/null"}, folder).code, 1);
  EXPECT_EQ(target({"identify", "--rig", "exec:exit 0"}, folder).code, 1);
  EXPECT_EQ(target({"measure"}, folder).code, 2);
  EXPECT_EQ(target({"measure", "--kernel", "conv", "--size", "0x1x1"}, folder).code, 2);
  EXPECT_EQ(target({"load"}, folder).code, 2);
  EXPECT_EQ(target({"flash", "--board", "virtual", "x"}, folder).code, 2);
}

TEST(Target, FlashRefusesAnImageForAnotherBoard) {
  const ScratchFolder folder;
  const CommandResult refused = target({"flash", "--board", "nrf52840", FIRMWARE_ELF}, folder);
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("for the board virtual, not for nrf52840"), std::string::npos)
      << refused.err;
}

TEST(Target, FlashCallsOpenOcdAndShowsWhatItSaidWhenItFails) {
  const ScratchFolder folder;
  const std::filesystem::path image =
      std::filesystem::path(FIRMWARE_ELF).parent_path() / "nrf52840.elf";
  ASSERT_TRUE(std::filesystem::exists(image));
  const std::string openocd = folder.file("openocd");
  const auto fake = [&](const char* end) {
    std::ofstream(openocd) << "#!/bin/sh\necho \"$@\" > '" << folder.file("words")
                           << "'\necho 'no probe was found'\n"
                           << end << "\n";
    std::filesystem::permissions(openocd, std::filesystem::perms::owner_all);
    return target({"flash", "--board", "nrf52840", "--openocd", openocd, image.string()}, folder);
  };
  EXPECT_EQ(fake("exit 0").code, 0);
  const std::string words = text_of(folder.file("words"));
  EXPECT_TRUE(
      words.starts_with("-f interface/jlink.cfg -c transport select swd -f target/nrf52.cfg"))
      << words;
  EXPECT_NE(words.find("program {" + image.string() + "} verify reset exit"), std::string::npos);
  const CommandResult failed = fake("exit 1");
  EXPECT_EQ(failed.code, 1);
  EXPECT_NE(failed.err.find("no probe was found"), std::string::npos) << failed.err;
}

}  // namespace
