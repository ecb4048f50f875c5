#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "tests/firmware/small_network.h"

namespace sunfleck {

// What one layer took in an ARM program, and what it made.
struct KernelCost {
  std::uint64_t instructions = 0;
  std::uint64_t cycles = 0;
  Values output;
};

// Executes a layer as one tile in tests/drivers/programs/kernel_probe.c on the virtual board.
//
//   program  the bytes of kernel_probe.elf or kernel_probe-plain.elf
//   layer    with output and scratch memory of at most 32 KiB each
//   returns  the cost of fw_run_tile() and nothing else
//   fails    as the virtual board does, or with io when the program did not come to its end
Result<KernelCost> probe_kernel(
    const std::vector<std::uint8_t>& program, const TestLayer& layer, const Values& input,
    const Values& input2 = {});

// The multiplications of a layer, with those of padding.
std::uint64_t nominal_macs(const fw_layer& layer);

// The layers that the kernels are measured with: those that published kernels are, and some more.
struct ProbeLayer {
  std::string name;
  TestLayer test;
};
std::vector<ProbeLayer> probe_layers();

}  // namespace sunfleck
