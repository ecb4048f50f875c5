#include "drivers/virtual_target/flash_image.h"

#include <gtest/gtest.h>

#include <cstring>

#include "target_fw/protocol/network_image.h"
#include "target_fw/protocol/run_config.h"
#include "target_fw/protocol/virtual_board.h"
#include "tests/drivers/virtual_target/test_board.h"

namespace sunfleck {
namespace {

// A network image as far as the board looks at it: its header.
std::vector<std::uint8_t> network(
    std::uint32_t input_bytes, std::uint32_t arena_bytes, std::size_t size = 100) {
  fw_image_header header{};
  header.working_bytes = 50;
  header.scratch_bytes = 20;
  header.magic = FW_IMAGE_MAGIC;
  header.input_bytes = input_bytes;
  header.arena_bytes = arena_bytes;
  std::vector<std::uint8_t> image(std::max(size, sizeof header));
  std::memcpy(image.data(), &header, sizeof header);
  return image;
}

TEST(FlashImage, PutsNetworkAndInputsWhereTheFirmwareLooks) {
  std::vector<std::uint8_t> flash = program_flash("hello");
  const auto code = flash;
  const Workload workload{
      .network = network(3, 100), .inputs = {'1', '2', '3', '4', '5', '6', '7', '8', '9'}};
  ASSERT_TRUE(add_workload(flash, workload, {.sram_bytes = 4096, .fram_bytes = 16384}));

  EXPECT_TRUE(std::equal(code.begin(), code.end(), flash.begin()));
  EXPECT_EQ(flash[code.size()], 0xFF) << "erased in between";
  EXPECT_TRUE(
      std::equal(workload.network.begin(), workload.network.end(), flash.begin() + FW_VB_NETWORK));
  fw_inputs_header inputs{};
  std::memcpy(&inputs, &flash[FW_VB_INPUTS], sizeof inputs);
  EXPECT_EQ(inputs.magic, static_cast<std::uint32_t>(FW_INPUTS_MAGIC));
  EXPECT_EQ(inputs.count, 3U);
  EXPECT_EQ(inputs.bytes_each, 3U);
  EXPECT_EQ(inputs.crc32, 0xCBF43926U);  // the check value of CRC-32: "123456789"
  EXPECT_EQ(flash.size(), FW_VB_INPUTS + sizeof inputs + 9);
  EXPECT_EQ(flash.back(), '9');
}

TEST(FlashImage, WritesTheRunConfiguration) {
  const std::vector<std::uint8_t> bytes = run_config_of(
      {.network = {},
       .inputs = {},
       .strategy = Strategy::voltage,
       .record_level = RecordLevel::tiles,
       .inferences = 7,
       .attempts = 5,
       .period_ticks = 1000,
       .run_id = 0x01020304,
       .tiles_per_commit = 6,
       .snapshot_mv = 2500,
       .off_mv = 2400});
  // struct fw_run_config: "SFRC", version 2, strategy 3, level 3, run, then three words, tiles,
  // 2500 mV, 2400 mV, built-in network, mode 0.
  const std::vector<std::uint8_t> wanted = {'S', 'F', 'R', 'C', 2,    0, 3,    3, 4, 3,    2,
                                            1,   7,   0,   0,   0,    5, 0,    0, 0, 0xE8, 3,
                                            0,   0,   6,   0,   0xC4, 9, 0x60, 9, 0, 0};
  ASSERT_EQ(bytes.size(), 36U);
  EXPECT_TRUE(std::equal(wanted.begin(), wanted.end(), bytes.begin()));
  std::uint32_t crc = 0;
  std::memcpy(&crc, &bytes[32], sizeof crc);
  EXPECT_EQ(crc, fw_crc32(0, wanted.data(), 32));
}

TEST(FlashImage, RefusesAWorkloadThatDoesNotFit) {
  struct Case {
    const char* name;
    Workload workload;
    const char* text;  // null: it fits
  };
  constexpr BoardMemories memories{.sram_bytes = 40960, .fram_bytes = 65536};
  const Case cases[] = {
      {"inputs without a network",
       {.network = {}, .inputs = {1}},
       "virtual board: there are inputs, but no network to take them"},
      {"no header",
       {.network = {1, 2, 3}, .inputs = {}},
       "virtual board: the network image has no header"},
      {"no image",
       {.network = std::vector<std::uint8_t>(100), .inputs = {}},
       "virtual board: the network is no network image"},
      {"too long",
       {.network = network(1, 1, FW_VB_NETWORK_BYTES + 1), .inputs = {}},
       "virtual board: a network image of 1310721 bytes does not fit into the 1310720 bytes of "
       "flash "
       "that there are for it"},
      {"large activations",  // of 64 KiB half is the firmware's, 4 KiB of it for its records
       {.network = network(1, 28673), .inputs = {}},
       "virtual board: the network's activations take 28676 bytes of FRAM with this strategy, and "
       "28672 are free"},
      {"large snapshots",
       {.network = network(1, 14337), .inputs = {}, .strategy = Strategy::voltage},
       "virtual board: the network's activations take 28680 bytes of FRAM with this strategy, and "
       "28672 are free"},
      {"large activations in RAM",
       {.network = network(1, 40950), .inputs = {}, .strategy = Strategy::restart},
       "virtual board: the network needs 40972 bytes of RAM with this strategy, and 40960 are "
       "free"},
      {"tiles beside the activations",
       {.network = network(1, 14336), .inputs = {}, .strategy = Strategy::voltage},
       nullptr},
      {"half an input",
       {.network = network(2, 1), .inputs = {1, 2, 3}},
       "virtual board: 3 bytes of inputs are no whole number of the network's 2"},
      {"many inputs",
       {.network = network(1, 1), .inputs = std::vector<std::uint8_t>(FW_VB_INPUTS_BYTES - 15)},
       "virtual board: 524273 bytes of inputs do not fit into the 524272 bytes of flash that there "
       "are for them"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<std::uint8_t> flash = program_flash("hello");
    const Status status = add_workload(flash, c.workload, memories);
    if (c.text == nullptr) {
      EXPECT_TRUE(status);
      continue;
    }
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().text, c.text);
  }
  std::vector<std::uint8_t> long_firmware(FW_VB_NETWORK + 1);
  EXPECT_FALSE(
      add_workload(long_firmware, {.network = network(1, 1), .inputs = {}}, small_memories));
}

#define MEMORIES "flash 2097152 from 0x0, SRAM 4096 from 0x20000000, FRAM 4096 from 0x21000000"

TEST(FlashImage, RefusesAFirmwareThatDoesNotFit) {
  const std::vector<std::uint8_t> vectors = {0, 0x10, 0, 0x20, 9, 0, 0, 0, 0, 0, 0, 0};
  struct Case {
    const char* name;
    std::vector<ElfSegment> segments;
    const char* text;
  };
  const Case cases[] = {
      {"elsewhere",
       {{.load_address = 0, .address = 0x60000000, .memory_bytes = 4}},
       "virtual board: the firmware wants 4 bytes of memory from 0x60000000 on, and this board has "
       "bytes "
       "of: " MEMORIES},
      {"much RAM",
       {{.load_address = 0, .address = 0x20000000, .memory_bytes = 4097}},
       "virtual board: the firmware wants 4097 bytes of memory from 0x20000000 on, and this board "
       "has "
       "bytes of: " MEMORIES},
      {"bytes in RAM",
       {{.load_address = 0x20000000, .address = 0x20000000, .memory_bytes = 1, .bytes = {1}}},
       "virtual board: the firmware's 1 bytes for 0x20000000 do not lie in a memory that can be "
       "programmed; this board has bytes of: " MEMORIES},
      {"nothing",
       {{.load_address = 0, .address = 0x20000000, .memory_bytes = 4}},
       "virtual board: the firmware has no vector table at 0x0"},
      {"stack in flash",
       {{.load_address = 0, .address = 0, .memory_bytes = 8, .bytes = {0, 0, 0, 0, 9, 0, 0, 0}}},
       "virtual board: the firmware's stack begins at 0x0, which is not in the SRAM: " MEMORIES},
      {"ARM code",
       {{.load_address = 0, .address = 0, .memory_bytes = 8, .bytes = {0, 0, 0, 0x20, 4, 0, 0, 0}}},
       "virtual board: the firmware starts at 0x4, where it has no Thumb code"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto flash = flash_of(c.segments, small_memories);
    ASSERT_FALSE(flash);
    EXPECT_EQ(flash.error().text, c.text);
  }
  EXPECT_TRUE(
      flash_of(std::vector<ElfSegment>{{.memory_bytes = 12, .bytes = vectors}}, small_memories));
}

// Flash at 0x08000000, SRAM, and FRAM at 0x60000000.
BoardDescription other_board() {
  return {
      .name = "other",
      .flash = {0x08000000, 0x10000},
      .sram = {0x20000000, 0x1000},
      .nonvolatile = BoardRegion{0x60000000, 0x1000},
      .registers = {}};
}

TEST(FlashImage, PutsAFirmwareIntoTheMemoriesOfAnotherBoard) {
  const std::vector<std::uint8_t> vectors = {0, 0x10, 0, 0x20, 9, 0, 0, 8, 0, 0, 0, 0};
  const std::vector<ElfSegment> segments{
      {.load_address = 0x08000000, .address = 0x08000000, .memory_bytes = 12, .bytes = vectors},
      {.load_address = 0x08000010, .address = 0x20000000, .memory_bytes = 8, .bytes = {1, 2}},
      {.load_address = 0x60000004, .address = 0x60000004, .memory_bytes = 3, .bytes = {7, 8, 9}}};
  const auto flash = flash_of(segments, other_board());
  ASSERT_TRUE(flash) << flash.error().text;
  EXPECT_EQ(flash->size(), 0x12U);
  EXPECT_EQ(flash->at(4), 9U);
  EXPECT_EQ(flash->at(0x11), 2U);
  std::vector<std::uint8_t> fram(8, 0);
  put_nonvolatile(segments, other_board(), fram);
  EXPECT_EQ(fram, (std::vector<std::uint8_t>{0, 0, 0, 0, 7, 8, 9, 0}));

  const std::vector<std::uint8_t> at_zero = {0, 0x10, 0, 0x20, 9, 0, 0, 0};
  const auto linked_for_zero = flash_of(
      std::vector<ElfSegment>{
          {.load_address = 0x08000000, .address = 0x08000000, .memory_bytes = 8, .bytes = at_zero}},
      other_board());
  ASSERT_FALSE(linked_for_zero);
  EXPECT_EQ(
      linked_for_zero.error().text,
      "virtual board: the firmware starts at 0x9, where it has no Thumb code");
}

}  // namespace
}  // namespace sunfleck
