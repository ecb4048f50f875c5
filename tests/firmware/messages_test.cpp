#include "target_fw/protocol/messages.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "target_fw/protocol/frame.h"
#include "target_fw/protocol/network_image.h"
#include "target_fw/protocol/run_config.h"
#include "tests/support/mutate.h"

namespace sunfleck {
namespace {

constexpr std::array all_types{
    FW_RECORD_BOOT,        FW_RECORD_RESTORE,   FW_RECORD_INFERENCE_BEGIN, FW_RECORD_INFERENCE_END,
    FW_RECORD_LAYER_BEGIN, FW_RECORD_LAYER_END, FW_RECORD_TILE_BEGIN,      FW_RECORD_TILE_END,
    FW_RECORD_CHECKPOINT,  FW_RECORD_RESULT,    FW_RECORD_FAULT,           FW_RECORD_LOST,
    FW_RECORD_IDLE,        FW_RECORD_REPLY};

std::vector<std::uint8_t> written(const fw_record& record) {
  std::vector<std::uint8_t> payload(FW_RECORD_MAX);
  payload.resize(fw_record_write(payload.data(), &record));
  return payload;
}

// A record of `type` whose numbers are all drawn at random.
fw_record random_record(fw_record_type type, Random& random) {
  fw_record record{};
  std::array<std::uint8_t, sizeof record> noise{};
  for (std::uint8_t& byte : noise)
    byte = static_cast<std::uint8_t>(random.bits());
  std::memcpy(&record, noise.data(), sizeof record);
  record.header.type = static_cast<std::uint8_t>(type);
  if (type == FW_RECORD_RESULT) {
    fw_result_record& result = record.body.result;
    result.size = static_cast<std::uint8_t>(random.below(FW_RESULT_CHUNK_MAX + 1));
    result.total = static_cast<std::uint16_t>(result.size + random.below(65536 - result.size));
    result.offset =
        static_cast<std::uint16_t>(random.below(std::uint64_t{1} + result.total - result.size));
  }
  if (type == FW_RECORD_REPLY)
    record.body.reply.size = static_cast<std::uint8_t>(random.below(FW_REPLY_BODY_MAX + 1));
  return record;
}

std::string page() {
  std::ostringstream text;
  text << std::ifstream("target_fw/protocol/PROTOCOL.md").rdbuf();
  return text.str();
}

// The bytes of the first indented block after `heading`.
std::vector<std::uint8_t> hex_block(const std::string& text, const std::string& heading) {
  std::istringstream lines(text.substr(std::min(text.find(heading), text.size())));
  std::string line;
  while (std::getline(lines, line) && !line.starts_with("    ")) {
  }
  std::istringstream words(line);
  std::vector<std::uint8_t> bytes;
  for (std::string word; words >> word;)
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(word, nullptr, 16)));
  return bytes;
}

// Sum of the numbers in the first column of the first table after `heading`.
std::size_t table_bytes(const std::string& text, const std::string& heading) {
  const std::size_t at = text.find(heading);
  if (at == std::string::npos) return 0;
  std::istringstream lines(text.substr(at));
  std::string line;
  while (std::getline(lines, line) && !line.starts_with("|---")) {
  }
  std::size_t sum = 0;
  while (std::getline(lines, line) && line.starts_with("| "))
    if (line[2] >= '0' && line[2] <= '9') sum += std::stoul(line.substr(2));
  return sum;
}

TEST(Messages, EveryRecordComesBackAsItWent) {
  Random random(11, "messages");
  for (const fw_record_type type : all_types) {
    SCOPED_TRACE(int{type});
    for (int i = 0; i < 500; ++i) {
      const fw_record record = random_record(type, random);
      const std::vector<std::uint8_t> payload = written(record);
      ASSERT_GE(payload.size(), std::size_t{FW_RECORD_HEADER_BYTES} + 4);
      fw_record read{};
      ASSERT_TRUE(fw_record_read(&read, payload.data(), payload.size()));
      ASSERT_EQ(written(read), payload);
      ASSERT_EQ(read.header.ticks, record.header.ticks);
      ASSERT_EQ(read.header.send_ticks, record.header.send_ticks);
    }
  }
}

TEST(Messages, FieldsLieWhereThePageSays) {
  fw_record record{};
  record.header = {
      .type = FW_RECORD_FAULT,
      .boot = 0x0201,
      .sequence = 0x0403,
      .ticks = 0x08070605,
      .send_ticks = 0x0A09};
  record.body.fault = {
      .code = FW_FAULT_TOO_LARGE,
      .inference = 0x0E0D0C0B,
      .layer = 0x100F,
      .tile = 0x1211,
      .attempts = 0x1413,
      .detail = 0x18171615};
  const std::vector<std::uint8_t> expected{11, 1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 5,  11,
                                           12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24};
  EXPECT_EQ(written(record), expected);
}

TEST(Messages, ThePageCountsTheBytesOfEveryRecord) {
  const std::string text = page();
  EXPECT_EQ(table_bytes(text, "### header"), std::size_t{FW_RECORD_HEADER_BYTES});
  for (const fw_record_type type : all_types) {
    SCOPED_TRACE(int{type});
    fw_record record{};
    record.header.type = static_cast<std::uint8_t>(type);
    EXPECT_EQ(
        table_bytes(text, "### " + std::to_string(type) + " "),
        written(record).size() - FW_RECORD_HEADER_BYTES);
  }
  EXPECT_EQ(table_bytes(text, "## Run configuration"), sizeof(fw_run_config));
  EXPECT_EQ(table_bytes(text, "#### network image header"), sizeof(fw_image_header));
}

TEST(Messages, TheWorkedFrameOfThePageIsWhatThePageSays) {
  const std::string text = page();
  const std::vector<std::uint8_t> payload = hex_block(text, "payload:\n");
  const std::vector<std::uint8_t> wire = hex_block(text, "on the wire:\n");
  ASSERT_EQ(payload.size(), 27U);

  fw_record record{};
  record.header = {
      .type = FW_RECORD_CHECKPOINT, .boot = 3, .sequence = 258, .ticks = 70000, .send_ticks = 112};
  record.body.checkpoint = {
      .inference = 7, .layer = 2, .tile = 5, .duration_ticks = 1234, .written_bytes = 528};
  EXPECT_EQ(written(record), payload);

  std::array<std::uint8_t, FW_WIRE_MAX> frame{};
  const std::size_t size = fw_frame_write(frame.data(), payload.data(), payload.size());
  EXPECT_EQ(std::vector(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)), wire);

  fw_frame_reader reader{};
  fw_frame_event last = FW_FRAME_NONE;
  for (const std::uint8_t byte : wire)
    last = fw_frame_read(&reader, byte);
  ASSERT_EQ(last, FW_FRAME_READY);
  fw_record read{};
  ASSERT_TRUE(fw_record_read(&read, reader.bytes, reader.size));
  EXPECT_EQ(read.body.checkpoint.duration_ticks, 1234U);
}

TEST(Messages, RefusesWhatIsNoRecord) {
  fw_record record{};
  for (const int type : {0, 15, 255}) {
    record.header.type = static_cast<std::uint8_t>(type);
    EXPECT_TRUE(written(record).empty()) << type;
  }
  record.header.type = FW_RECORD_RESULT;
  record.body.result.total = 1000;
  record.body.result.size = FW_RESULT_CHUNK_MAX + 1;
  EXPECT_TRUE(written(record).empty());
  record.body.result.size = 2;
  record.body.result.offset = 999;  // reaches past the end
  EXPECT_TRUE(written(record).empty());
  record.header.type = FW_RECORD_REPLY;
  record.body.reply = {.size = FW_REPLY_BODY_MAX + 1};
  EXPECT_TRUE(written(record).empty());
}

TEST(Messages, RefusesEveryLengthButItsOwn) {
  Random random(12, "messages");
  for (const fw_record_type type : all_types) {
    std::vector<std::uint8_t> payload = written(random_record(type, random));
    fw_record read{};
    for (std::size_t size = 0; size < payload.size(); ++size) {
      const std::vector<std::uint8_t> cut(
          payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_FALSE(fw_record_read(&read, cut.data(), cut.size())) << int{type} << ' ' << size;
    }
    payload.push_back(0);
    EXPECT_FALSE(fw_record_read(&read, payload.data(), payload.size())) << int{type};
  }
}

TEST(Messages, DamagedPayloadsAreRefusedOrReadAsSomethingThatWritesTheSame) {
  Random random(13, "messages");
  int read_count = 0;
  for (int i = 0; i < 20'000; ++i) {
    const fw_record_type type = all_types.at(random.below(all_types.size()));
    const std::vector<std::uint8_t> payload = mutated(written(random_record(type, random)), random);
    fw_record read{};
    if (!fw_record_read(&read, payload.data(), payload.size())) continue;
    ++read_count;
    ASSERT_EQ(written(read), payload);
  }
  EXPECT_GT(read_count, 1000);
}

}  // namespace
}  // namespace sunfleck
