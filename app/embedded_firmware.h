#pragma once

#include <cstdint>
#include <span>

namespace sunfleck::app {

// The firmware of the virtual board (target_fw/boards/virtual) as the ELF file that the build made.
std::span<const std::uint8_t> embedded_firmware();

}  // namespace sunfleck::app
