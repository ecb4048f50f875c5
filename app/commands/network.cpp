#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/command.h"
#include "app/commands/quantisation_options.h"
#include "app/files.h"
#include "app/load_network.h"
#include "app/replay_settings.h"
#include "app/sha256.h"
#include "app/table.h"
#include "core/network/describe.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

struct Options {
  std::string network;
  std::string to;
  Quantisation quantisation;
  CompileOptions compile;
  bool json = false;
};

std::string shape_text(const Shape& shape) {
  return join(shape.height, "x", shape.width, "x", shape.channels);
}

json activation_json(const Activation& activation) {
  return {
      {"height", activation.shape.height},     {"width", activation.shape.width},
      {"channels", activation.shape.channels}, {"scale", activation.scale},
      {"zero_point", activation.zero_point},   {"bits", activation.bits},
  };
}

json layer_json(const LayerCounts& layer) {
  return {
      {"name", layer.name},
      {"operator", name_of(layer.op)},
      {"output", {layer.output.height, layer.output.width, layer.output.channels}},
      {"macs", layer.macs},
      {"additions", layer.additions},
      {"weight_bytes", layer.weight_bytes},
      {"nonvolatile_bytes_read", layer.nonvolatile_read},
      {"nonvolatile_bytes_written", layer.nonvolatile_written},
      {"tiles", layer.tiles},
      {"tiles_per_commit", layer.tiles_per_commit},
      {"activation_bits", layer.activation_bits},
      {"weight_bits", layer.weight_bits},
      {"working_bytes", layer.working_bytes},
      {"scratch_bytes", layer.scratch_bytes},
  };
}

constexpr std::array strategies{
    Strategy::restart, Strategy::layer, Strategy::tile, Strategy::voltage};

json memory_json(const CompiledNetwork& network) {
  json memory;
  for (const Strategy strategy : strategies) {
    const NetworkMemory needed = memory_of(network, strategy);
    memory[name_of(strategy)] = {
        {"ram_bytes", needed.ram},
        {"nonvolatile_bytes", needed.nonvolatile},
        {"executable", needed.ram <= working_bytes_max}};
  }
  return memory;
}

json network_json(const LoadedNetwork& loaded) {
  const CompiledNetwork& network = loaded.compiled;
  json layers = json::array();
  for (const LayerCounts& layer : network.layers)
    layers.push_back(layer_json(layer));
  return {
      {"name", network.name},
      {"quantised", loaded.calibration.empty() ? json(nullptr) : json(loaded.calibration)},
      {"input", activation_json(network.input)},
      {"output", activation_json(network.output)},
      {"layers", layers},
      {"macs", totals_of(network).macs},
      {"arena_bytes", network.arena_bytes},
      {"working_bytes", network.working_bytes},
      {"scratch_bytes", network.scratch_bytes},
      {"memory", memory_json(network)},
      {"image_bytes", network.image.size()},
      {"image_sha256", sha256(network.image)},
  };
}

// "8", or of a layer with other weights than int8 "16 x 4".
std::string bits_text(const LayerCounts& layer) {
  if (layer.weight_bits == 0) return join(layer.activation_bits);
  return join(layer.activation_bits, " x ", layer.weight_bits);
}

std::vector<std::string> layer_row(std::size_t index, const LayerCounts& layer) {
  return {
      join(index),
      name_of(layer.op),
      shape_text(layer.output),
      bits_text(layer),
      join(layer.macs),
      join(layer.weight_bytes),
      join(layer.nonvolatile_read),
      join(layer.nonvolatile_written),
      join(layer.tiles),
      join(layer.working_bytes),
      join(layer.scratch_bytes),
  };
}

std::string layers_text(const CompiledNetwork& network) {
  std::vector<std::vector<std::string>> rows;
  for (const LayerCounts& layer : network.layers)
    rows.push_back(layer_row(rows.size(), layer));
  const NetworkTotals totals = totals_of(network);
  rows.push_back(
      {"", "total", "", "", join(totals.macs), join(totals.weight_bytes),
       join(totals.nonvolatile_read), join(totals.nonvolatile_written), join(totals.tiles),
       join(network.working_bytes), join(network.scratch_bytes)});
  return table_text(
      {{"#"},
       {"layer", Align::left},
       {"output", Align::left},
       {"bits"},
       {"MACs"},
       {"weights (B)"},
       {"NVM read (B)"},
       {"NVM written (B)"},
       {"tiles"},
       {"RAM (B)"},
       {"scratch (B)"}},
      rows);
}

// What each strategy needs of the board.
std::string memory_text(const CompiledNetwork& network) {
  std::vector<std::vector<std::string>> rows;
  for (const Strategy strategy : strategies) {
    const NetworkMemory needed = memory_of(network, strategy);
    const bool fits = needed.ram <= working_bytes_max;
    rows.push_back(
        {name_of(strategy), join(needed.ram), join(needed.nonvolatile),
         fits ? "" : join("refused: more than ", working_bytes_max, " B of RAM")});
  }
  return table_text({{"strategy", Align::left}, {"RAM (B)"}, {"NVM (B)"}, {"", Align::left}}, rows);
}

std::string network_text(const LoadedNetwork& loaded) {
  const CompiledNetwork& network = loaded.compiled;
  return join(
      network.name, "\n  input ", shape_text(network.input.shape), ", ", network.input.bits,
      " bits; output ", shape_text(network.output.shape), ", ", network.output.bits, " bits",
      loaded.calibration.empty() ? "" : "\n  quantised ", loaded.calibration, "\n  image ",
      network.image.size(), " B\n\n", layers_text(network), "\n", memory_text(network));
}

Result<Exit> show(const Options& options, Console& console) {
  const LoadedNetwork network =
      TRY(load_network(options.network, options.quantisation, options.compile));
  if (options.json)
    console.out << network_json(network).dump(2) << "\n";
  else
    console.out << network_text(network);
  return Exit::done;
}

Result<Exit> compile_to_file(const Options& options, Console& console) {
  const LoadedNetwork loaded =
      TRY(load_network(options.network, options.quantisation, options.compile));
  const CompiledNetwork& network = loaded.compiled;
  TRY(write_file(options.to, network.image));
  if (options.json)
    console.out << network_json(loaded).dump(2) << "\n";
  else
    console.out << options.to << ": " << network.image.size() << " bytes, " << network.layers.size()
                << " layers, " << totals_of(network).tiles << " tiles\n";
  return Exit::done;
}

CLI::App* add_action(
    CLI::App* parent, Invocation& invocation, const char* name, const char* summary,
    Result<Exit> (*action)(const Options&, Console&)) {
  CLI::App* command = parent->add_subcommand(name, summary);
  const auto options = std::make_shared<Options>();
  command->add_option(
      "network", options->network,
      "int8 .tflite or float .onnx file; the built-in demo network otherwise");
  add_quantisation(command, options->quantisation, "OPTIONS");
  command
      ->add_option(
          "--tile-macs", options->compile.tile_macs, "Most multiply-accumulates in one tile")
      ->capture_default_str();
  command->add_option("--working-bytes", options->compile.working_bytes, "RAM for one tile")
      ->capture_default_str();
  command
      ->add_option(
          "--tiles-per-commit", options->compile.tiles_per_commit,
          "Tiles between two commits in every layer; the plan's own otherwise")
      ->check(CLI::Range(1, 65534));
  command->add_flag("--json", options->json, "Print JSON");
  if (action == &compile_to_file)
    command->add_option("-o,--output", options->to, "Network image to write")->required();
  command->callback([&invocation, options, action] {
    invocation = [options, action](Console& console) { return action(*options, console); };
  });
  return command;
}

}  // namespace

void add_network(CLI::App& program, Invocation& invocation) {
  CLI::App* network = program.add_subcommand("network", "Look at networks and compile them");
  network->require_subcommand(1);
  add_action(network, invocation, "show", "Show layers, counts and the tile plan", &show);
  add_action(
      network, invocation, "compile", "Write the image that a board executes", &compile_to_file);
  network->footer(
      "Example: sunfleck network show kws.tflite\n"
      "         sunfleck network compile cnn.onnx --calibration typical.f32 --bits 16x8 -o "
      "cnn.image");
}

}  // namespace sunfleck::app
