#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/support/command.h"

namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

json json_of(const Words& arguments, const ScratchFolder& folder) {
  const CommandResult command = sunfleck_command(arguments, folder);
  EXPECT_EQ(command.code, 0) << command.err;
  return json::parse(command.out, nullptr, false);
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().stem() != "out" && entry.path().stem() != "err")
      files.push_back(entry.path());
  return files;
}

// Four operating points, 1 ms each: 2 V and 0 to 3 mA.
constexpr const char* operating_points =
    "# sunfleck harvest profile 1\n# name: points\n# kind: operating_point\n# unit: V,A\n"
    "# period: 1000000 ns\n# origin: by hand\n2,0\n2,0.001\n2,0.002\n2,0.003\n";

TEST(ProfileCommands, HelpOfEachHasAnExample) {
  const ScratchFolder folder;
  for (const char* command : {"list", "show", "import", "convert", "generate", "cut", "scale"}) {
    const CommandResult help = sunfleck_command({"profile", command, "--help"}, folder);
    EXPECT_EQ(help.code, 0);
    EXPECT_NE(help.out.find("Example: sunfleck profile " + std::string(command)), std::string::npos)
        << help.out;
  }
}

TEST(ProfileCommands, ListTellsKindAndLength) {
  const ScratchFolder folder;
  ASSERT_EQ(
      sunfleck_command({"profile", "generate", "hvac:duration=1h", "--name", "duct"}, folder).code,
      0);
  json found;
  for (const auto& entry : json_of({"profile", "list", "--json"}, folder))
    found[entry["name"].get<std::string>()] = entry;
  EXPECT_EQ(found["rf-walk"]["from"], "built-in");
  EXPECT_EQ(found["rf-walk"]["kind"], "power");
  EXPECT_EQ(found["rf-walk"]["duration_seconds"], 40.0);
  EXPECT_EQ(found["duct"]["from"], "kept");
  EXPECT_EQ(found["duct"]["kind"], "voltage_behind_resistance");
  EXPECT_EQ(found["duct"]["duration_seconds"], 3600.0);
  EXPECT_EQ(found["solar-panel:..."]["kind"], "diode");
  EXPECT_NE(
      found["solar-panel:..."]["parameters"].get<std::string>().find("isc (A)"), std::string::npos);
  EXPECT_EQ(sunfleck_command({"profile", "list"}, folder).code, 0);
}

TEST(ProfileCommands, AnUnreadableKeptProfileIsListedAsThat) {
  const ScratchFolder folder;
  ASSERT_EQ(
      sunfleck_command({"profile", "generate", "constant", "--name", "kept"}, folder).code, 0);
  for (const auto& file : files_in(folder.path()))
    write(file.string(), "nothing");
  for (const auto& entry : json_of({"profile", "list", "--json"}, folder)) {
    if (entry["name"] != "kept") continue;
    EXPECT_EQ(entry["kind"], "unreadable");
  }
}

TEST(ProfileCommands, ShowHasTheStatisticsOfAKnownProfile) {
  const ScratchFolder folder;
  // 3 mW for the first half of each of 60 half seconds.
  const json shown = json_of({"profile", "show", "on-off", "--json"}, folder);
  EXPECT_NEAR(shown["mean_watts"].get<double>(), 1.5e-3, 1e-9);
  EXPECT_NEAR(shown["energy_joules"].get<double>(), 45e-3, 1e-8);
  EXPECT_DOUBLE_EQ(shown["share_of_time_above_threshold"], 0.5);
  EXPECT_EQ(shown["outages"], 60);
  EXPECT_DOUBLE_EQ(shown["longest_outage_seconds"], 0.25);
  EXPECT_NEAR(shown["median_outage_seconds"].get<double>(), 0.25, 0.0025);
  const CommandResult text = sunfleck_command({"profile", "show", "on-off"}, folder);
  for (const char* word : {"1.500 mW", "45.00 mJ", "50.0 % of the time", "60, the median", "█"})
    EXPECT_NE(text.out.find(word), std::string::npos) << word << "\n" << text.out;
}

TEST(ProfileCommands, ShowCountsPowerUpToTheThresholdAsOutage) {
  const ScratchFolder folder;
  const json shown =
      json_of({"profile", "show", "constant:power=1", "--threshold", "1W", "--json"}, folder);
  EXPECT_EQ(shown["share_of_time_above_threshold"], 0.0);
  EXPECT_EQ(shown["outages"], 1);
}

TEST(ProfileCommands, ImportAsksForWhatAFileDoesNotSayAndKeepsIt) {
  const ScratchFolder folder;
  write(folder.file("volts.csv"), "1.5\n1.25\n0.5\n");
  const CommandResult bare =
      sunfleck_command({"profile", "import", folder.file("volts.csv")}, folder);
  EXPECT_EQ(bare.code, 1);
  EXPECT_NE(bare.err.find("a resistance"), std::string::npos) << bare.err;
  EXPECT_EQ(files_in(folder.path()).size(), 1U) << "nothing is kept";
  const json kept = json_of(
      {"profile", "import", folder.file("volts.csv"), "--rate", "1kHz", "--resistance", "10kOhm",
       "--kind", "voltage_into_load", "--name", "by hand", "--json"},
      folder);
  EXPECT_EQ(kept["samples"], 3);
  EXPECT_EQ(kept["name"], "by hand");
  const json shown = json_of({"profile", "show", "by hand", "--json"}, folder);
  EXPECT_EQ(shown["kind"], "voltage_into_load");
  EXPECT_EQ(shown["resistance_ohms"], 10e3);
  EXPECT_EQ(shown["period_seconds"], 1e-3);
  // (1.5^2 + 1.25^2 + 0.5^2) / 3 / 10 kOhm
  EXPECT_NEAR(shown["mean_watts"].get<double>(), 4.0625 / 3.0 / 10e3, 1e-12);
}

TEST(ProfileCommands, NothingIsOverwrittenUnlessToldTo) {
  const ScratchFolder folder;
  const Words keep{"profile", "generate", "constant", "--name", "mine"};
  const Words output{"profile", "generate", "constant", "-o", folder.file("mine.csv")};
  for (Words words : {keep, output}) {
    EXPECT_EQ(sunfleck_command(words, folder).code, 0);
    const CommandResult again = sunfleck_command(words, folder);
    EXPECT_EQ(again.code, 2);
    EXPECT_NE(again.err.find("--force"), std::string::npos) << again.err;
    words.emplace_back("--force");
    EXPECT_EQ(sunfleck_command(words, folder).code, 0);
  }
}

TEST(ProfileCommands, NamesThatLeadElsewhereOrAreTakenAreRefused) {
  const ScratchFolder folder;
  for (const char* name :
       {"../up", ".hidden", "a/b", "a:b", "rf-walk", "solar-panel", "", "\n", "\x1b[2J"}) {
    const CommandResult command =
        sunfleck_command({"profile", "generate", "constant", "--name", name}, folder);
    EXPECT_EQ(command.code, 2) << name;
  }
  EXPECT_TRUE(files_in(folder.path()).empty());
}

TEST(ProfileCommands, ConversionLosesNothingThatTheFormatHolds) {
  const ScratchFolder folder;
  write(folder.file("points.csv"), operating_points);
  const std::string original = folder.file("points.csv");
  ASSERT_EQ(
      sunfleck_command({"profile", "convert", original, "-o", folder.file("a.h5")}, folder).code,
      0);
  const json shown = json_of({"profile", "show", folder.file("a.h5"), "--json"}, folder);
  const json before = json_of({"profile", "show", original, "--json"}, folder);
  EXPECT_EQ(shown["kind"], "operating_point");
  EXPECT_NEAR(shown["energy_joules"].get<double>(), before["energy_joules"].get<double>(), 1e-15);
  const json written =
      json_of({"profile", "convert", original, "-o", folder.file("a.ppk2.csv"), "--json"}, folder);
  EXPECT_NE(written["lost"].get<std::string>().find("voltages"), std::string::npos);
  const json back =
      json_of({"profile", "show", folder.file("a.ppk2.csv"), "--voltage", "2V", "--json"}, folder);
  EXPECT_EQ(back["energy_joules"], before["energy_joules"]);
  ASSERT_EQ(
      sunfleck_command({"profile", "convert", original, "-o", folder.file("copy.csv")}, folder)
          .code,
      0);
  EXPECT_EQ(text_of(folder.file("copy.csv")), operating_points);
}

TEST(ProfileCommands, AFormatIsChosenByNameOrByOption) {
  const ScratchFolder folder;
  write(folder.file("points.csv"), operating_points);
  const std::string original = folder.file("points.csv");
  ASSERT_EQ(
      sunfleck_command(
          {"profile", "convert", original, "-o", folder.file("any"), "--to", "sunfleck"}, folder)
          .code,
      0);
  EXPECT_EQ(text_of(folder.file("any")), operating_points);
  const Words other{"profile", "convert", original, "-o", folder.file("points.txt")};
  EXPECT_EQ(sunfleck_command(other, folder).code, 2);
  const Words powers{"profile", "convert", "rf-walk", "-o", folder.file("walk.h5")};
  EXPECT_EQ(sunfleck_command(powers, folder).code, 1) << "Shepherd's files hold no watts";
  EXPECT_EQ(files_in(folder.path()).size(), 2U) << "what was refused leaves no file";
}

TEST(ProfileCommands, GenerateWritesTheLibrary) {
  const ScratchFolder folder;
  ASSERT_EQ(
      sunfleck_command(
          {"profile", "generate", "gait-piezo", "--seed", "1", "-o", folder.file("gait.csv")},
          folder)
          .code,
      0);
  EXPECT_TRUE(text_of(folder.file("gait.csv")) == text_of("profiles/library/gait-piezo.csv"));
  ASSERT_EQ(
      sunfleck_command(
          {"profile", "generate", "gait-piezo", "--seed", "2", "-o", folder.file("other.csv")},
          folder)
          .code,
      0);
  EXPECT_FALSE(text_of(folder.file("gait.csv")) == text_of(folder.file("other.csv")));
}

TEST(ProfileCommands, APartHasTheSamplesOfItsTime) {
  const ScratchFolder folder;
  write(folder.file("points.csv"), operating_points);
  const json part = json_of(
      {"profile", "cut", folder.file("points.csv"), "--from", "1ms", "--to", "3ms", "-o",
       folder.file("part.csv"), "--json"},
      folder);
  EXPECT_EQ(part["samples"], 2);
  EXPECT_EQ(part["duration_seconds"], 0.002);
  const std::string text = text_of(folder.file("part.csv"));
  EXPECT_TRUE(text.ends_with("\n2,0.001\n2,0.002\n")) << text;
  EXPECT_NE(text.find("by hand; cut from 0.001 s to 0.003 s"), std::string::npos) << text;
}

TEST(ProfileCommands, ScalingIsMarkedInEveryResult) {
  const ScratchFolder folder;
  ASSERT_EQ(
      sunfleck_command(
          {"profile", "scale", "rf-walk", "--power", "10", "--time", "0.1", "--name", "fast"},
          folder)
          .code,
      0);
  const json fast = json_of({"profile", "show", "fast", "--json"}, folder);
  const json slow = json_of({"profile", "show", "rf-walk", "--json"}, folder);
  EXPECT_EQ(fast["duration_seconds"], 4.0);
  EXPECT_NEAR(fast["energy_joules"].get<double>() / slow["energy_joules"].get<double>(), 1.0, 1e-6);
  const json run = json_of({"replay", "--profile", "fast", "--inferences", "1", "--json"}, folder);
  EXPECT_NE(run.dump().find("scaled: power by 10, time by 0.1"), std::string::npos) << run.dump();
}

TEST(ProfileCommands, ReplayTakesEveryKindThatIsMade) {
  const ScratchFolder folder;
  for (const char* profile : {"telegraph", "gait:peak=40V", "solar-panel:daylight=10s"}) {
    const CommandResult run =
        sunfleck_command({"replay", "--profile", profile, "--inferences", "1"}, folder);
    EXPECT_EQ(run.code, 0) << profile << run.err;
  }
}

TEST(ProfileCommands, WrongArgumentsAreExitCodeTwoInOneSentence) {
  const ScratchFolder folder;
  const std::string out = folder.file("x.csv");
  const Words cases[]{
      {"profile", "show", "moon"},
      {"profile", "show", "on-off:duty=2"},
      {"profile", "show", ""},
      {"profile", "generate", "rf-walks", "-o", out},
      {"profile", "generate", "constant"},
      {"profile", "cut", "rf-walk", "--from", "50s", "-o", out},
      {"profile", "cut", "rf-walk", "--from", "5s", "--to", "4s", "-o", out},
      {"profile", "scale", "rf-walk", "--time", "0", "-o", out},
      {"profile", "scale", "rf-walk", "--power", "-1", "-o", out},
  };
  for (const Words& words : cases) {
    const CommandResult command = sunfleck_command(words, folder);
    EXPECT_EQ(command.code, 2) << words[2] << command.err;
    EXPECT_EQ(std::count(command.err.begin(), command.err.end(), '\n'), 1) << command.err;
    EXPECT_EQ(command.out, "");
  }
  for (const Words& words :
       {Words{"profile", "cut", "rf-walk", "--from", "-1s", "-o", out},
        Words{"profile", "cut", "rf-walk", "--from", "early", "-o", out},
        Words{"profile", "generate", "constant", "--name", "a", "-o", out}})
    EXPECT_EQ(sunfleck_command(words, folder).code, 2);
  EXPECT_TRUE(files_in(folder.path()).empty());
}

TEST(ProfileCommands, AFileThatTurnsBadIsNotHalfImported) {
  const ScratchFolder folder;
  write(folder.file("bad.csv"), operating_points + std::string("2,zero\n"));
  const CommandResult command =
      sunfleck_command({"profile", "import", folder.file("bad.csv")}, folder);
  EXPECT_EQ(command.code, 1);
  EXPECT_NE(command.err.find("bad.csv:11: "), std::string::npos) << command.err;
  EXPECT_EQ(files_in(folder.path()).size(), 1U);
}

// Waits, for at most a minute, until the command has begun to write.
bool wait_for_part(const std::filesystem::path& folder) {
  for (int i = 0; i < 6000; ++i) {
    for (const auto& file : files_in(folder))
      if (file.extension() == ".part") return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST(ProfileCommands, CtrlCLeavesNothingHalfWritten) {
  const ScratchFolder folder;
  std::string text = operating_points;
  text.reserve(50'000'000);
  while (text.size() < 50'000'000)
    text += "2,0.001\n";
  write(folder.file("long.csv"), text);
  const pid_t child = start_sunfleck({"profile", "import", folder.file("long.csv")}, folder);
  ASSERT_TRUE(wait_for_part(folder.path()));
  ::kill(child, SIGINT);
  EXPECT_EQ(finish_sunfleck(child, folder).code, 130);
  EXPECT_EQ(files_in(folder.path()).size(), 1U);
}

}  // namespace
