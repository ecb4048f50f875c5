#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/command.h"
#include "app/commands/options.h"
#include "app/interrupt.h"
#include "app/power_simulation.h"
#include "app/power_words.h"
#include "app/progress_line.h"
#include "app/table.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

struct Options {
  PowerSettings settings;
  std::string load;
  std::string harvester;
  std::string panel;
  std::string name;
  bool json = false;
  bool toml = false;  // what is printed anyway
};

constexpr const char* footer =
    R"(Example: sunfleck power simulate rf-walk --path bq25570 --load 2mA --plot figure.svg
         sunfleck power show bq25570 > my_path.toml; sunfleck power simulate rf-walk --path my_path.toml --load 5mW)";

Result<Exit> list_paths(const Options& options, Console& console) {
  json list = json::array();
  std::vector<std::vector<std::string>> rows;
  for (const PowerPathPreset& preset : power_path_presets()) {
    list.push_back({{"name", preset.name}, {"summary", preset.summary}, {"source", preset.source}});
    rows.push_back(
        {std::string(preset.name), std::string(preset.summary), std::string(preset.source)});
  }
  if (options.json)
    console.out << list.dump(2) << "\n";
  else
    console.out << table_text(
        {{"path", Align::left}, {"what it is", Align::left}, {"numbers from", Align::left}}, rows);
  return Exit::done;
}

Result<Exit> show_path(const Options& options, Console& console) {
  const NamedPowerPath path = TRY(find_power_path(options.name));
  if (options.json) {
    json object = to_json(path.config);
    object["name"] = path.name;
    object["origin"] = path.origin;
    console.out << object.dump(2) << "\n";
    return Exit::done;
  }
  const bool is_preset = path.toml.empty();
  console.out << "# " << path.origin << "\n"
              << (is_preset ? to_toml(path.config, path.name) : path.toml);
  return Exit::done;
}

void show_progress(ProgressLine& line, const PowerProgress& at) {
  const double done = at.end ? to_seconds(at.now) / to_seconds(*at.end) : 0.0;
  line.show(done, join(fixed(to_seconds(at.now).si, 1), " s simulated"));
}

Result<Exit> simulate_command(const Options& options, Console& console) {
  PowerSettings settings = options.settings;
  settings.load.draws = TRY(load_called(options.load)).draws;
  if (!options.harvester.empty()) settings.harvester = TRY(harvester_called(options.harvester));
  if (!options.panel.empty()) settings.panel = TRY(panel_called(options.panel));
  const Interrupt interrupt;
  ProgressLine line(console.err, console.progress);
  const PowerReport report = TRY(simulate_power(
      settings, [&line](const PowerProgress& at) { show_progress(line, at); }, interrupt.token()));
  line.clear();
  if (options.json)
    console.out << to_json(report).dump(2) << "\n";
  else
    console.out << to_text(report);
  const bool stopped = report.result ? report.result->stopped : report.shepherd->stopped;
  return stopped ? Exit::interrupted : Exit::done;
}

void add_path_options(CLI::App* command, const std::shared_ptr<Options>& options) {
  const std::string group = "Power path";
  PowerSettings& to = options->settings;
  command
      ->add_option(
          "--path", to.path,
          "Name ('sunfleck power list') or TOML file; otherwise one that fits the profile's kind")
      ->group(group);
  add_quantity<Farads>(command, "--capacitor", "Storage capacitance", [&to](Farads value) {
    to.changes.capacitance = value;
  })->group(group);
  add_quantity<Volts>(command, "--on", "The rail comes on here", [&to](Volts value) {
    to.changes.on = value;
  })->group(group);
  add_quantity<Volts>(command, "--off", "And goes off here", [&to](Volts value) {
    to.changes.off = value;
  })->group(group);
  add_quantity<Volts>(
      command, "--initial-voltage", "Of the capacitor at the start",
      [&to](Volts value) { to.changes.initial_voltage = value; })
      ->group(group);
  command
      ->add_option(
          "--harvester", options->harvester,
          "fraction:0.76,interval=16s,pause=256ms | fixed:1.2V | optimum | "
          "perturb:step=10mV,interval=100ms")
      ->group(group);
  command
      ->add_option(
          "--panel", options->panel,
          "Solar panel of an irradiance profile: isc=10mA,voc=2.2V,vmp=1.7V")
      ->group(group);
  command
      ->add_flag(
          "--shepherd-compatible", to.shepherd_compatible,
          "Shepherd's published model with its staircase, for comparison")
      ->group(group);
}

void add_run_options(CLI::App* command, const std::shared_ptr<Options>& options) {
  const std::string group = "Run";
  PowerSettings& to = options->settings;
  command->add_option("--load", options->load, "Current, resistance or power: 2mA, 1kOhm, 5mW")
      ->required()
      ->group(group);
  command
      ->add_flag_callback(
          "--load-while-good", [&to] { to.load.connected = LoadSwitch::power_good; },
          "The load is connected while power is good, not while the rail is on")
      ->group(group);
  add_quantity<Amperes>(
      command, "--load-asleep", "Current at other times while the rail is on; implies the former",
      [&to](Amperes value) {
        to.load.connected = LoadSwitch::power_good;
        to.load.asleep = value;
      })
      ->group(group);
  command
      ->add_option_function<std::uint64_t>(
          "--repeat", [&to](std::uint64_t passes) { to.passes = passes; },
          "Play the profile this often; without a number, until --until")
      ->expected(0, 1)
      ->default_str("0")
      ->group(group);
  add_time(command, "--until", "Stop at this time", to.until)->group(group);
  add_time(command, "--step", "Of the load; 100us otherwise", to.step)->group(group);
  command->add_option("--seed", to.seed, "Of made profiles")->capture_default_str()->group(group);
}

void add_output_options(CLI::App* command, const std::shared_ptr<Options>& options) {
  const std::string group = "Output";
  PowerSettings& to = options->settings;
  add_time(command, "--sample-every", "Of table and figure; 10ms otherwise", to.sample_every)
      ->group(group);
  command->add_option("--csv", to.csv, "Table of samples to write")->group(group);
  command->add_option("--plot", to.plot, "Figure over time to write: .svg or .png")->group(group);
  command
      ->add_option(
          "--iv-plot", to.iv_plot,
          "Figure of the source's curves and operating points to write: .svg or .png")
      ->group(group);
  command->add_flag("--dark", to.dark, "Figures on a dark ground")->group(group);
  command->add_flag("--json", options->json, "Print the result as JSON")->group(group);
}

using Action = Result<Exit> (*)(const Options&, Console&);

CLI::App* add_action(
    CLI::App* parent, Invocation& invocation, const std::shared_ptr<Options>& options,
    const char* name, const char* summary, Action action) {
  CLI::App* command = parent->add_subcommand(name, summary);
  command->callback([&invocation, options, action] {
    invocation = [options, action](Console& console) { return action(*options, console); };
  });
  return command;
}

}  // namespace

void add_power(CLI::App& program, Invocation& invocation) {
  CLI::App* power =
      program.add_subcommand("power", "Simulate and show power paths, without firmware");
  power->require_subcommand(1);
  power->footer(footer);
  const auto options = std::make_shared<Options>();
  CLI::App* list = add_action(power, invocation, options, "list", "List power paths", &list_paths);
  list->add_flag("--json", options->json, "Print JSON");

  CLI::App* show = add_action(
      power, invocation, options, "show", "Print a power path as a TOML file to edit", &show_path);
  show->add_option("path", options->name, "Name or TOML file")->required();
  CLI::Option* as_json = show->add_flag("--json", options->json, "Print JSON, in SI units");
  show->add_flag("--toml", options->toml, "Print TOML, as otherwise")->excludes(as_json);

  CLI::App* simulate = add_action(
      power, invocation, options, "simulate", "Play a profile through a power path into a load",
      &simulate_command);
  simulate->add_option("profile", options->settings.profile, "File, name or generator")->required();
  add_path_options(simulate, options);
  add_run_options(simulate, options);
  add_output_options(simulate, options);
  simulate->footer(footer);
}

}  // namespace sunfleck::app
