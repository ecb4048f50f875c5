#pragma once

#include <cstdint>

namespace sunfleck {

// The board's RAM as a run used it, in bytes: the most that was touched in any power cycle.
struct MemoryUse {
  std::uint32_t data = 0;     // variables: laid out by the linker
  std::uint32_t stack = 0;    // from its top to the deepest place that was written
  std::uint32_t working = 0;  // from the first byte that is nobody's to the last that was written
  std::uint32_t board = 0;    // that there are

  std::uint32_t total() const { return data + stack + working; }
  friend bool operator==(const MemoryUse&, const MemoryUse&) = default;
};

}  // namespace sunfleck
