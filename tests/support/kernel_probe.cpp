#include "tests/support/kernel_probe.h"

#include <array>
#include <cstring>
#include <limits>

#include "drivers/virtual_target/elf.h"
#include "drivers/virtual_target/flash_image.h"
#include "drivers/virtual_target/unicorn_cpu.h"
#include "target_fw/protocol/virtual_board.h"

namespace sunfleck {
namespace {

constexpr BoardMemories memories{.sram_bytes = 0x20000, .fram_bytes = 0x1000};
constexpr std::uint32_t output_at = 0x2000;     // in SRAM, as in kernel_probe.c
constexpr std::uint32_t request_bytes = 8;      // struct request there
constexpr std::uint64_t longest = 400'000'000;  // cycles

std::uint32_t rounded(std::size_t bytes) { return static_cast<std::uint32_t>((bytes + 3) / 4 * 4); }

template <class Bytes>
void put(std::vector<std::uint8_t>& flash, std::size_t at, const Bytes& bytes) {
  if (!bytes.empty()) std::memcpy(&flash.at(at), bytes.data(), bytes.size());
}

// Instructions and cycles from power-up until it has computed the layer so many times.
Result<KernelCost> total(const std::vector<std::uint8_t>& flash, const fw_layer& layer) {
  const std::unique_ptr<UnicornCpu> cpu = TRY(UnicornCpu::open(
      {.truth = *find_device("fram-mcu"),
       .sram_bytes = memories.sram_bytes,
       .fram_bytes = memories.fram_bytes}));
  TRY(cpu->load(flash));
  Random noise(1, "probe");
  cpu->power_cycle(noise);
  const Charge all{std::numeric_limits<std::int64_t>::max() / 2};
  if (cpu->run({.cycle = longest, .charge = all}) == CpuStop::fault)
    return fail(Errc::io, cpu->fault());
  const std::vector<PinChange> pins = cpu->registers().take_pins();
  if (pins.empty()) return fail(Errc::io, "kernel probe: did not come to its end");
  const auto output = cpu->sram().subspan(output_at, bytes_of(layer.output));
  return KernelCost{
      .instructions = cpu->instructions(),
      .cycles = pins.back().cycle,
      .output = {output.begin(), output.end()}};
}

}  // namespace

Result<KernelCost> probe_kernel(
    const std::vector<std::uint8_t>& program, const TestLayer& layer, const Values& input,
    const Values& input2) {
  const std::vector<ElfSegment> segments = TRY(read_elf(program));
  std::vector<std::uint8_t> flash = TRY(flash_of(segments, memories));
  const std::uint32_t input2_at = request_bytes + rounded(input.size());
  flash.resize(FW_VB_INPUTS + input2_at + input2.size());
  put(flash, FW_VB_NETWORK, image_of({layer}));
  put(flash, FW_VB_INPUTS + request_bytes, input);
  put(flash, FW_VB_INPUTS + input2_at, input2);
  std::array<KernelCost, 2> costs;
  for (std::uint32_t times : {1U, 2U}) {
    const std::array<std::uint32_t, 2> request{times, input2_at};
    std::memcpy(&flash.at(FW_VB_INPUTS), request.data(), sizeof request);
    costs.at(times - 1) = TRY(total(flash, layer.layer));
  }
  return KernelCost{
      .instructions = costs[1].instructions - costs[0].instructions,
      .cycles = costs[1].cycles - costs[0].cycles,
      .output = costs[1].output};
}

std::uint64_t nominal_macs(const fw_layer& layer) {
  const std::uint64_t window = std::uint64_t{layer.kernel_height} * layer.kernel_width;
  switch (layer.op) {
    case FW_OP_CONV_2D:
      return elements(layer.output) * window * layer.input.channels;
    case FW_OP_DEPTHWISE_CONV_2D:
      return elements(layer.output) * window;
    case FW_OP_FULLY_CONNECTED:
      return std::uint64_t{elements(layer.output)} * elements(layer.input);
    default:
      return elements(layer.output);
  }
}

namespace {

// A convolution that keeps the extents of its input, as most of a network's are.
struct Extents {
  std::uint16_t side;
  std::uint16_t kernel;
  std::uint32_t inputs;
  std::uint32_t outputs;
};

TestLayer made_layer(fw_operator op, Extents extents, TestPrecision precision) {
  TestLayer test;
  Random random(36, "probe");
  fw_layer& layer = test.layer;
  layer.op = static_cast<std::uint16_t>(op);
  layer.weight_bits = precision.weight_bits;
  layer.kernel_height = layer.kernel_width = extents.kernel;
  layer.stride_height = layer.stride_width = 1;
  layer.pad_top = layer.pad_left = static_cast<std::uint16_t>(extents.kernel / 2);
  layer.depth_multiplier = 1;
  layer.input = {
      .height = extents.side,
      .width = extents.side,
      .channels = extents.inputs,
      .element_bytes = precision.element_bytes};
  layer.output = layer.input;
  layer.output.channels = extents.outputs;
  const bool wide = precision.element_bytes == 2;
  if (!wide) layer.input.zero_point = -5;
  if (!wide) layer.output.zero_point = 7;
  layer.activation_min = wide ? -32768 : -128;
  layer.activation_max = wide ? 32767 : 127;
  layer.tile_height = layer.tile_width = extents.side;
  layer.tile_channels = extents.outputs;
  layer.tile_count = layer.tiles_per_commit = 1;
  const std::uint32_t window = std::uint32_t{extents.kernel} * extents.kernel * extents.outputs;
  const std::uint32_t weights = op == FW_OP_DEPTHWISE_CONV_2D ? window : window * extents.inputs;
  for (std::uint32_t i = 0; i < weights; ++i) {
    const auto bits = static_cast<std::int32_t>(random.below(255)) - 127;
    test.weights.push_back(static_cast<std::int8_t>(precision.weight_bits == 4 ? bits >> 4 : bits));
  }
  for (std::uint32_t c = 0; c < extents.outputs; ++c) {
    test.bias.push_back(static_cast<std::int32_t>(random.below(8000)) - 4000);
    test.multiplier.push_back((1 << 30) + static_cast<std::int32_t>(random.below(1 << 30)));
    test.shift.push_back(-10 - static_cast<std::int32_t>(random.below(3)) - (wide ? 2 : 0));
  }
  return test;
}

}  // namespace

std::vector<ProbeLayer> probe_layers() {
  constexpr Extents conv{.side = 16, .kernel = 3, .inputs = 16, .outputs = 32};
  constexpr Extents pointwise{.side = 16, .kernel = 1, .inputs = 64, .outputs = 64};
  constexpr Extents first{.side = 16, .kernel = 3, .inputs = 3, .outputs = 16};
  constexpr Extents depthwise{.side = 16, .kernel = 3, .inputs = 64, .outputs = 64};
  constexpr Extents dense{.side = 1, .kernel = 1, .inputs = 1024, .outputs = 10};
  constexpr TestPrecision wide{.element_bytes = 2};
  constexpr TestPrecision packed{.weight_bits = 4};
  return {
      {"conv 3x3x16 to 32", made_layer(FW_OP_CONV_2D, conv, {})},
      {"conv 3x3x16 to 32, 8x4", made_layer(FW_OP_CONV_2D, conv, packed)},
      {"conv 3x3x16 to 32, 16x8", made_layer(FW_OP_CONV_2D, conv, wide)},
      {"conv 3x3x3 to 16", made_layer(FW_OP_CONV_2D, first, {})},
      {"conv 1x1x64 to 64", made_layer(FW_OP_CONV_2D, pointwise, {})},
      {"depthwise 3x3x64", made_layer(FW_OP_DEPTHWISE_CONV_2D, depthwise, {})},
      {"depthwise 3x3x64, 16x8", made_layer(FW_OP_DEPTHWISE_CONV_2D, depthwise, wide)},
      {"fully connected 1024 to 10", made_layer(FW_OP_FULLY_CONNECTED, dense, {})},
      {"fully connected 1024 to 10, 8x4", made_layer(FW_OP_FULLY_CONNECTED, dense, packed)},
      {"fully connected 1024 to 10, 16x8", made_layer(FW_OP_FULLY_CONNECTED, dense, wide)},
  };
}

}  // namespace sunfleck
