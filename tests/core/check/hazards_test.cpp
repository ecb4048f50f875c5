#include "core/check/hazards.h"

#include <gtest/gtest.h>

#include <vector>

namespace sunfleck {
namespace {

// 16 bytes of records, whose writes commit, then 16 of data.
std::vector<MemoryRegion> regions() {
  return {
      {.name = "records",
       .offset = 0,
       .bytes = 16,
       .kind = MemoryRegion::Kind::record,
       .payload = 0,
       .stride = 8,
       .ends_atomic_part = true},
      {.name = "data", .offset = 16, .bytes = 16}};
}

class Memory {
 public:
  void read(std::uint32_t offset, std::uint32_t size) { detector_.on_read(offset, size); }
  void write(std::uint32_t offset, std::uint32_t size) {
    detector_.on_write(offset, std::vector<std::uint8_t>(size));
  }
  void commit() { write(0, 8); }
  void power_up() { detector_.power_up(); }
  std::vector<Hazard> hazards() const { return detector_.hazards(); }

 private:
  HazardDetector detector_{regions(), 32};
};

TEST(HazardDetector, FindsBytesThatAreReadAndThenWritten) {
  Memory memory;
  memory.read(16, 8);
  memory.write(20, 8);
  EXPECT_EQ(memory.hazards(), (std::vector<Hazard>{{"data", 20, 4}}));
}

TEST(HazardDetector, LetsGoWhatACommitOrAPowerUpLiesBetween) {
  Memory memory;
  memory.read(16, 8);
  memory.commit();
  memory.write(16, 8);
  memory.commit();
  memory.read(24, 2);
  memory.power_up();
  memory.write(24, 2);
  EXPECT_TRUE(memory.hazards().empty());
}

TEST(HazardDetector, LetsGoWhatIsWrittenBeforeItIsRead) {
  Memory memory;
  memory.write(16, 4);
  memory.read(16, 4);
  memory.write(16, 4);
  EXPECT_TRUE(memory.hazards().empty());
}

TEST(HazardDetector, LeavesTheSlotsOfRecordsToTheirProtocol) {
  Memory memory;
  memory.read(0, 16);
  memory.write(0, 8);
  EXPECT_TRUE(memory.hazards().empty());
}

TEST(HazardDetector, JoinsNeighboursAndKeepsTheRestApart) {
  Memory memory;
  memory.read(16, 16);
  memory.write(18, 1);
  memory.write(19, 2);
  memory.write(30, 1);
  EXPECT_EQ(memory.hazards(), (std::vector<Hazard>{{"data", 18, 3}, {"data", 30, 1}}));
}

}  // namespace
}  // namespace sunfleck
