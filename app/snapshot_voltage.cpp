#include "app/snapshot_voltage.h"

#include <algorithm>

#include "core/base/text.h"
#include "target_fw/protocol/live_activations.h"

namespace sunfleck::app {
namespace {

using namespace literals;

constexpr double margin = 1.5;
constexpr double hysteresis = 17.0 / 16.0;  // of the firmware
constexpr Volts adc_step = 10.0_mV;
constexpr double buck_efficiency = 0.85;
// Of the kernels on a Cortex-M4, rounded up.
constexpr double cycles_per_mac = 4.0, cycles_per_depthwise_mac = 15.0;
constexpr double cycles_per_addition = 15.0, cycles_per_output = 20.0;
constexpr double commit_cycles = 2000.0;  // with its record's checksum
constexpr double layer_cycles = 200.0;    // to find out whether its activations are needed
constexpr double word_cycles = 4.0;       // beside those that the device waits

const fw_image_header& header_of(const CompiledNetwork& network) {
  return *reinterpret_cast<const fw_image_header*>(network.image.data());
}

// Of any place in the work: at the end of a layer, or before its last tile, when most of its output
// is made and its inputs are still needed.
std::uint32_t largest_snapshot(const CompiledNetwork& network) {
  const fw_image_header& image = header_of(network);
  std::uint32_t largest = 0;
  for (std::uint32_t i = 0; i < image.layer_count; ++i) {
    const std::uint32_t tiles = fw_image_layer(&image, i)->tile_count;
    for (const std::uint32_t tile : {tiles - 1, tiles}) {
      fw_live live{};
      fw_live_find(&live, &image, i, tile);
      largest = std::max(largest, fw_live_bytes(&live));
    }
  }
  return largest;
}

// Cycles of the dearest tile: the first of a layer is its largest.
double dearest_tile(const CompiledNetwork& network) {
  const fw_image_header& image = header_of(network);
  double dearest = 0.0;
  for (std::uint32_t i = 0; i < image.layer_count; ++i) {
    const fw_layer& layer = *fw_image_layer(&image, i);
    const fw_tile first = fw_tile_of(&layer, 0);
    const fw_tile whole = fw_whole_layer(&layer);
    const double share = static_cast<double>(fw_tile_output_bytes(&layer, &first)) /
        fw_tile_output_bytes(&layer, &whole);
    const LayerCounts& counts = network.layers[i];
    const bool depthwise = layer.op == FW_OP_DEPTHWISE_CONV_2D;
    const double cycles =
        (depthwise ? cycles_per_depthwise_mac : cycles_per_mac) * static_cast<double>(counts.macs) +
        cycles_per_addition * static_cast<double>(counts.additions) +
        cycles_per_output * static_cast<double>(counts.output.elements());
    dearest = std::max(dearest, share * cycles);
  }
  return dearest;
}

// What a charge at the rail takes out of the storage.
Joules out_of_storage(Coulombs charge, const Regulator& regulator) {
  if (regulator.output.kind == OutputKind::buck)
    return 1.0 / buck_efficiency * (charge * regulator.output.voltage);
  return charge * regulator.on;
}

}  // namespace

std::string SnapshotVoltage::sentence() const {
  return join(
      "taken below ", engineering(threshold), ": what is left above the off threshold covers the ",
      "dearest tile, ", engineering(tile), ", and the largest snapshot, ", bytes, " bytes and ",
      engineering(snapshot), ", one and a half times");
}

Result<SnapshotVoltage> snapshot_voltage(
    const CompiledNetwork& network, const DeviceTruth& device, const PowerPathConfig& path) {
  const Regulator& regulator = path.regulator;
  const double factor = device.factor_at(regulator.on);
  double sum = 0.0;
  for (const InstructionClass each :
       {InstructionClass::alu, InstructionClass::load, InstructionClass::multiply})
    sum += device.per_cycle[static_cast<std::size_t>(each)].si;
  const Coulombs cycle{factor * sum / 3.0};
  const FramCost& write = device.fram.write;
  const std::uint32_t bytes = largest_snapshot(network);
  const double words = static_cast<double>(bytes) / device.fram.word_bytes;
  const double lines = static_cast<double>(bytes) / device.fram.line_bytes;
  const double cycles = commit_cycles + layer_cycles * static_cast<double>(network.layers.size()) +
      words * (word_cycles + write.word_cycles) + lines * write.open_cycles;
  const Coulombs snapshot = cycles * cycle + factor * (words * write.word + lines * write.open);
  SnapshotVoltage plan{
      .threshold = {},
      .bytes = bytes,
      .snapshot = out_of_storage(snapshot, regulator),
      .tile = out_of_storage(dearest_tile(network) * cycle, regulator)};
  const Joules needed = margin * (plan.snapshot + plan.tile);
  plan.threshold =
      sqrt(regulator.off * regulator.off + 2.0 * needed / path.capacitor.capacitance) + adc_step;
  if (hysteresis * plan.threshold >= regulator.on)
    return fail(
        Errc::invalid_argument, "strategy voltage: ", plan.sentence(),
        ", and with hysteresis that is not below the ", engineering(regulator.on),
        " at which the rail comes on; a larger capacitor or smaller tiles are needed, or "
        "--snapshot-voltage");
  return plan;
}

}  // namespace sunfleck::app
