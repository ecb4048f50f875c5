#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/command.h"
#include "app/commands/options.h"
#include "app/commands/quantisation_options.h"
#include "app/interrupt.h"
#include "app/prediction.h"
#include "app/progress_line.h"

namespace sunfleck::app {
namespace {

struct Options {
  PredictionSettings settings;
  bool json = false;
};

Result<Exit> predict_command(const Options& options, Console& console) {
  const Interrupt interrupt;
  ProgressLine line(console.err, console.progress);
  const Prediction prediction = TRY(predict(
      options.settings, [&line](double share) { line.show(share, "of the draws played"); },
      interrupt.token()));
  line.clear();
  if (options.json)
    console.out << to_json(prediction).dump(2) << "\n";
  else
    console.out << to_text(prediction);
  return Exit::done;
}

void add_what(CLI::App* command, PredictionSettings& to) {
  command->add_option(
      "network", to.replay.network,
      "int8 .tflite or float .onnx file; built-in demo network otherwise");
  command->add_option("--model", to.model, "Model file of 'sunfleck fit'")->required();
  add_quantisation(command, to.replay.quantisation, "What");
  add_word(
      command, "--strategy", "How progress survives power failures", to.replay.strategy,
      {"restart", "layer", "tile", "voltage"}, &strategy_called)
      ->group("What");
  add_word(
      command, "--records", "What the board reports", to.replay.record_level,
      {"results", "layers", "checkpoints", "tiles"}, &record_level_called)
      ->group("What");
  command
      ->add_option(
          "--input", to.replay.inputs, "File of inputs that will be on the board: it checks them")
      ->group("What");
  command
      ->add_option("--inferences", to.replay.inferences, "How many; one for each input otherwise")
      ->group("What");
  command
      ->add_option(
          "--tile-macs", to.replay.tile_macs, "Most work in one tile; the compiler's own otherwise")
      ->group("What");
}

void add_power(CLI::App* command, PredictionSettings& to) {
  const std::string group = "Power";
  command
      ->add_option(
          "--profile", to.replay.profile,
          "Harvesting profile: file, name or generator; otherwise the supply never fails")
      ->group(group);
  command->add_option("--path", to.replay.path, "Power path: name or TOML file")->group(group);
  add_quantity<Farads>(command, "--capacitor", "Storage capacitance", [&to](Farads value) {
    to.replay.capacitance = value;
  })->group(group);
  add_quantity<Volts>(command, "--on", "The rail comes on here", [&to](Volts value) {
    to.replay.on_threshold = value;
  })->group(group);
  add_quantity<Volts>(command, "--off", "And goes off here", [&to](Volts value) {
    to.replay.off_threshold = value;
  })->group(group);
  add_quantity<Volts>(
      command, "--initial-voltage", "Of the capacitor at the start",
      [&to](Volts value) { to.replay.initial_voltage = value; })
      ->group(group);
  command
      ->add_option_function<std::uint32_t>(
          "--repeat", [&to](std::uint32_t passes) { to.replay.passes = passes; },
          "Play the profile this often; without a number, as often as needed")
      ->expected(0, 1)
      ->default_str("0")
      ->group(group);
  add_time(command, "--max-time", "Stop at this time", to.replay.max_time)->group(group);
  add_time(command, "--step", "Longest step of the power path; 200us otherwise", to.step)
      ->group(group);
}

}  // namespace

void add_predict(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand(
      "predict", "Predict energy, time, power cycles and latency of a network from a fitted model");
  const auto options = std::make_shared<Options>();
  add_what(command, options->settings);
  add_power(command, options->settings);
  command->add_option("--draws", options->settings.draws, "Of the model's coefficients")
      ->check(CLI::Range(20U, 10000U))
      ->capture_default_str();
  command->add_option("--seed", options->settings.replay.seed, "Of draws and made profiles")
      ->capture_default_str();
  command->add_flag("--json", options->json, "Print JSON");
  command->footer(
      "Example:\n"
      "  sunfleck predict kws.tflite --model model.json\n"
      "  sunfleck predict kws.tflite --model model.json --profile rf-walk --repeat --capacitor "
      "220uF --inferences 3");
  command->callback([&invocation, options] {
    invocation = [options](Console& console) { return predict_command(*options, console); };
  });
}

}  // namespace sunfleck::app
