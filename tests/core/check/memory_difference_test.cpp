#include "core/check/memory_difference.h"

#include <gtest/gtest.h>

#include <cstring>

#include "target_fw/protocol/network_image.h"

namespace sunfleck {
namespace {

constexpr std::uint32_t payload = 4, stride = 16;

MemoryRegion record_region() {
  return {
      .name = "record",
      .offset = 0,
      .bytes = 2 * stride,
      .kind = MemoryRegion::Kind::record,
      .payload = payload,
      .stride = stride};
}

// 32 bytes of a record, 8 of counts, 8 of data, 8 that are no part.
std::vector<MemoryRegion> regions() {
  return {
      record_region(),
      {.name = "counts", .offset = 32, .bytes = 8, .kind = MemoryRegion::Kind::counts},
      {.name = "data", .offset = 40, .bytes = 8}};
}

std::vector<std::uint8_t> memory() { return std::vector<std::uint8_t>(56); }

// Sequence, payload, checksum of both, as target_fw/rt/slots.h says.
void put(
    std::vector<std::uint8_t>& memory, std::uint32_t slot, std::uint32_t sequence,
    std::uint32_t value) {
  std::uint8_t* const at = &memory[slot * stride];
  std::memcpy(at, &sequence, 4);
  std::memcpy(at + 4, &value, 4);
  const std::uint32_t crc = fw_crc32(0, at, 8);
  std::memcpy(at + 8, &crc, 4);
}

TEST(NewestRecord, IsTheOneWithTheLaterSequenceAcrossItsWrap) {
  auto bytes = memory();
  EXPECT_FALSE(newest_record(bytes, record_region()));
  put(bytes, 0, 0xFFFFFFFF, 7);
  ASSERT_TRUE(newest_record(bytes, record_region()));
  EXPECT_EQ(newest_record(bytes, record_region())->front(), 7);
  put(bytes, 1, 0, 8);
  EXPECT_EQ(newest_record(bytes, record_region())->front(), 8);
  bytes[stride + 4] = 9;  // torn
  EXPECT_EQ(newest_record(bytes, record_region())->front(), 7);
}

TEST(MemoryDifference, IsNoneWhereSlotsAndCountsDifferAsTheyMay) {
  auto wanted = memory();
  put(wanted, 0, 4, 30);
  put(wanted, 1, 5, 31);
  auto got = memory();
  put(got, 0, 9, 31);  // the other slot, another number, an older record that is torn
  got[stride] = 77;
  got[35] = 1;  // counts
  EXPECT_EQ(memory_difference(regions(), got, wanted), std::nullopt);
}

TEST(MemoryDifference, NamesThePartAndTheByte) {
  auto wanted = memory();
  put(wanted, 0, 4, 30);
  auto got = wanted;
  got[43] = 2;
  EXPECT_EQ(
      memory_difference(regions(), got, wanted), "data: byte 43 is 2 and 0 without a failure");
  got = wanted;
  got[50] = 3;
  EXPECT_EQ(
      memory_difference(regions(), got, wanted),
      "outside all parts: byte 50 is 3 and 0 without a failure");
  got = wanted;
  put(got, 1, 5, 31);
  EXPECT_EQ(
      memory_difference(regions(), got, wanted),
      "record of record: byte 0 is 31 and 30 without a failure");
  EXPECT_EQ(memory_difference(regions(), memory(), wanted), "record: there is no valid record");
}

}  // namespace
}  // namespace sunfleck
