#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/options.h"
#include "app/commands/target_options.h"
#include "app/files.h"
#include "app/flash_board.h"
#include "app/replay_settings.h"
#include "app/table.h"
#include "core/target/target_run.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

struct Options {
  TargetOptions target;
  LoadOptions load;
  std::uint32_t inferences = 0;
  Strategy strategy = Strategy::tile;
  RecordLevel records = RecordLevel::results;
  std::string source;
  std::string expected;
  std::string mode;
  std::string board, image, interface, openocd = "openocd";
};

constexpr std::size_t largest_outputs = std::size_t{64} << 20;  // bytes

struct ModeName {
  std::string_view name;
  fw_mode mode;
};
constexpr std::array modes{
    ModeName{"run", FW_MODE_RUN},
    ModeName{"mlperf-performance", FW_MODE_MLPERF_PERFORMANCE},
    ModeName{"mlperf-energy", FW_MODE_MLPERF_ENERGY},
    ModeName{"idle", FW_MODE_IDLE},
};

struct TestName {
  std::uint32_t bit;
  const char* name;
};
constexpr std::array tests{
    TestName{FW_TESTED_RAM, "working memory"},
    TestName{FW_TESTED_NV, "non-volatile memory"},
    TestName{FW_TESTED_SLOTS, "a record outlives a torn write"},
    TestName{FW_TESTED_CRC, "CRC-32"},
    TestName{FW_TESTED_TICKS, "ticks count"},
    TestName{FW_TESTED_ADC, "supply voltage"},
    TestName{FW_TESTED_KERNEL, "a kernel's known answer"},
};

std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string name_of_mode(std::uint8_t mode) {
  const auto* const found = std::ranges::find(
      modes, mode, [](const ModeName& row) { return static_cast<std::uint8_t>(row.mode); });
  return std::string(found == modes.end() ? "?" : found->name);
}

bool has_config(const fw_identity& identity) {
  return identity.config.magic == FW_RUN_CONFIG_MAGIC &&
      identity.config.version == FW_RUN_CONFIG_VERSION &&
      identity.config.strategy <= FW_STRATEGY_VOLTAGE;
}

json source_json(const fw_identity& identity, fw_source source) {
  const fw_network_name& network = identity.networks[source];
  const fw_inputs_name& inputs = identity.inputs[source];
  return {
      {"network", network.name},
      {"network_crc32", network.crc32},
      {"inputs", inputs.count},
      {"inputs_crc32", inputs.crc32}};
}

json identity_json(const fw_identity& identity) {
  json config = nullptr;
  if (has_config(identity))
    config = {
        {"run_id", identity.config.run_id},
        {"mode", name_of_mode(identity.config.mode)},
        {"strategy", name_of(static_cast<Strategy>(identity.config.strategy))},
        {"inferences", identity.config.inferences},
        {"source", identity.config.source == FW_SOURCE_LOADED ? "loaded" : "built-in"}};
  return {
      {"board", identity.board},
      {"firmware", hex(identity.firmware)},
      {"protocol", identity.protocol},
      {"kernels", identity.fast_kernels != 0 ? "fast" : "plain"},
      {"ticks_per_second", identity.ticks_per_second},
      {"working_bytes", identity.working_bytes},
      {"nonvolatile_bytes", identity.nv_bytes},
      {"room_for_network", identity.loaded_bytes[FW_OBJECT_NETWORK]},
      {"room_for_inputs", identity.loaded_bytes[FW_OBJECT_INPUTS]},
      {"built_in", source_json(identity, FW_SOURCE_BUILT_IN)},
      {"loaded", source_json(identity, FW_SOURCE_LOADED)},
      {"run", config},
      {"progress",
       {{"inference", identity.inference}, {"layer", identity.layer}, {"tile", identity.tile}}},
  };
}

std::string source_text(const fw_identity& identity, fw_source source) {
  const fw_network_name& network = identity.networks[source];
  if (network.crc32 == 0) return "nothing";
  return join(
      network.name[0] == 0 ? "without a name" : network.name, ", ", identity.inputs[source].count,
      " inputs");
}

std::string identity_text(const fw_identity& identity) {
  const fw_run_config& run = identity.config;
  return join(
      "board       ", identity.board, ", ", identity.ticks_per_second, " ticks per second, ",
      identity.fast_kernels != 0 ? "fast" : "plain", " kernels\n", "firmware    ",
      hex(identity.firmware), ", protocol ", identity.protocol, "\n", "memory      ",
      identity.working_bytes, " B working RAM, ", identity.nv_bytes, " B non-volatile\n",
      "built in    ", source_text(identity, FW_SOURCE_BUILT_IN), "\n", "loaded      ",
      source_text(identity, FW_SOURCE_LOADED), "; room for ",
      identity.loaded_bytes[FW_OBJECT_NETWORK], " B network, ",
      identity.loaded_bytes[FW_OBJECT_INPUTS], " B inputs\n", "run         ",
      has_config(identity) ? join(
                                 run.run_id, ", mode ", name_of_mode(run.mode), ", strategy ",
                                 name_of(static_cast<Strategy>(run.strategy)), ", ",
                                 identity.inference, " of ", run.inferences, " inferences done")
                           : "none",
      "\n");
}

Result<Exit> identify(const Options& options, Console& console) {
  return with_target(options.target, [&](TargetSession& session) -> Result<Exit> {
    const fw_identity& identity = session.client.identity();
    if (options.target.json)
      console.out << identity_json(identity).dump(2) << "\n";
    else
      console.out << identity_text(identity);
    return Exit::done;
  });
}

Result<Exit> load(const Options& options, Console& console) {
  if (options.load.network.empty() && options.load.inputs.empty())
    return fail(Errc::usage, "load: --network or --input is needed");
  return with_target(options.target, [&](TargetSession& session) -> Result<Exit> {
    TRY(load_target(options.load, session, console));
    const fw_identity identity = TRY(session.client.identify());
    if (options.target.json)
      console.out << source_json(identity, FW_SOURCE_LOADED).dump(2) << "\n";
    else
      console.out << "loaded: " << source_text(identity, FW_SOURCE_LOADED) << "\n";
    return Exit::done;
  });
}

// The configuration of the next run: another than that of the last one.
fw_run_config next_config(const Options& options, const fw_identity& identity) {
  const bool loaded = options.source.empty() ? identity.networks[FW_SOURCE_LOADED].crc32 != 0
                                             : options.source == "loaded";
  return {
      .strategy = static_cast<std::uint8_t>(options.strategy),
      .record_level = static_cast<std::uint8_t>(options.records),
      .run_id = has_config(identity) ? identity.config.run_id + 1 : 1,
      .inferences = options.inferences,
      .attempts = 16,
      .source = static_cast<std::uint8_t>(loaded ? FW_SOURCE_LOADED : FW_SOURCE_BUILT_IN),
      .mode = FW_MODE_RUN};
}

// How many of the wanted outputs, one after the other in a file, came as they should.
Result<std::uint32_t> correct_outputs(const Options& options, const TargetRun& run) {
  const std::vector<std::uint8_t> bytes = TRY(read_file(options.expected, largest_outputs));
  std::uint32_t correct = 0;
  for (const auto& [inference, output] : run.outputs) {
    const std::size_t at = output.empty() ? 0 : inference * output.size() % bytes.size();
    if (bytes.size() % output.size() != 0)
      return fail(
          Errc::invalid_argument, options.expected, ": ", bytes.size(),
          " bytes are no whole outputs of ", output.size(), " bytes");
    if (std::equal(output.begin(), output.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at)))
      ++correct;
  }
  return correct;
}

Result<Exit> tell_run(const Options& options, const TargetRun& run, Console& console) {
  std::optional<std::uint32_t> correct;
  if (!options.expected.empty()) correct = TRY(correct_outputs(options, run));
  json result{
      {"inferences", options.inferences},
      {"outputs", run.outputs.size()},
      {"contradicting", run.contradicting},
      {"boots", run.boots},
      {"fault", run.fault ? json(run.fault->code) : json(nullptr)},
      {"correct", correct ? json(*correct) : json(nullptr)}};
  if (options.target.json) {
    console.out << result.dump(2) << "\n";
  } else {
    console.out << run.outputs.size() << " of " << options.inferences << " inferences done";
    if (correct) console.out << ", " << *correct << " as expected";
    console.out << "\n";
  }
  if (run.fault) {
    console.err << "sunfleck: the board reports fault " << int{run.fault->code} << ", detail "
                << run.fault->detail << "\n";
    return Exit::failed;
  }
  if (correct && *correct < options.inferences) return Exit::unexpected;
  return run.outputs.size() < options.inferences ? Exit::failed : Exit::done;
}

Result<Exit> run(const Options& options, Console& console) {
  return with_target(options.target, [&](TargetSession& session) -> Result<Exit> {
    TRY(load_target(options.load, session, console));
    const fw_identity identity = TRY(session.client.identify());
    TargetProgress progress(console);
    const TargetRun run = TRY(run_on_target(
        session.client, next_config(options, identity), [&](const TargetRunProgress& at) {
          progress.show("run", at.outputs, options.inferences, "inferences");
        }));
    return tell_run(options, run, console);
  });
}

Result<Exit> self_test(const Options& options, Console& console) {
  return with_target(options.target, [&](TargetSession& session) -> Result<Exit> {
    const fw_self_test tested = TRY(session.client.self_test());
    json result = json::object();
    for (const TestName& test : tests) {
      const char* const outcome = (tested.failed & test.bit) != 0
          ? "failed"
          : ((tested.passed & test.bit) != 0 ? "passed" : "absent");
      result[test.name] = outcome;
      if (!options.target.json) console.out << outcome << "  " << test.name << "\n";
    }
    if (options.target.json) console.out << result.dump(2) << "\n";
    return tested.failed == 0 ? Exit::done : Exit::unexpected;
  });
}

Result<Exit> set_mode(const Options& options, Console& console) {
  const auto* const mode = std::ranges::find(modes, options.mode, &ModeName::name);
  return with_target(options.target, [&](TargetSession& session) -> Result<Exit> {
    TRY(load_target(options.load, session, console));
    const fw_identity identity = TRY(session.client.identify());
    Options one = options;
    one.inferences = 1;
    fw_run_config config = next_config(one, identity);
    config.mode = static_cast<std::uint8_t>(mode->mode);
    TRY(session.client.run(config));
    if (options.target.json)
      console.out << json{{"mode", options.mode}}.dump(2) << "\n";
    else
      console.out << "mode " << options.mode << "\n";
    return Exit::done;
  });
}

Result<Exit> flash(const Options& options, Console& console) {
  TRY(flash_board(options.board, options.image, options.interface, options.openocd));
  if (options.target.json)
    console.out << json{{"board", options.board}, {"image", options.image}}.dump(2) << "\n";
  else
    console.out << options.board << ": " << options.image << " is programmed and verified\n";
  return Exit::done;
}

// A subcommand with the options of its own, and an example.
struct Row {
  const char* name;
  const char* summary;
  Result<Exit> (*action)(const Options&, Console&);
  void (*add_options)(CLI::App*, Options&);
  const char* example;
};

void add_run_options(CLI::App* command, Options& to) {
  add_load_options(command, to.load);
  command->add_option("-n,--inferences", to.inferences, "How many inferences")
      ->check(CLI::Range(1U, 0xFFFFFFFFU))
      ->required();
  command->add_option(
      "--expect-output", to.expected, "File of outputs; exit code 3 when one differs");
  add_word(
      command, "--records", "What the board reports", to.records,
      {"results", "layers", "checkpoints", "tiles"}, &record_level_called);
}

void add_work_options(CLI::App* command, Options& to) {
  add_word(
      command, "--strategy", "How progress survives power failures", to.strategy,
      {"restart", "layer", "tile"}, &strategy_called);
  command
      ->add_option(
          "--source", to.source, "Which network; the loaded one otherwise, if there is one")
      ->check(CLI::IsMember({"built-in", "loaded"}));
}

void add_mode_options(CLI::App* command, Options& to) {
  std::vector<std::string> names;
  for (const ModeName& mode : modes)
    names.emplace_back(mode.name);
  command->add_option("mode", to.mode, "What the board does at power-up")
      ->check(CLI::IsMember(names))
      ->required();
  add_load_options(command, to.load);
  add_work_options(command, to);
}

void add_flash_options(CLI::App* command, Options& to) {
  command->add_option("--board", to.board, "Which board hangs at the probe")
      ->check(CLI::IsMember(flashable_boards()))
      ->required();
  command->add_option("image", to.image, "ELF file of the firmware")->required();
  command->add_option(
      "--interface", to.interface, "OpenOCD's configuration of another probe than the usual one");
  command->add_option("--openocd", to.openocd, "The program")->capture_default_str();
  command->add_flag("--json", to.target.json, "Print JSON");
}

constexpr std::array rows{
    Row{"identify", "Show what the board is and holds", &identify, [](CLI::App*, Options&) {},
        "sunfleck target identify --rig serial:/dev/ttyACM0"},
    Row{"load", "Put a network and inputs into the board", &load,
        [](CLI::App* command, Options& to) { add_load_options(command, to.load); },
        "sunfleck target load --network kws.tflite --input kws.in --fram board.fram"},
    Row{"run", "Run inferences and take their results", &run,
        [](CLI::App* command, Options& to) {
          add_run_options(command, to);
          add_work_options(command, to);
        },
        "sunfleck target run -n 20 --expect-output kws.out --fram board.fram"},
    Row{"selftest", "Let the board test itself", &self_test, [](CLI::App*, Options&) {},
        "sunfleck target selftest --rig pty:/dev/pts/3"},
    Row{"mode", "Choose what the board does at power-up", &set_mode, &add_mode_options,
        "sunfleck target mode mlperf-performance --network kws.tflite --fram board.fram"},
    Row{"flash", "Program a board through OpenOCD", &flash, &add_flash_options,
        "sunfleck target flash --board nrf52840 build/release/firmware/nrf52840.elf"},
};

}  // namespace

void add_target(CLI::App& program, Invocation& invocation) {
  CLI::App* target = program.add_subcommand("target", "Talk to a board");
  target->require_subcommand(1);
  for (const Row& row : rows) {
    CLI::App* command = target->add_subcommand(row.name, row.summary);
    const auto options = std::make_shared<Options>();
    row.add_options(command, *options);
    if (row.action != &flash) add_target_options(command, options->target);
    command->footer(std::string("Example: ") + row.example);
    const auto action = row.action;
    command->callback([&invocation, options, action] {
      invocation = [options, action](Console& console) { return action(*options, console); };
    });
  }
  add_target_measure(target, invocation);
  target->footer("Example: sunfleck target measure --kernel conv --size 16x16x16 --filters 32");
}

}  // namespace sunfleck::app
