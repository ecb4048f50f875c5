#pragma once

#include <cstdint>
#include <span>

#include "core/base/clock.h"
#include "core/base/units.h"

namespace sunfleck {

// Bytes of the board's UART as they arrived.
struct UartBytes {
  RunTime first{};   // when the first byte was complete at the receiver
  Seconds per_byte;  // time of one byte on the line; byte i is complete at first + i * per_byte
  std::span<const std::uint8_t> bytes;
};

}  // namespace sunfleck
