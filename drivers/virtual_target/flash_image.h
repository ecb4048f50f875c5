#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/target/target.h"
#include "drivers/virtual_target/elf.h"

namespace sunfleck {

struct BoardMemories {
  std::uint32_t sram_bytes = 0;
  std::uint32_t fram_bytes = 0;
};

// The firmware as it lies in the flash of the virtual board, from its first byte to the last one.
//
//   fails     invalid_argument when a segment lies outside flash, SRAM and FRAM, when its bytes
//   would
//             have to be in volatile memory before power comes, or when the vector table gives no
//             stack in SRAM and no start in flash
Result<std::vector<std::uint8_t>> flash_of(
    std::span<const ElfSegment> firmware, const BoardMemories& memories);

// Adds network image and inputs, with their header, at their places (target_fw/protocol/
// virtual_board.h). A workload without a network is one for a firmware that needs none: nothing is
// added, and the inputs must be empty too.
//
//   memories  the SRAM that the firmware leaves free, and the FRAM
//   fails     invalid_argument when they do not fit, when the strategy needs more RAM or FRAM for
//             the network's activations and tiles, when the firmware reaches into their places, or
//             when the inputs are no whole number of the network's input
Status add_workload(
    std::vector<std::uint8_t>& flash, const Workload& workload, const BoardMemories& memories);

// Inputs with the header that the firmware wants in front of them: struct fw_inputs_header.
//
//   bytes_each   of one input; > 0, and inputs.size() is a multiple of it
std::vector<std::uint8_t> inputs_region_of(
    std::span<const std::uint8_t> inputs, std::uint32_t bytes_each);

// What the non-volatile memory begins with: struct fw_run_config.
std::vector<std::uint8_t> run_config_of(const Workload& workload);

}  // namespace sunfleck
