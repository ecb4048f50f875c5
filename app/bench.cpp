#include "app/bench.h"

#include <algorithm>
#include <cmath>

#include "app/embedded_firmware.h"
#include "app/files.h"
#include "app/load_network.h"
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
constexpr std::uint32_t made_inputs = 10;

// The path whose harvester is of the kind that the profile was recorded with.
std::string default_path(HarvestKind kind) {
  switch (kind) {
    case HarvestKind::received_power:
      return "p2110b";
    case HarvestKind::voltage_into_load:
      return "bq25504";
    case HarvestKind::power:
    case HarvestKind::voltage_behind_resistance:
      break;
  }
  return "bq25570";
}

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
  const LoadedNetwork loaded =
      TRY(load_network(settings.network, settings.quantisation, compile_options(settings)));
  bench.network = loaded.compiled;
  if (!loaded.calibration.empty()) bench.assumptions["quantisation"] = loaded.calibration;
  TRY(take_inputs(bench, loaded));
  if (settings.expected_output.empty()) return ok;
  bench.expected = TRY(read_tensors(settings.expected_output, bench.network.output, "outputs"));
  bench.assumptions["expected_outputs"] = settings.inferences;
  return ok;
}

Status take_power(Bench& bench) {
  ReplaySettings& settings = bench.settings;
  if (settings.profile.empty()) settings.profile = default_profile;
  bench.profile = TRY(find_profile(settings.profile, settings.seed));
  const HarvestFormat& format = bench.profile.format;
  if (settings.path.empty()) settings.path = default_path(format.kind);
  const PowerPathConfig preset_path = TRY(power_path_preset(settings.path));
  bench.path = TRY(changed(
      preset_path,
      {.capacitance = settings.capacitance,
       .initial_voltage = settings.initial_voltage,
       .on = settings.on_threshold,
       .off = settings.off_threshold}));
  TRY(check(bench.path, format));
  settings.capacitance = bench.path.capacitor.capacitance;
  settings.initial_voltage = bench.path.initial_voltage;
  settings.on_threshold = bench.path.regulator.on;
  settings.off_threshold = bench.path.regulator.off;
  bench.assumptions["profile"] = bench.profile.origin;
  bench.assumptions["profile_kind"] = name_of(format.kind);
  const auto presets = power_path_presets();
  const auto preset = std::ranges::find(presets, settings.path, &PowerPathPreset::name);
  bench.assumptions["power_path"] = join(preset->summary, "; ", preset->source);
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
  TRY(take_snapshot_voltage(bench));
  const ReplaySettings& settings = bench.settings;
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
  bench.plan.stop = {.inferences = settings.inferences, .max_time = settings.max_time};
  return check(bench.plan);
}

std::vector<std::uint8_t> bytes_of(const HarvestProfile& profile) {
  const auto* const first = reinterpret_cast<const std::uint8_t*>(profile.samples.data());
  return {first, first + profile.samples.size() * sizeof(float)};
}

}  // namespace

Result<Bench> prepare_bench(const ReplaySettings& settings) {
  Bench bench;
  bench.settings = settings;
  bench.assumptions = nlohmann::json::object();
  TRY(take_network(bench));
  TRY(take_power(bench));
  if (bench.settings.device.empty()) bench.settings.device = default_device;
  bench.device = TRY(find_device(bench.settings.device));
  bench.assumptions["device"] = bench.device.summary;
  bench.assumptions["board_time"] =
      "instruction times come from a model of the Cortex-M4's pipeline: they are estimates";
  TRY(take_plan(bench));
  if (bench.settings.name.empty())
    bench.settings.name = join(bench.network.name, " on ", bench.profile.name);
  return bench;
}

db::RunIdentity identity_of(const Bench& bench, const std::string& rig_name) {
  return {
      .name = bench.settings.name,
      .plan =
          nlohmann::json{{"settings", to_json(bench.settings)}, {"assumptions", bench.assumptions}}
              .dump(),
      .program_version = program_version,
      .firmware_sha256 = sha256(embedded_firmware()),
      .network_sha256 = sha256(bench.network.image),
      .profile_sha256 = sha256(bytes_of(bench.profile)),
      .inputs_sha256 = sha256(bench.inputs),
      .network_name = bench.network.name,
      .profile_name = bench.profile.name,
      .rig_name = rig_name,
      .seed = bench.settings.seed};
}

}  // namespace sunfleck::app
