#pragma once

#include <cstdint>

namespace sunfleck {

// What the telemetry stream of a run went through.
struct TelemetryCounts {
  std::uint64_t records = 0;   // decoded, repeated ones not counted
  std::uint64_t damaged = 0;   // frames with a wrong checksum, or cut by a power failure
  std::uint64_t unknown = 0;   // whole frames that are no record we know
  std::uint64_t missing = 0;   // by gaps in their sequence, the lost ones included
  std::uint64_t repeated = 0;  // received again, and dropped
  std::uint64_t lost = 0;      // that the board says it could not send
  std::uint64_t text = 0;      // bytes of plain text between the frames
};

}  // namespace sunfleck
