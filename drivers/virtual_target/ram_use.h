#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/session/memory_use.h"
#include "drivers/virtual_target/elf.h"
#include "drivers/virtual_target/flash_image.h"

namespace sunfleck {

// How a firmware divides the SRAM; offsets in it, ranges half-open.
struct RamLayout {
  std::uint32_t bytes = 0;         // of the SRAM
  std::uint32_t data = 0;          // bytes of variables
  std::uint32_t stack_from = 0;    // where nothing of the image lies below the stack
  std::uint32_t stack_top = 0;     // the stack grows down from here
  std::uint32_t working_from = 0;  // behind everything; up to the end, or to the stack
};

// Reads it off a firmware that flash_of() passed. A segment that ends at the initial stack pointer
// is the stack's; the stack may also lie above all segments, and then shares its room with working
// memory.
//
//   flash   of the firmware: its vector table has the stack pointer
RamLayout ram_layout(
    std::span<const ElfSegment> firmware, std::span<const std::uint8_t> flash,
    const BoardRegion& sram);

// Finds the most RAM that a run touches: what differs, when the power goes, from the noise that
// filled the SRAM when it came. A byte that was overwritten with what it held is not seen, which at
// the edge of what was touched hides one byte in 256.
class RamUse {
 public:
  explicit RamUse(const RamLayout& layout);

  void power_up(std::span<const std::uint8_t> sram);
  void power_off(std::span<const std::uint8_t> sram);
  // Over all power cycles that have ended.
  MemoryUse most() const;

 private:
  RamLayout layout_;
  std::vector<std::uint8_t> noise_;  // of the power cycle under way
  std::uint32_t stack_low_;          // offsets: the deepest byte of the stack,
  std::uint32_t working_high_;       // and behind the highest of working memory
};

}  // namespace sunfleck
