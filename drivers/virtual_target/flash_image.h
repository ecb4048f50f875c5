#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/target/target.h"
#include "drivers/virtual_target/board_description.h"
#include "drivers/virtual_target/elf.h"

namespace sunfleck {

// The firmware as it lies in the flash of a board, from its first byte to the last one.
//
//   fails     invalid_argument when a segment lies outside the board's memories, when its bytes
//             would have to be in volatile memory before power comes, or when the vector table at
//             the flash's begin gives no stack in SRAM and no start in flash
Result<std::vector<std::uint8_t>> flash_of(
    std::span<const ElfSegment> firmware, const BoardDescription& board);
// Of the virtual board.
Result<std::vector<std::uint8_t>> flash_of(
    std::span<const ElfSegment> firmware, const BoardMemories& memories);

// Puts what the firmware's file has for the non-volatile memory there.
//
//   firmware      one that flash_of() passed
//   nonvolatile   the whole memory
void put_nonvolatile(
    std::span<const ElfSegment> firmware, const BoardDescription& board,
    std::span<std::uint8_t> nonvolatile);

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
