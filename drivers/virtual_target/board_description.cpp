#include "drivers/virtual_target/board_description.h"

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "target_fw/protocol/virtual_board.h"

namespace sunfleck {
namespace {

constexpr std::uint32_t page_bytes = 0x1000;
constexpr std::uint32_t largest_memory = 0x1000000;

struct NamedRegion {
  const char* name;
  BoardRegion region;
};

Status check_memory(const NamedRegion& memory) {
  const BoardRegion& region = memory.region;
  const bool fits = region.bytes >= page_bytes && region.bytes <= largest_memory &&
      region.bytes % page_bytes == 0 && region.base % page_bytes == 0 &&
      region.end() <= std::uint64_t{1} << 32;
  if (fits) return ok;
  return fail(
      Errc::invalid_argument, "virtual board: ", memory.name,
      " must begin at and have a multiple of ", page_bytes, " bytes, up to ", largest_memory,
      ", and has ", region.bytes, " from ", hex(region.base), " on");
}

bool overlap(const BoardRegion& a, const BoardRegion& b) {
  return a.base < b.end() && b.base < a.end();
}

std::vector<NamedRegion> memories_of(const BoardDescription& board) {
  std::vector<NamedRegion> memories{{"flash", board.flash}, {"SRAM", board.sram}};
  if (board.nonvolatile) memories.push_back({"FRAM", *board.nonvolatile});
  return memories;
}

}  // namespace

Status check(const BoardDescription& board) {
  std::vector<NamedRegion> regions;
  for (const NamedRegion& memory : memories_of(board)) {
    TRY(check_memory(memory));
    regions.push_back(memory);
  }
  regions.push_back({"the core's own registers", private_space});
  if (board.unknown == UnknownRegisters::read_zero)
    regions.push_back({"the registers that read 0", peripheral_space});
  for (auto region = regions.begin(); region != regions.end(); ++region)
    for (auto other = regions.begin(); other != region; ++other)
      if (overlap(region->region, other->region))
        return fail(
            Errc::invalid_argument, "virtual board: ", region->name, " at ",
            hex(region->region.base), " overlaps ", other->name, " at ", hex(other->region.base));
  for (const BoardRegister& one : board.registers)
    for (const NamedRegion& memory : memories_of(board)) {
      const std::uint32_t page = one.address / page_bytes * page_bytes;
      if (overlap({page, page_bytes}, memory.region))
        return fail(
            Errc::invalid_argument, "virtual board: the register at ", hex(one.address),
            " lies in or beside the ", memory.name, " at ", hex(memory.region.base));
    }
  return ok;
}

BoardDescription virtual_board(const BoardMemories& memories, Hertz nominal_clock) {
  using Role = RegisterRole;
  const auto clock = static_cast<std::uint32_t>(std::llround(nominal_clock.si));
  return {
      .name = "virtual",
      .flash = {FW_VB_FLASH, FW_VB_FLASH_BYTES},
      .sram = {FW_VB_SRAM, memories.sram_bytes},
      .nonvolatile = BoardRegion{FW_VB_FRAM, memories.fram_bytes},
      .registers =
          {
              {FW_VB_UART + FW_VB_UART_DATA, Role::uart_data},
              {FW_VB_UART + FW_VB_UART_STATE, Role::uart_full, 1},
              {FW_VB_UART + FW_VB_UART_STATE, Role::uart_arrived, 2},
              {FW_VB_UART + FW_VB_UART_STATE, Role::uart_overrun, 8},
              {FW_VB_UART + FW_VB_UART_CTRL, Role::uart_enable, 1, 2},
              {FW_VB_UART + FW_VB_UART_BAUDDIV, Role::uart_divider},
              {FW_VB_SYSTEM + FW_VB_MARKS, Role::marks, 0xFF},
              {FW_VB_SYSTEM + FW_VB_COUNTER, Role::counter, 0xFFFFFFFF, 1},
              {FW_VB_SYSTEM + FW_VB_SUPPLY, Role::supply, 0xFFFFFFFF, 1000},
              {FW_VB_SYSTEM + FW_VB_POWER_GOOD, Role::power_good},
              {FW_VB_SYSTEM + FW_VB_WAKE_AFTER, Role::wake_after},
              {FW_VB_SYSTEM + FW_VB_RANDOM, Role::random},
              {FW_VB_SYSTEM + FW_VB_CLOCK_HZ, Role::constant, 0xFFFFFFFF, clock},
              {FW_VB_SYSTEM + FW_VB_SRAM_SIZE, Role::constant, 0xFFFFFFFF, memories.sram_bytes},
              {FW_VB_SYSTEM + FW_VB_FRAM_SIZE, Role::constant, 0xFFFFFFFF, memories.fram_bytes},
          },
      .takes_workload = true};
}

}  // namespace sunfleck
