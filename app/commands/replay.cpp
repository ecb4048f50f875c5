#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/bench.h"
#include "app/commands/command.h"
#include "app/commands/gate_options.h"
#include "app/commands/options.h"
#include "app/commands/quantisation_options.h"
#include "app/files.h"
#include "app/interrupt.h"
#include "app/progress_line.h"
#include "app/replay.h"
#include "app/run_report.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

struct Options {
  ReplaySettings settings;
  std::string store = (data_folder() / "runs.db").string();
  std::string uart_text;
  GateOptions gate;
  bool json = false;
};

constexpr const char* footer =
    R"(Example: sunfleck replay --network kws.tflite --input kws.in --expect-output kws.out \
           --profile walk.trace --repeat --strategy tile --capacitor 47uF
         sunfleck replay --network cnn.onnx --calibration typical.f32 --bits 16x8 --input-float test.f32

         sunfleck replay --firmware my.elf --board my_board.toml --repeat --max-time 10s

A profile is a file (our CSV, Powercast 'sec RSSI,mW', WISP 'ms V'), the name of a built-in or imported
one ('sunfleck profile list'), or a generator with its parameters: constant:power=5mW.)";

std::uint16_t tiles_of(const std::string& text) {
  const std::optional<std::uint16_t> tiles = commits_called(text);
  if (!tiles)
    throw CLI::ValidationError(
        "--commit-every",
        "'plan', 'energy' or a number of 1 to 65534 was wanted, not '" + text + "'");
  return *tiles;
}

void add_what(CLI::App* command, ReplaySettings& to) {
  command->add_option("--name", to.name, "Name of the run")->group("What");
  command
      ->add_option(
          "--firmware", to.firmware,
          "ELF image for the virtual board, or with --board of other people; built in otherwise")
      ->group("What");
  command
      ->add_option("--board", to.board, "Memory map and UART of the board of --firmware: TOML file")
      ->group("What");
  command
      ->add_option(
          "--network", to.network,
          "int8 .tflite or float .onnx file; built-in demo network otherwise")
      ->group("What");
  add_quantisation(command, to.quantisation, "What");
  CLI::Option* const input =
      command
          ->add_option(
              "--input", to.inputs,
              "File of inputs as the board takes them (int8 or int16), one after the other")
          ->group("What");
  command
      ->add_option(
          "--input-float", to.float_inputs,
          "File of float32 inputs in the network file's own layout (NCHW in .onnx, NHWC in "
          ".tflite), "
          "which are quantised")
      ->excludes(input)
      ->group("What");
  command
      ->add_option(
          "--expect-output", to.expected_output,
          "File of int8 or int16 outputs to compare with; exit code 3 when one differs or is "
          "missing")
      ->group("What");
  command->add_option("--profile", to.profile, "Harvesting profile: file, name or generator")
      ->group("What");
  add_word(
      command, "--strategy", "How progress survives power failures", to.strategy,
      {"restart", "layer", "tile", "voltage"}, &strategy_called)
      ->group("What");
  command
      ->add_option_function<std::string>(
          "--commit-every",
          [&to](const std::string& text) { to.tiles_per_commit = tiles_of(text); },
          "Tiles between two commits of 'tile': a number, 'plan' or 'energy'")
      ->type_name("K|plan|energy")
      ->group("What");
  add_quantity<Volts>(
      command, "--snapshot-voltage",
      "Capacitor voltage below which 'voltage' takes its snapshot; worked out otherwise",
      [&to](Volts value) { to.snapshot_voltage = value; })
      ->group("What");
  add_word(
      command, "--records", "What the board reports: each level adds to the one before",
      to.record_level, {"results", "layers", "checkpoints", "tiles"}, &record_level_called)
      ->group("What");
  command
      ->add_option(
          "--attempts", to.attempts, "Power cycles without progress before the board gives up")
      ->check(CLI::Range(1U, 65535U))
      ->capture_default_str()
      ->group("What");
  add_quantity<Seconds>(
      command, "--period", "From the begin of one inference to the next; at once otherwise",
      [&to](Seconds period) { to.inference_period = period; })
      ->group("What");
}

template <class Preset>
std::vector<std::string> names_of(std::span<const Preset> presets) {
  std::vector<std::string> names;
  for (const Preset& preset : presets)
    names.emplace_back(preset.name);
  return names;
}

void add_bench(CLI::App* command, ReplaySettings& to) {
  const std::string group = "Bench";
  command->add_option("--device", to.device, join("Virtual board; ", default_device, " otherwise"))
      ->check(CLI::IsMember(names_of(device_presets())))
      ->group(group);
  command
      ->add_option(
          "--path", to.path,
          "Power path ('sunfleck power list') or a TOML file with one; otherwise one whose "
          "harvester fits the profile's kind")
      ->group(group);
  command
      ->add_option(
          "--harvester", to.harvester,
          "fraction:0.76,interval=16s,pause=256ms | fixed:1.2V | optimum | "
          "perturb:step=10mV,interval=100ms; otherwise the path's")
      ->group(group);
  command
      ->add_option(
          "--panel", to.panel, "Solar panel of an irradiance profile: isc=10mA,voc=2.2V,vmp=1.7V")
      ->group(group);
  add_quantity<Farads>(command, "--capacitor", "Storage capacitance", [&to](Farads value) {
    to.capacitance = value;
  })->group(group);
  add_quantity<Volts>(
      command, "--on", "Capacitor voltage at which the rail comes on",
      [&to](Volts value) { to.on_threshold = value; })
      ->group(group);
  add_quantity<Volts>(
      command, "--off", "Capacitor voltage at which the rail goes off",
      [&to](Volts value) { to.off_threshold = value; })
      ->group(group);
  add_quantity<Volts>(command, "--initial", "Capacitor voltage at the start", [&to](Volts value) {
    to.initial_voltage = value;
  })->group(group);
  add_quantity<Seconds>(
      command, "--sample-period", "Of the meter; 100us otherwise",
      [&to](Seconds value) { to.sample_period = to_run_time(value); })
      ->group(group);
  command->add_option("--tile-macs", to.tile_macs, "Most multiply-accumulates in one tile")
      ->group(group);
  command->add_option("--working-bytes", to.working_bytes, "RAM for one tile")->group(group);
  command->add_option("--seed", to.seed, "Of RAM noise, meter noise and made profiles and inputs")
      ->capture_default_str()
      ->group(group);
}

void add_stop_rules(CLI::App* command, ReplaySettings& to) {
  const std::string group = "When to stop";
  command
      ->add_option_function<std::uint32_t>(
          "--repeat", [&to](std::uint32_t passes) { to.passes = passes; },
          "Play the profile this often; without a number, as often as needed")
      ->expected(0, 1)
      ->default_str("0")
      ->group(group);
  add_quantity<Seconds>(
      command, "--max-time", "Stop after this much time of the run",
      [&to](Seconds value) { to.max_time = to_run_time(value); })
      ->group(group);
  command
      ->add_option(
          "--inferences", to.inferences,
          "Stop after this many inferences; each input once otherwise")
      ->group(group);
}

Exit exit_of(const RunReport& report) {
  if (report.status == "cancelled") return Exit::interrupted;
  if (report.end == name_of(EndReason::no_progress) ||
      report.end == name_of(EndReason::board_fault))
    return Exit::failed;
  if (report.expected && report.expected->correct < report.expected->wanted)
    return Exit::unexpected;
  return Exit::done;
}

// Of a firmware of other people the layers are tasks, which are known after the run only.
Status check_gate(const Gate& gate, const ReplaySettings& settings, std::size_t layers) {
  const bool has_network = layers > 0;
  return gate.check(has_network ? layers : no_layer, !settings.expected_output.empty());
}

Result<Exit> replay_command(const Options& options, Console& console) {
  const Gate gate = TRY(open_gate(options.gate, options.store));
  const Interrupt interrupt;
  ProgressLine line(console.err, console.progress);
  const RunReport report = TRY(replay(
      options.settings, {.store = options.store, .uart_text = options.uart_text},
      [&line](const ReplayProgress& at) { line.show(at); }, interrupt.token(),
      [&](std::size_t layers) { return check_gate(gate, options.settings, layers); }));
  line.clear();
  const std::vector<Verdict> verdicts = gate.judge(report);
  if (options.json) {
    json object = to_json(report);
    if (!verdicts.empty()) object["expectations"] = to_json(verdicts);
    console.out << object.dump(2) << "\n";
  } else {
    console.out << to_text(report);
  }
  for (const std::string& sentence : report.findings)
    console.err << "sunfleck: " << sentence << "\n";
  const bool all_met = report_unmet(verdicts, console.err);
  const Exit exit = exit_of(report);
  return exit == Exit::done && !all_met ? Exit::unexpected : exit;
}

}  // namespace

void add_replay(CLI::App& program, Invocation& invocation) {
  CLI::App* command =
      program.add_subcommand("replay", "Replay a harvesting profile into the firmware");
  const auto options = std::make_shared<Options>();
  add_what(command, options->settings);
  add_bench(command, options->settings);
  add_stop_rules(command, options->settings);
  command->add_option("--store", options->store, "Run store to write to")->capture_default_str();
  command->add_option(
      "--uart-text", options->uart_text, "File for the text that the board prints on its UART");
  command->add_flag("--json", options->json, "Print the result as JSON");
  add_gate(command, options->gate, footer);
  command->callback([&invocation, options] {
    invocation = [options](Console& console) { return replay_command(*options, console); };
  });
}

}  // namespace sunfleck::app
