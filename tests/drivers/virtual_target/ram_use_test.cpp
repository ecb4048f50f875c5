#include "drivers/virtual_target/ram_use.h"

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "target_fw/protocol/virtual_board.h"
#include "tests/drivers/virtual_target/test_board.h"

namespace sunfleck {
namespace {

constexpr BoardRegion region{.base = FW_VB_SRAM, .bytes = 8192};

std::vector<std::uint8_t> vectors(std::uint32_t stack_top) {
  std::vector<std::uint8_t> flash(8);
  std::memcpy(flash.data(), &stack_top, sizeof stack_top);
  return flash;
}

std::vector<ElfSegment> segments(std::vector<std::pair<std::uint32_t, std::uint32_t>> in_sram) {
  std::vector<ElfSegment> made{{.load_address = 0, .address = 0, .memory_bytes = 500}};
  for (const auto& [offset, bytes] : in_sram)
    made.push_back({.load_address = 0, .address = FW_VB_SRAM + offset, .memory_bytes = bytes});
  return made;
}

std::vector<std::uint8_t> noise() {
  Random random(1, "ram use");
  std::vector<std::uint8_t> bytes(region.bytes);
  for (std::uint8_t& byte : bytes)
    byte = static_cast<std::uint8_t>(random.bits());
  return bytes;
}

void touch(std::vector<std::uint8_t>& sram, std::uint32_t from, std::uint32_t to) {
  for (std::uint32_t at = from; at < to; ++at)
    sram[at] = static_cast<std::uint8_t>(~sram[at]);
}

TEST(RamUse, IsTheMostOfAllPowerCycles) {
  // The stack lies lowest, variables behind it, then working memory: as this firmware has it.
  const RamLayout layout =
      ram_layout(segments({{1024, 208}, {0, 1024}}), vectors(FW_VB_SRAM + 1024), region);
  RamUse use(layout);
  EXPECT_EQ(use.most(), (MemoryUse{.data = 208, .stack = 0, .working = 0, .board = 8192}));
  std::vector<std::uint8_t> sram = noise();
  use.power_up(sram);
  touch(sram, 700, 1024);
  touch(sram, 1024, 1232);
  touch(sram, 1300, 1500);  // a part that was left out does not hide what lies behind it
  use.power_off(sram);
  EXPECT_EQ(use.most(), (MemoryUse{.data = 208, .stack = 324, .working = 268, .board = 8192}));

  sram = noise();
  use.power_up(sram);
  touch(sram, 601, 602);
  touch(sram, 1232, 1240);
  use.power_off(sram);
  EXPECT_EQ(use.most(), (MemoryUse{.data = 208, .stack = 423, .working = 268, .board = 8192}));

  sram = noise();
  use.power_up(sram);
  touch(sram, 8191, 8192);
  use.power_off(sram);
  EXPECT_EQ(use.most(), (MemoryUse{.data = 208, .stack = 423, .working = 6960, .board = 8192}));
}

TEST(RamUse, TellsStackAndHeapApartByWhatLiesBetween) {
  // The usual layout: variables lowest, and the stack from the end of the RAM downwards.
  const RamLayout layout = ram_layout(segments({{0, 400}}), vectors(FW_VB_SRAM + 8192), region);
  RamUse use(layout);
  std::vector<std::uint8_t> sram = noise();
  use.power_up(sram);
  touch(sram, 0, 400);
  touch(sram, 400, 1000);
  touch(sram, 8192 - 300, 8192);
  use.power_off(sram);
  EXPECT_EQ(use.most(), (MemoryUse{.data = 400, .stack = 300, .working = 600, .board = 8192}));
}

}  // namespace
}  // namespace sunfleck
