#include "target_fw/protocol/frame.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace sunfleck {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes on_wire(const Bytes& payload) {
  Bytes wire(FW_WIRE_MAX);
  wire.resize(fw_frame_write(wire.data(), payload.data(), payload.size()));
  return wire;
}

struct Received {
  std::vector<Bytes> payloads;
  int damaged = 0;
};

Received received(const Bytes& wire) {
  Received got;
  fw_frame_reader reader{};
  for (const std::uint8_t byte : wire) {
    const fw_frame_event event = fw_frame_read(&reader, byte);
    if (event == FW_FRAME_READY)
      got.payloads.emplace_back(reader.bytes, reader.bytes + reader.size);
    if (event == FW_FRAME_DAMAGED) ++got.damaged;
  }
  return got;
}

// Counts up, so that zeros, runs without zeros and the longest COBS block all occur.
Bytes counting(std::size_t size, std::uint8_t first) {
  Bytes payload(size);
  std::iota(payload.begin(), payload.end(), first);
  return payload;
}

TEST(Frame, EveryPayloadLengthComesBack) {
  for (std::size_t size = 0; size <= FW_PAYLOAD_MAX; ++size) {
    for (const Bytes& payload : {counting(size, 0), counting(size, 1), Bytes(size, 0)}) {
      const Bytes wire = on_wire(payload);
      ASSERT_EQ(wire.size(), size + 4);
      const Received got = received(wire);
      EXPECT_EQ(got.payloads, std::vector<Bytes>{payload}) << size << " bytes";
      EXPECT_EQ(got.damaged, 0);
    }
  }
}

TEST(Frame, EverySingleBitErrorIsSeen) {
  std::vector<std::size_t> sizes(33);
  std::iota(sizes.begin(), sizes.end(), 0U);
  sizes.insert(sizes.end(), {100, 200, FW_PAYLOAD_MAX - 1, FW_PAYLOAD_MAX});
  for (const std::size_t size : sizes) {
    const Bytes wire = on_wire(counting(size, 250));
    for (std::size_t bit = 0; bit < 8 * (wire.size() - 1); ++bit) {
      Bytes flipped = wire;
      flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
      const Received got = received(flipped);
      EXPECT_TRUE(got.payloads.empty()) << size << " bytes, bit " << bit;
      EXPECT_GE(got.damaged, 1) << size << " bytes, bit " << bit;
    }
  }
}

TEST(Frame, ALostEndCostsTwoFramesAndNoMore) {
  Bytes wire = on_wire({1, 2, 3});
  wire.back() = 0x10;
  for (const Bytes& payload : {Bytes{4, 5, 6}, Bytes{7, 8, 9}}) {
    const Bytes frame = on_wire(payload);
    wire.insert(wire.end(), frame.begin(), frame.end());
  }
  const Received got = received(wire);
  EXPECT_EQ(got.payloads, (std::vector<Bytes>{{7, 8, 9}}));
  EXPECT_EQ(got.damaged, 1);
}

TEST(Frame, IsBackInStepAfterNoise) {
  Bytes wire(3000, 0x55);
  wire.push_back(0);
  const Bytes good = on_wire({1, 2, 3});
  wire.insert(wire.end(), good.begin(), good.end());
  const Received got = received(wire);
  EXPECT_EQ(got.payloads, (std::vector<Bytes>{{1, 2, 3}}));
  EXPECT_EQ(got.damaged, 1);
}

TEST(Frame, ChecksumIsThatOfTheCatalogue) {
  // CRC-16/CCITT-FALSE of "123456789" is 0x29B1 (reveng catalogue); no zero, so one COBS block.
  const Bytes wire = on_wire({'1', '2', '3', '4', '5', '6', '7', '8', '9'});
  EXPECT_EQ(wire, (Bytes{12, '1', '2', '3', '4', '5', '6', '7', '8', '9', 0xB1, 0x29, 0x00}));
}

TEST(Frame, RefusesALongPayload) { EXPECT_TRUE(on_wire(Bytes(FW_PAYLOAD_MAX + 1)).empty()); }

}  // namespace
}  // namespace sunfleck
