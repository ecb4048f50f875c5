#include "target_fw/rt/slots.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "target_fw/rt/nv_layout.h"
#include "tests/firmware/host_bench.h"

namespace sunfleck {
namespace {

struct Payload {
  std::uint32_t number = 0;
  std::uint32_t inverse = ~0U;
  std::uint32_t more[3]{};
  friend bool operator==(const Payload&, const Payload&) = default;
};

Payload payload_of(std::uint32_t number) {
  return {.number = number, .inverse = ~number, .more = {number * 3, 0, number << 16}};
}

// Runs `work` on the powered bench; says whether it came to its end.
bool on(HostBench& bench, const std::function<void()>& work, std::uint64_t budget = FW_HOST_NEVER) {
  bench.board.write_budget = budget;
  const auto call = [](void* argument) {
    (*static_cast<const std::function<void()>*>(argument))();
  };
  return fw_host_run(&bench.board, call, const_cast<std::function<void()>*>(&work)) ==
      FW_HOST_RETURNED;
}

struct Found {
  bool any = false;
  Payload payload;
  fw_slots slots{};
};

Found found(HostBench& bench) {
  Found result;
  on(bench, [&] {
    result.any =
        fw_slots_open(&result.slots, FW_NV_PROGRESS, &result.payload, sizeof result.payload);
  });
  return result;
}

HostBench& fresh(HostBench& bench) {
  std::fill(bench.nv.begin(), bench.nv.end(), std::uint8_t{0});
  return bench;
}

std::uint32_t write(HostBench& bench, fw_slots slots, std::uint32_t number, std::uint64_t budget) {
  const Payload payload = payload_of(number);
  std::uint32_t bytes = 0;
  on(
      bench, [&] { bytes = fw_slots_write(&slots, &payload, sizeof payload); }, budget);
  return bytes;
}

TEST(Slots, FreshMemoryHoldsNoRecord) {
  HostBench bench(std::vector<std::uint8_t>(80), std::vector<std::uint8_t>(16));
  for (const int fill : {0x00, 0xFF, 0xA5}) {
    std::fill(bench.nv.begin(), bench.nv.end(), static_cast<std::uint8_t>(fill));
    const Found none = found(bench);
    EXPECT_FALSE(none.any) << fill;
    EXPECT_EQ(none.slots.sequence, 0U);
  }
}

TEST(Slots, TheNewestOfManyWritesIsFound) {
  HostBench bench(std::vector<std::uint8_t>(80), std::vector<std::uint8_t>(16));
  for (std::uint32_t number = 1; number < 20; ++number) {
    EXPECT_EQ(write(bench, found(bench).slots, number, FW_HOST_NEVER), sizeof(Payload) + 8);
    const Found newest = found(bench);
    ASSERT_TRUE(newest.any);
    EXPECT_EQ(newest.payload, payload_of(number));
    EXPECT_EQ(newest.slots.sequence, number);
  }
}

TEST(Slots, AWriteTornAtAnyByteLeavesTheOldRecordOrTheNew) {
  HostBench bench(std::vector<std::uint8_t>(80), std::vector<std::uint8_t>(16));
  constexpr std::uint64_t whole = sizeof(Payload) + 8;
  for (std::uint32_t before = 0; before < 4; ++before) {
    for (std::uint64_t torn = 0; torn <= whole; ++torn) {
      SCOPED_TRACE(testing::Message() << before << " records before, torn at " << torn);
      fresh(bench);
      for (std::uint32_t number = 1; number <= before; ++number)
        write(bench, found(bench).slots, number, FW_HOST_NEVER);
      write(bench, found(bench).slots, before + 1, torn);

      const Found after = found(bench);
      const std::uint32_t expected = torn == whole ? before + 1 : before;
      EXPECT_EQ(after.any, expected != 0);
      if (after.any) {
        EXPECT_EQ(after.payload, payload_of(expected));
      }
      // and the next write, from what was found, becomes the newest
      write(bench, after.slots, 77, FW_HOST_NEVER);
      EXPECT_EQ(found(bench).payload, payload_of(77));
    }
  }
}

TEST(Slots, SequenceNumbersWrapAround) {
  HostBench bench(std::vector<std::uint8_t>(80), std::vector<std::uint8_t>(16));
  fw_slots slots{.offset = FW_NV_PROGRESS, .sequence = 0xFFFFFFFC, .next = 0};
  for (std::uint32_t number = 1; number < 10; ++number) {
    write(bench, slots, number, FW_HOST_NEVER);
    const Found newest = found(bench);
    ASSERT_TRUE(newest.any);
    ASSERT_EQ(newest.payload, payload_of(number));
    ASSERT_EQ(newest.slots.sequence, 0xFFFFFFFC + number);
    slots = newest.slots;
  }
}

TEST(Slots, AnyFlippedBitOfTheNewestFallsBackToTheOther) {
  HostBench bench(std::vector<std::uint8_t>(80), std::vector<std::uint8_t>(16));
  write(bench, found(bench).slots, 1, FW_HOST_NEVER);
  write(bench, found(bench).slots, 2, FW_HOST_NEVER);
  for (std::size_t bit = 0; bit < 8 * (sizeof(Payload) + 8); ++bit) {
    std::uint8_t& byte = bench.nv[FW_NV_PROGRESS + FW_SLOT_STRIDE + bit / 8];
    byte = static_cast<std::uint8_t>(byte ^ (1U << (bit % 8)));
    EXPECT_EQ(found(bench).payload, payload_of(1)) << bit;
    byte = static_cast<std::uint8_t>(byte ^ (1U << (bit % 8)));
  }
}

}  // namespace
}  // namespace sunfleck
