#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace sunfleck::app {

// The boards that OpenOCD can program, by the name that their firmware gives them.
std::vector<std::string> flashable_boards();

// The board that a firmware image is for: its name stands in the image.
// Fails with invalid_argument when the file is no ELF file of our firmware.
Result<std::string> board_of_image(std::span<const std::uint8_t> elf, const std::string& file);

// Programs the board that hangs at the debug probe and starts it.
//
//   interface  OpenOCD's configuration of the probe, such as "interface/jlink.cfg"; empty: that of
//              the probe that is usual for the board
//   openocd    the program
//   fails      usage for an unknown board; invalid_argument when the image is for another board; io
//              with what OpenOCD said when it fails
Status flash_board(
    const std::string& board, const std::string& elf_file, const std::string& interface,
    const std::string& openocd);

}  // namespace sunfleck::app
