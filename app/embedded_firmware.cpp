#include "app/embedded_firmware.h"

extern "C" {
extern const std::uint8_t sunfleck_firmware_begin[];
extern const std::uint8_t sunfleck_firmware_end[];
}

namespace sunfleck::app {

std::span<const std::uint8_t> embedded_firmware() {
  return {sunfleck_firmware_begin, sunfleck_firmware_end};
}

}  // namespace sunfleck::app
