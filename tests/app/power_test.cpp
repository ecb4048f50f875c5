#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/power_path_file.h"
#include "app/power_words.h"
#include "core/base/random.h"
#include "core/power/presets.h"
#include "tests/support/command.h"
#include "tests/support/mutate.h"
#include "tests/support/shared_data.h"

namespace {

using nlohmann::json;
using namespace sunfleck;
using namespace sunfleck::app;
using namespace sunfleck::literals;

json json_of(std::vector<std::string> arguments, const ScratchFolder& folder) {
  arguments.emplace_back("--json");
  const CommandResult command = sunfleck_command(arguments, folder);
  EXPECT_EQ(command.code, 0) << command.err;
  return json::parse(command.out, nullptr, false);
}

TEST(PowerPathFile, EveryPresetIsReadBackAsItWasWritten) {
  for (const PowerPathPreset& preset : power_path_presets()) {
    SCOPED_TRACE(preset.name);
    const PowerPathConfig config = preset.config();
    const std::string text = to_toml(config, "direct");
    const auto read = read_power_path(text, "path.toml");
    ASSERT_TRUE(read) << read.error().text << "\n" << text;
    EXPECT_EQ(to_json(*read).dump(), to_json(config).dump());
    EXPECT_EQ(to_toml(*read, "direct"), text);
  }
}

TEST(PowerPathFile, AFileChangesWhatItNames) {
  const auto read = read_power_path(
      R"(base = "bq25570"
initial_voltage = "2.5 V"
[input]
highest_current = "unlimited"
[input.boost]
storage = ["2 V", "4 V"]
voltage = ["0.5 V", "1 V"]
current = ["100 uA", "1 mA", "10 mA"]
efficiency = [[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], [[0.2, 0.3, 0.4], [0.5, 0.6, 0.7]]]
[harvester]
kind = "perturb"
voltage = "1 V"
step = "10 mV"
interval = "100 ms"
[source.panel]
short_circuit = "30 mA"
open_circuit = "2.2 V"
best_voltage = "1.7 V"
[capacitor]
capacitance = "47 uF"
bias_voltage = ["0 V", "5 V"]
bias_share = [1, 0.7]
[regulator]
check_interval = "63.2 ms"
[regulator.output]
always_on = true
)",
      "path.toml");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->initial_voltage, 2.5_V);
  EXPECT_EQ(read->input.highest_current.si, std::numeric_limits<double>::infinity());
  EXPECT_EQ(read->input.boost.efficiency.size(), 12U);
  EXPECT_EQ(read->input.boost.efficiency[5], 0.6);
  EXPECT_EQ(read->harvester.kind, HarvesterKind::perturb_and_observe);
  EXPECT_EQ(read->harvester.interval, std::chrono::milliseconds(100));
  EXPECT_EQ(read->source.panel->best_voltage, 1.7_V);
  EXPECT_EQ(read->capacitor.capacitance.si, 47.0 * 1e-6);
  EXPECT_EQ(read->capacitor.bias_share, (std::vector<double>{1.0, 0.7}));
  EXPECT_EQ(read->regulator.check_interval, std::chrono::microseconds(63'200));
  EXPECT_TRUE(read->regulator.output.always_on);
  EXPECT_EQ(read->regulator.on, power_path_preset("bq25570")->regulator.on) << "as it was";
  const auto again = read_power_path(to_toml(*read, "direct"), "path.toml");
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_EQ(to_json(*again).dump(), to_json(*read).dump());
}

TEST(PowerPathFile, MistakesAreToldWithTheirLineAndField) {
  struct Case {
    const char* text;
    const char* begins;
    const char* says;
  };
  for (const Case& one :
       {Case{"", "p.toml:1:1: ", "'base' is missing"},
        Case{"base = \"bq\"", "p.toml:1:8: ", "there are direct"},
        Case{"base = \"direct\"\nspeed = 3", "p.toml:2:", "there is no 'speed' in a power path"},
        Case{"base = \"direct\"\n[capacitor]\nsize = \"1 F\"", "p.toml:3:", "capacitor.size"},
        Case{
            "base = \"direct\"\n[capacitor]\ncapacitance = \"100 V\"",
            "p.toml:3:", "'capacitor.capacitance' must be a quantity of 0 or more such as \"1 F\""},
        Case{"base = \"direct\"\n[capacitor]\ncapacitance = 100", "p.toml:3:", "a text"},
        Case{
            "base = \"direct\"\n[capacitor]\ncapacitance = \"0 F\"",
            "p.toml:3:", "capacitor.capacitance: must be above 0"},
        Case{"base = \"direct\"\n[capacitor]\nrated = \"unlimited\"", "p.toml:3:", "1 V"},
        Case{"base = \"direct\"\n\n\n[regulator]\non = \"9 V\"", "p.toml:5:", "regulator.on"},
        Case{
            "base = \"direct\"\n[input]\nkind = \"magic\"",
            "p.toml:3:", "one of \"direct\", \"diode\", \"boost\""},
        Case{
            "base = \"bq25570\"\n[input.boost]\nefficiency = [[0.1], [0.2]]",
            "p.toml:3:", "rows and columns"},
        Case{"base = \"bq25570\"\n[input.boost]\nvoltage = [1]", "p.toml:3:", "1 V"},
        Case{"base = \"direct\"\ninput = 3", "p.toml:2:", "a table"},
        Case{"base = \"direct\"\n[regulator]\ncheck_interval = \"1e10 s\"", "p.toml:3:", "1e9 s"},
        Case{"base = ", "p.toml:1:", ""}}) {
    SCOPED_TRACE(one.text);
    const auto refused = read_power_path(one.text, "p.toml");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().text.find(one.begins), 0U) << refused.error().text;
    EXPECT_NE(refused.error().text.find(one.says), std::string::npos) << refused.error().text;
  }
}

TEST(PowerPathFile, DamagedFilesAreRefusedOrSound) {
  const std::string text = to_toml(*power_path_preset("bq25570"), "bq25570");
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  Random random(3, "damaged power paths");
  for (int i = 0; i < 2000; ++i) {
    const std::vector<std::uint8_t> damaged = mutated(bytes, random);
    const auto read = read_power_path(
        std::string_view(reinterpret_cast<const char*>(damaged.data()), damaged.size()), "p.toml");
    if (read) {
      EXPECT_TRUE(check(*read));
    }
  }
}

TEST(PowerWords, HarvestersLoadsAndPanelsAreReadAsTyped) {
  const auto fraction = harvester_called("fraction:0.76,interval=16s,pause=256ms");
  ASSERT_TRUE(fraction) << fraction.error().text;
  EXPECT_EQ(fraction->share, 0.76);
  EXPECT_EQ(fraction->interval, std::chrono::seconds(16));
  EXPECT_EQ(fraction->pause, std::chrono::milliseconds(256));
  EXPECT_EQ(harvester_called("fixed:1.2V")->voltage, 1.2_V);
  EXPECT_EQ(harvester_called("optimum")->kind, HarvesterKind::optimum);
  EXPECT_EQ(harvester_called("perturb:step=10mV,interval=100ms")->step.si, 10.0 * 1e-3);
  EXPECT_EQ(std::get<Ohms>(load_called("1kOhm")->draws), 1000.0_Ohm);
  EXPECT_EQ(std::get<Watts>(load_called("5mW")->draws).si, 5.0 * 1e-3);
  EXPECT_EQ(panel_called("isc=10mA,voc=2.2V,vmp=1.7V")->open_circuit, 2.2_V);
  for (const char* bad :
       {"", "magic", "fixed", "fixed:1.2A", "fraction:x", "fraction:0.5,pause", "fraction:2",
        "optimum:1", "perturb:step=10mV", "fixed:1V,1V", "fraction:0.5,interval=1s,pause=2s"})
    EXPECT_FALSE(harvester_called(bad)) << bad;
  for (const char* bad : {"", "2", "2V", "mA", "1kOhm,"})
    EXPECT_FALSE(load_called(bad)) << bad;
  for (const char* bad : {"", "isc=1A", "isc=1A,voc=1V,vmp=2V", "isc=1A,voc=2V,vmp=1.5V,x=1"})
    EXPECT_FALSE(panel_called(bad)) << bad;
}

TEST(PowerCommand, ListsAndShowsThePresets) {
  const ScratchFolder folder;
  const json list = json_of({"power", "list"}, folder);
  EXPECT_EQ(list.size(), power_path_presets().size());
  EXPECT_EQ(list[0]["name"], "direct");
  const json shown = json_of({"power", "show", "bq25570"}, folder);
  EXPECT_EQ(shown["input"]["kind"], "boost");
  EXPECT_DOUBLE_EQ(shown["regulator"]["on"].get<double>(), 3.0);
  const CommandResult toml = sunfleck_command({"power", "show", "bq25504", "--toml"}, folder);
  const auto read = read_power_path(toml.out, "shown");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(to_json(*read).dump(), to_json(*power_path_preset("bq25504")).dump());
  EXPECT_EQ(sunfleck_command({"power", "show", "nothing"}, folder).code, 2);
}

TEST(PowerCommand, ChargesAnIdealCapacitorInTheTimeOfItsEnergy) {
  const ScratchFolder folder;
  // 100 uF to 3 V are 450 uJ, 90 ms at 5 mW; then 4 mW more than 1 mW come in than go out.
  const json result = json_of(
      {"power", "simulate", "constant:power=5mW,duration=1s", "--path", "direct", "--load", "1mW",
       "--csv", folder.file("trace.csv")},
      folder);
  EXPECT_NEAR(result["first_on_seconds"].get<double>(), 90e-3, 0.2e-3);
  EXPECT_NEAR(result["rail_on_share"].get<double>(), 0.91, 1e-3);
  const json& ledger = result["ledger"];
  EXPECT_NEAR(ledger["harvested_joules"].get<double>(), 5e-3, 1e-8);
  EXPECT_NEAR(ledger["delivered_joules"].get<double>(), 0.91e-3, 2e-6);
  EXPECT_NEAR(ledger["unbalanced_joules"].get<double>(), 0.0, 1e-12);
  std::istringstream table(text_of(folder.file("trace.csv")));
  std::string line;
  std::getline(table, line);
  EXPECT_EQ(line.substr(0, 16), "time_s,storage_V");
  int rows = 0;
  while (std::getline(table, line))
    ++rows;
  EXPECT_EQ(rows, 100) << "one each 10 ms";
}

TEST(PowerCommand, DrawsAndTellsWhereTheEnergyWent) {
  const ScratchFolder folder;
  const CommandResult run = sunfleck_command(
      {"power", "simulate", "rf-walk", "--path", "bq25504", "--load", "2mA", "--until", "5s",
       "--plot", folder.file("a.svg"), "--dark"},
      folder);
  ASSERT_EQ(run.code, 0) << run.err;
  for (const char* said : {"used by the load", "%", "power cycles", "lost in the regulator", "mJ"})
    EXPECT_NE(run.out.find(said), std::string::npos) << run.out;
  EXPECT_NE(text_of(folder.file("a.svg")).find("Capacitor voltage [V]"), std::string::npos);
}

TEST(PowerCommand, TheOperatingPointsOfASourceBehindAResistanceAreDrawn) {
  const ScratchFolder folder;
  std::ofstream(folder.file("cell.csv"))
      << "# sunfleck harvest profile 1\n# name: cell\n# kind: voltage_behind_resistance\n"
         "# unit: V\n# resistance: 100 Ohm\n# period: 100000000 ns\n# origin: by hand\n"
         "1\n2\n3\n2\n1\n";
  const CommandResult run = sunfleck_command(
      {"power", "simulate", folder.file("cell.csv"), "--load", "1mA", "--harvester", "optimum",
       "--iv-plot", folder.file("iv.svg")},
      folder);
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_NE(text_of(folder.file("iv.svg")).find("held here"), std::string::npos);
}

TEST(PowerCommand, APathFromAFileIsPlayedAndKeptWithTheRun) {
  const ScratchFolder folder;
  std::ofstream(folder.file("mine.toml"))
      << "base = \"direct\"\n[capacitor]\ncapacitance = \"33 uF\"\n";
  const std::string path = folder.file("mine.toml");
  const json result = json_of(
      {"power", "simulate", "constant:power=5mW,duration=1s", "--path", path, "--load", "1mA"},
      folder);
  EXPECT_EQ(result["path"], "mine");
  EXPECT_DOUBLE_EQ(result["capacitance_farads"].get<double>(), 33e-6);
  const json run = json_of(
      {"replay", "--inferences", "1", "--path", path, "--profile",
       "constant:power=50mW,duration=60s"},
      folder);
  EXPECT_NE(run.dump().find("capacitance = \\\"33 uF\\\""), std::string::npos) << run.dump(2);
}

TEST(PowerCommand, RefusesWhatItCannotDoBeforeItBegins) {
  const ScratchFolder folder;
  struct Case {
    std::vector<std::string> words;
    const char* says;
  };
  for (const Case& one :
       {Case{{"--load", "2"}, "needs a unit"},
        Case{{"--load", "2mA", "--plot", "a.pdf"}, ".svg or .png"},
        Case{{"--load", "2mA", "--path", "nothing"}, "no power path is called 'nothing'"},
        Case{{"--load", "2mA", "--repeat"}, "--until"},
        Case{{"--load", "2mA", "--iv-plot", "a.svg"}, "no I-V curve"},
        Case{{"--load", "2mA", "--on", "1V"}, "regulator"},
        Case{{"--load", "2mA", "--until", "1e20s"}, "1e9 s"},
        Case{{"--load", "2mA", "--shepherd-compatible", "--harvester", "optimum"}, "its own"}}) {
    std::vector<std::string> words{"power", "simulate", "rf-walk"};
    words.insert(words.end(), one.words.begin(), one.words.end());
    const CommandResult refused = sunfleck_command(words, folder);
    EXPECT_NE(refused.code, 0);
    EXPECT_NE(refused.err.find(one.says), std::string::npos) << refused.err;
  }
}

TEST(PowerCommand, ShepherdsModelRunsOnItsOwnRecordings) {
  SKIP_WITHOUT_SHARED_DATA("traces/shepherd/jogging_20s_ivsurface.h5");
  const ScratchFolder folder;
  const json result = json_of(
      {"power", "simulate", shared_data("traces/shepherd/jogging_20s_ivsurface.h5"), "--path",
       "BQ25504", "--load", "2mA", "--until", "1s", "--shepherd-compatible"},
      folder);
  EXPECT_NEAR(result["shepherd"]["duration_seconds"].get<double>(), 1.0, 1e-6);
  EXPECT_GT(result["shepherd"]["delivered_joules"].get<double>(), 0.0);
}

TEST(ProfilePlot, DrawsPowerOverTimeInBothFormats) {
  const ScratchFolder folder;
  for (const char* name : {"a.svg", "a.png"}) {
    const CommandResult run = sunfleck_command(
        {"profile", "plot", "rf-walk", "-o", folder.file(name), "--from", "1s", "--to", "3s",
         "--width", "500"},
        folder);
    ASSERT_EQ(run.code, 0) << run.err;
  }
  const std::string svg = text_of(folder.file("a.svg"));
  EXPECT_NE(svg.find("Power [mW]"), std::string::npos);
  EXPECT_NE(svg.find("width=\"500\""), std::string::npos);
  EXPECT_EQ(text_of(folder.file("a.png")).substr(1, 3), "PNG");
}

TEST(ProfilePlot, SourcesWithCurvesShowTheirVoltageAndTheirCurves) {
  SKIP_WITHOUT_SHARED_DATA("traces/shepherd/jogging_3s_isc_voc.h5");
  const ScratchFolder folder;
  const std::string file = shared_data("traces/shepherd/jogging_3s_isc_voc.h5");
  ASSERT_EQ(
      sunfleck_command({"profile", "plot", file, "-o", folder.file("a.svg")}, folder).code, 0);
  EXPECT_NE(text_of(folder.file("a.svg")).find("Open-circuit voltage [V]"), std::string::npos);
  ASSERT_EQ(
      sunfleck_command({"profile", "plot", file, "--curves", "-o", folder.file("b.svg")}, folder)
          .code,
      0);
  EXPECT_NE(text_of(folder.file("b.svg")).find("most power"), std::string::npos);
}

TEST(ProfilePlot, RefusesWhatCannotBeDrawn) {
  const ScratchFolder folder;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"rf-walk", "-o", "a.txt"},
        std::vector<std::string>{"rf-walk", "-o", "a.svg", "--from", "2s", "--to", "1s"},
        std::vector<std::string>{"rf-walk", "-o", "a.svg", "--from", "1000s"},
        std::vector<std::string>{"rf-walk", "-o", "a.svg", "--curves"}}) {
    std::vector<std::string> all{"profile", "plot"};
    all.insert(all.end(), words.begin(), words.end());
    EXPECT_EQ(sunfleck_command(all, folder).code, 2);
  }
}

}  // namespace
