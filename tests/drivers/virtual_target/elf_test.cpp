#include "drivers/virtual_target/elf.h"

#include <gtest/gtest.h>

#include "tests/drivers/virtual_target/test_board.h"
#include "tests/support/mutate.h"

namespace sunfleck {
namespace {

TEST(Elf, ReadsTheSegmentsOfTheFirmware) {
  const auto segments = read_elf(file_bytes(FIRMWARE_ELF));
  ASSERT_TRUE(segments) << segments.error().text;
  // As the linker script lays it out: code from address 0 on, RAM that needs no bytes of the file.
  ASSERT_GE(segments->size(), 2U);
  const ElfSegment& code = segments->front();
  EXPECT_EQ(code.load_address, 0U);
  EXPECT_EQ(code.address, 0U);
  EXPECT_TRUE(code.executable);
  EXPECT_EQ(code.bytes.size(), code.memory_bytes);
  EXPECT_GT(code.bytes.size(), 4096U);
  for (std::size_t i = 1; i < segments->size(); ++i)
    EXPECT_EQ((*segments)[i].address >> 28, 2U) << "the rest lies in SRAM";
}

TEST(Elf, RefusesWhatIsNoFirmware) {
  struct Case {
    const char* name;
    std::size_t at;
    std::vector<std::uint8_t> bytes;
    const char* text;
  };
  // Offsets of the fields: System V ABI, figures 4-3 and 5-1; the program headers follow at 52.
  const Case cases[] = {
      {"no magic", 0, {0x7E}, "firmware: a little-endian 32-bit ELF file was wanted"},
      {"64 bit", 4, {2}, "firmware: a little-endian 32-bit ELF file was wanted"},
      {"big-endian", 5, {2}, "firmware: a little-endian 32-bit ELF file was wanted"},
      {"object file",
       16,
       {1},
       "firmware: a linked ARM program was wanted (type 2, machine 40), and this is type 1, "
       "machine "
       "40"},
      {"for a PC",
       18,
       {3},
       "firmware: a linked ARM program was wanted (type 2, machine 40), and this is type 2, "
       "machine "
       "3"},
      {"no headers",
       44,
       {0, 0},
       "firmware: 1 to 64 program headers of 32 bytes were wanted, and there are 0 of 32"},
      {"many headers",
       44,
       {65, 0},
       "firmware: 1 to 64 program headers of 32 bytes were wanted, and there are 65 of 32"},
      {"headers outside", 28, {0, 0, 0, 0x7F}, "firmware: the program headers end after the file"},
      {"nothing to load", 44, {1, 0}, "firmware: no segment is to be loaded"},
  };
  const std::vector<std::uint8_t> good = file_bytes(FIRMWARE_ELF);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<std::uint8_t> bad = good;
    std::ranges::copy(c.bytes, bad.begin() + static_cast<std::ptrdiff_t>(c.at));
    const auto segments = read_elf(bad);
    ASSERT_FALSE(segments);
    EXPECT_EQ(segments.error().text, c.text);
  }
  EXPECT_FALSE(read_elf({}));
}

TEST(Elf, SurvivesDamagedFiles) {
  const std::vector<std::uint8_t> good = program_bytes("hello");
  Random random(11, "mutations");
  // The headers are a small part of the file; half of the damage is done to them alone.
  const std::vector<std::uint8_t> headers(good.begin(), good.begin() + 200);
  std::size_t refused = 0;
  std::size_t accepted = 0;
  for (int round = 0; round < 12000; ++round) {
    std::vector<std::uint8_t> bad = mutated(round % 2 == 0 ? headers : good, random);
    if (round % 2 == 0) bad.insert(bad.end(), good.begin() + 200, good.end());
    const auto segments = read_elf(bad);
    if (!segments) {
      ++refused;
      EXPECT_TRUE(segments.error().text.starts_with("firmware: "));
      continue;
    }
    ++accepted;
    std::size_t bytes = 0;
    for (const ElfSegment& segment : *segments) {
      EXPECT_LE(segment.bytes.size(), segment.memory_bytes);
      bytes += segment.bytes.size();
    }
    EXPECT_LE(bytes, 64 * bad.size());
    const auto flash = flash_of(*segments, small_memories);
    if (flash) {
      EXPECT_LE(flash->size(), 0x200000U);
    }
  }
  EXPECT_GT(refused, 1000U);
  EXPECT_GT(accepted, 1000U);
}

}  // namespace
}  // namespace sunfleck
