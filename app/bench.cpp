#include "app/bench.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string_view>

#include "app/embedded_firmware.h"
#include "app/files.h"
#include "app/load_network.h"
#include "app/power_path_file.h"
#include "app/power_words.h"
#include "app/profile_spec.h"
#include "app/sha256.h"
#include "app/snapshot_voltage.h"
#include "app/version.h"
#include "core/base/random.h"
#include "core/network/demo_network.h"
#include "core/power/harvest_statistics.h"
#include "core/power/presets.h"

namespace sunfleck::app {
namespace {

constexpr std::size_t largest_inputs = std::size_t{512} << 20;  // bytes
constexpr std::size_t largest_firmware = std::size_t{64} << 20;
constexpr std::size_t largest_board_file = std::size_t{64} << 10;
constexpr std::uint32_t made_inputs = 10;

// Whole tensors of a file. `what` is "inputs" or "outputs".
Result<std::vector<std::uint8_t>> read_tensors(
    const std::string& path, const Activation& tensor, const char* what) {
  std::vector<std::uint8_t> bytes = TRY(read_file(path, largest_inputs));
  const std::uint64_t each = tensor.bytes();
  if (bytes.empty() || bytes.size() % each != 0)
    return fail(
        Errc::invalid_argument, path, ": ", what, " of ", each,
        " bytes each were expected, the file has ", bytes.size(), " bytes");
  return bytes;
}

CompileOptions compile_options(const ReplaySettings& settings) {
  CompileOptions options;
  if (settings.tile_macs > 0) options.tile_macs = settings.tile_macs;
  if (settings.working_bytes > 0) options.working_bytes = settings.working_bytes;
  return options;
}

std::vector<std::uint8_t> made_up_inputs(const Bench& bench) {
  if (bench.settings.network.empty()) return demo_inputs(made_inputs, bench.settings.seed);
  Random random(bench.settings.seed, "inputs");
  const Activation& input = bench.network.input;
  const std::uint32_t unused = 32 - input.bits;
  std::vector<std::uint8_t> inputs;
  for (std::uint64_t i = 0; i < made_inputs * input.shape.elements(); ++i) {
    const auto high_bits =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(random.bits()) << unused);
    const auto quantum = static_cast<std::uint32_t>(high_bits >> unused);
    inputs.push_back(static_cast<std::uint8_t>(quantum));
    if (input.element_bytes() == 2) inputs.push_back(static_cast<std::uint8_t>(quantum >> 8U));
  }
  return inputs;
}

// A board of other people runs its firmware as it is: what only ours understands is refused.
Status check_foreign(const ReplaySettings& settings) {
  struct Option {
    const char* name;
    bool given;
  };
  const std::array options{
      Option{"--network", !settings.network.empty()},
      Option{"--input", !settings.inputs.empty()},
      Option{"--input-float", !settings.float_inputs.empty()},
      Option{"--expect-output", !settings.expected_output.empty()},
      Option{"--period", settings.inference_period.si > 0.0},
      Option{"--snapshot-voltage", settings.snapshot_voltage.has_value()}};
  if (settings.firmware.empty())
    return fail(Errc::usage, "--board: a board needs its firmware: give --firmware too");
  for (const Option& option : options)
    if (option.given)
      return fail(
          Errc::usage, option.name, ": the board of '", settings.board,
          "' takes none: it runs its firmware as it is");
  if (settings.passes == 0 && settings.max_time == RunTime{} && settings.inferences == 0)
    return fail(
        Errc::usage, "--repeat: nothing would end the run: give --max-time or --inferences too");
  return ok;
}

Status take_firmware(Bench& bench) {
  const ReplaySettings& settings = bench.settings;
  const std::span<const std::uint8_t> built_in = embedded_firmware();
  bench.firmware.assign(built_in.begin(), built_in.end());
  if (!settings.firmware.empty())
    bench.firmware = TRY(read_file(settings.firmware, largest_firmware));
  if (settings.board.empty()) return ok;
  TRY(check_foreign(settings));
  const std::vector<std::uint8_t> file = TRY(read_file(settings.board, largest_board_file));
  bench.board = TRY(read_board_file(
      std::string_view(reinterpret_cast<const char*>(file.data()), file.size()), settings.board));
  bench.board_sha256 = sha256(file);
  bench.assumptions["board"] =
      "memories, UART and the registers of the board file; other registers do nothing, and there "
      "are no interrupts";
  return ok;
}

Status take_inputs(Bench& bench, const LoadedNetwork& loaded) {
  ReplaySettings& settings = bench.settings;
  const std::string& file = settings.float_inputs.empty() ? settings.inputs : settings.float_inputs;
  if (file.empty())
    bench.inputs = made_up_inputs(bench);
  else if (settings.inputs.empty())
    bench.inputs = TRY(read_float_inputs(file, loaded));
  else
    bench.inputs = TRY(read_tensors(file, bench.network.input, "inputs"));
  const std::size_t count = bench.inputs.size() / bench.network.input.bytes();
  if (settings.inferences == 0) settings.inferences = static_cast<std::uint32_t>(count);
  bench.assumptions["inputs"] =
      file.empty() ? join(count, " inputs drawn from the seed") : join(count, " inputs of ", file);
  return ok;
}

Status take_network(Bench& bench) {
  ReplaySettings& settings = bench.settings;
  if (bench.board) return ok;
  const LoadedNetwork loaded =
      TRY(load_network(settings.network, settings.quantisation, compile_options(settings)));
  bench.network = loaded.compiled;
  if (!loaded.calibration.empty()) bench.assumptions["quantisation"] = loaded.calibration;
  TRY(take_inputs(bench, loaded));
  bench.assumptions["verified_bytes"] = bench.network.image.size() + bench.inputs.size();
  if (settings.expected_output.empty()) return ok;
  bench.expected = TRY(read_tensors(settings.expected_output, bench.network.output, "outputs"));
  bench.assumptions["expected_outputs"] = settings.inferences;
  return ok;
}

// Of all samples, and of the times of those that do not follow on the ones before.
Result<std::string> hash_of(HarvestSource& source) {
  const HarvestFormat format = source.format();
  const std::size_t width = sample_width(format);
  Sha256 hash;
  RunTime end{};
  TRY(source.rewind());
  for (bool last = false; !last;) {
    const HarvestBlock block = TRY(source.next());
    last = block.last;
    if (block.first != end && !block.samples.empty())
      hash.add(std::as_bytes(std::span(&block.first, 1)));
    hash.add(std::as_bytes(block.samples));
    end = block.first + static_cast<std::int64_t>(block.samples.size() / width) * format.period;
  }
  TRY(source.rewind());
  return hash.hex();
}

Status take_power(Bench& bench) {
  ReplaySettings& settings = bench.settings;
  if (settings.profile.empty()) settings.profile = default_profile;
  bench.profile = TRY(find_profile(settings.profile, settings.seed));
  const HarvestFormat format = bench.profile.source->format();
  if (settings.path.empty()) settings.path = default_power_path(format.kind);
  NamedPowerPath path = TRY(find_power_path(settings.path));
  if (!settings.harvester.empty())
    path.config.harvester = TRY(harvester_called(settings.harvester));
  if (!settings.panel.empty()) path.config.source.panel = TRY(panel_called(settings.panel));
  TRY(check_panel(path.config.source, format));
  bench.path = TRY(changed(
      path.config,
      {.capacitance = settings.capacitance,
       .initial_voltage = settings.initial_voltage,
       .on = settings.on_threshold,
       .off = settings.off_threshold}));
  TRY(check(bench.path, format));
  bench.profile_sha256 = TRY(hash_of(*bench.profile.source));
  settings.capacitance = bench.path.capacitor.capacitance;
  settings.initial_voltage = bench.path.initial_voltage;
  settings.on_threshold = bench.path.regulator.on;
  settings.off_threshold = bench.path.regulator.off;
  bench.assumptions["profile"] = bench.profile.origin;
  bench.assumptions["profile_kind"] = name_of(format.kind);
  bench.assumptions["power_path"] = path.origin;
  if (!path.toml.empty()) bench.assumptions["power_path_file"] = path.toml;
  return ok;
}

constexpr double highest_millivolts = 65535.0;

// Of a storage voltage, rounded up.
std::uint16_t millivolts(Volts voltage) {
  return static_cast<std::uint16_t>(
      std::clamp(std::ceil(1e3 * voltage.si - 1e-6), 0.0, highest_millivolts));
}

Status take_snapshot_voltage(Bench& bench) {
  ReplaySettings& settings = bench.settings;
  if (settings.strategy != Strategy::voltage) return ok;
  if (!settings.snapshot_voltage) {
    const SnapshotVoltage plan = TRY(snapshot_voltage(bench.network, bench.device, bench.path));
    settings.snapshot_voltage = plan.threshold;
    bench.assumptions["snapshot"] = plan.sentence();
  }
  if (*settings.snapshot_voltage > bench.path.regulator.off) return ok;
  return fail(
      Errc::usage, "--snapshot-voltage: ", *settings.snapshot_voltage,
      " was given, and it must be above the ", bench.path.regulator.off,
      " at which the rail goes off");
}

Status take_plan(Bench& bench) {
  const ReplaySettings& settings = bench.settings;
  bench.plan.stop = {.inferences = settings.inferences, .max_time = settings.max_time};
  bench.plan.firmware_alone = bench.board.has_value();
  if (bench.board) return check(bench.plan);
  TRY(take_snapshot_voltage(bench));
  const double period_ticks = settings.inference_period.si * bench.device.clock.si;
  if (period_ticks >= 4294967295.0)
    return fail(
        Errc::usage, "--period: at most ", 4294967295.0 / bench.device.clock.si,
        " s fit the board's counter, and ", settings.inference_period, " were asked for");
  bench.plan.workload = {
      .network = bench.network.image,
      .inputs = bench.inputs,
      .strategy = settings.strategy,
      .record_level = settings.record_level,
      .inferences = settings.inferences,
      .attempts = settings.attempts,
      .period_ticks = static_cast<std::uint32_t>(period_ticks),
      .tiles_per_commit = settings.tiles_per_commit,
      .snapshot_mv = millivolts(settings.snapshot_voltage.value_or(Volts{})),
      .off_mv = millivolts(bench.path.regulator.off)};
  return check(bench.plan);
}

}  // namespace

Result<Bench> prepare_bench(const ReplaySettings& settings) {
  Bench bench;
  bench.settings = settings;
  bench.assumptions = nlohmann::json::object();
  TRY(take_firmware(bench));
  TRY(take_network(bench));
  TRY(take_power(bench));
  if (bench.settings.device.empty()) bench.settings.device = default_device;
  bench.device = TRY(find_device(bench.settings.device));
  if (bench.board) bench.device.clock = bench.board->clock;
  bench.assumptions["device"] = bench.device.summary;
  bench.assumptions["board_time"] =
      "instruction times come from a model of the Cortex-M4's pipeline: they are estimates";
  TRY(take_plan(bench));
  if (bench.settings.name.empty())
    bench.settings.name = join(
        bench.board ? std::filesystem::path(bench.settings.firmware).filename().string()
                    : bench.network.name,
        " on ", bench.profile.name);
  return bench;
}

db::RunIdentity identity_of(const Bench& bench, const std::string& rig_name) {
  db::RunIdentity identity{
      .name = bench.settings.name,
      .plan =
          nlohmann::json{{"settings", to_json(bench.settings)}, {"assumptions", bench.assumptions}}
              .dump(),
      .program_version = program_version,
      .firmware_sha256 = sha256(bench.firmware),
      .profile_sha256 = bench.profile_sha256,
      .profile_name = bench.profile.name,
      .rig_name = rig_name,
      .board_name = "virtual",
      .board_sha256 = bench.board_sha256,
      .seed = bench.settings.seed};
  if (bench.board) {
    identity.board_name = bench.board->board.name;
    return identity;
  }
  identity.network_sha256 = sha256(bench.network.image);
  identity.inputs_sha256 = sha256(bench.inputs);
  identity.network_name = bench.network.name;
  return identity;
}

}  // namespace sunfleck::app
