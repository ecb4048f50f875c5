#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "target_fw/protocol/frame.h"
#include "target_fw/protocol/messages.h"
#include "target_fw/protocol/run_config.h"
#include "tests/firmware/record_script.h"

extern "C" void play_record_script_in_c(sunfleck_recorder* recorder);

namespace {

static_assert(SUNFLECK_PROTOCOL == static_cast<int>(FW_PROTOCOL_VERSION));
static_assert(SUNFLECK_WATCHDOG == static_cast<int>(FW_BOOT_WATCHDOG));
static_assert(SUNFLECK_RESET == static_cast<int>(FW_BOOT_RESET));
static_assert(SUNFLECK_POWER_ON == static_cast<int>(FW_BOOT_POWER_ON));
static_assert(SUNFLECK_COMMITS_TASKS == static_cast<int>(FW_STRATEGY_LAYER));
static_assert(SUNFLECK_COMMITS_TILES == static_cast<int>(FW_STRATEGY_TILE));
static_assert(SUNFLECK_SNAPSHOTS == static_cast<int>(FW_STRATEGY_VOLTAGE));
static_assert(SUNFLECK_KEEPS_NOTHING == static_cast<int>(FW_STRATEGY_RESTART));
static_assert(SUNFLECK_FAULT_NO_PROGRESS == static_cast<int>(FW_FAULT_NO_PROGRESS));
static_assert(SUNFLECK_FAULT_HARD == static_cast<int>(FW_FAULT_HARD));
static_assert(SUNFLECK_RESULT_CHUNK <= FW_RESULT_CHUNK_MAX);

// A board on which time passes by sending alone, 3 ticks a byte.
struct Line {
  std::vector<std::uint8_t> bytes;
  std::uint32_t refused_from = UINT32_MAX, refused_to = 0;  // calls that take nothing
  std::uint32_t calls = 0;

  static std::uint32_t ticks_after(std::size_t bytes) {
    return 100 + 3 * static_cast<std::uint32_t>(bytes);
  }
  static int put(void* context, const std::uint8_t* bytes, std::uint32_t size) {
    auto& line = *static_cast<Line*>(context);
    const std::uint32_t call = line.calls++;
    if (call >= line.refused_from && call < line.refused_to) return 0;
    line.bytes.insert(line.bytes.end(), bytes, bytes + size);
    return 1;
  }
  static std::uint32_t ticks(void* context) {
    return ticks_after(static_cast<Line*>(context)->bytes.size());
  }
};

template <class Fill>
fw_record record_of(fw_record_type type, Fill fill) {
  fw_record record{};
  record.header.type = static_cast<std::uint8_t>(type);
  fill(record.body);
  return record;
}

fw_record place(fw_record_type type, std::uint32_t inference, std::uint16_t tile) {
  return record_of(type, [&](auto& body) { body.position = {inference, 0, tile}; });
}

// The script's records, but for headers and durations.
std::vector<fw_record> script() {
  std::vector<fw_record> records{
      record_of(
          FW_RECORD_BOOT,
          [](auto& body) {
            body.boot = {1, FW_BOOT_WATCHDOG, FW_STRATEGY_LAYER, 255, 1000000, 0, 2345, 0};
          }),
      record_of(
          FW_RECORD_RESTORE,
          [](auto& body) {
            body.restore = {7, 1, 256, 0};
          }),
      record_of(
          FW_RECORD_INFERENCE_BEGIN, [](auto& body) { body.inference.inference = 0x01000000; }),
      place(FW_RECORD_LAYER_BEGIN, 8, 0),
      place(FW_RECORD_TILE_BEGIN, 8, 3),
      place(FW_RECORD_TILE_END, 8, 3),
      record_of(
          FW_RECORD_CHECKPOINT,
          [](auto& body) {
            body.checkpoint = {8, 0, 4, 0, 528};
          }),
      place(FW_RECORD_LAYER_END, 8, 4)};
  for (unsigned offset = 0; offset < SCRIPT_OUTPUT; offset += SUNFLECK_RESULT_CHUNK)
    records.push_back(record_of(FW_RECORD_RESULT, [&](auto& body) {
      const unsigned size = std::min<unsigned>(SUNFLECK_RESULT_CHUNK, SCRIPT_OUTPUT - offset);
      body.result = {
          8,
          SCRIPT_OUTPUT,
          static_cast<std::uint16_t>(offset),
          static_cast<std::uint8_t>(size),
          {}};
      for (unsigned i = 0; i < size; ++i)
        body.result.bytes[i] = static_cast<std::uint8_t>((offset + i) * 5);
    }));
  records.push_back(
      record_of(FW_RECORD_INFERENCE_END, [](auto& body) { body.inference.inference = 8; }));
  records.push_back(record_of(
      FW_RECORD_FAULT, [](auto& body) { body.fault = {FW_FAULT_HARD, 9, 1, 2, 3, 0x08000123}; }));
  records.push_back(record_of(FW_RECORD_IDLE, [](auto& body) { body.idle.inferences_done = 9; }));
  return records;
}

// What target_fw/protocol makes of them on the same line.
std::vector<std::uint8_t> expected_bytes() {
  std::vector<std::uint8_t> bytes{0};  // into step
  std::uint16_t sequence = 0;
  std::uint16_t send_ticks = 0;
  for (fw_record record : script()) {
    const std::size_t before = sequence == 0 ? 0 : bytes.size();
    record.header.boot = SCRIPT_BOOT;
    record.header.sequence = sequence++;
    record.header.ticks = Line::ticks_after(before);
    record.header.send_ticks = send_ticks;
    if (record.header.type == FW_RECORD_RESTORE)
      record.body.restore.duration_ticks = record.header.ticks - SCRIPT_BEGAN;
    if (record.header.type == FW_RECORD_CHECKPOINT)
      record.body.checkpoint.duration_ticks = record.header.ticks - SCRIPT_BEGAN;
    std::uint8_t payload[FW_RECORD_MAX];
    std::uint8_t wire[FW_WIRE_MAX];
    const std::size_t size = fw_frame_write(wire, payload, fw_record_write(payload, &record));
    bytes.insert(bytes.end(), wire, wire + size);
    send_ticks = static_cast<std::uint16_t>(3 * (bytes.size() - before));
  }
  return bytes;
}

std::vector<fw_record> decoded(const std::vector<std::uint8_t>& bytes) {
  std::vector<fw_record> records;
  fw_frame_reader reader{};
  for (const std::uint8_t byte : bytes) {
    const fw_frame_event event = fw_frame_read(&reader, byte);
    EXPECT_NE(event, FW_FRAME_DAMAGED);
    if (event != FW_FRAME_READY) continue;
    fw_record record{};
    EXPECT_TRUE(fw_record_read(&record, reader.bytes, reader.size));
    records.push_back(record);
  }
  return records;
}

TEST(RecordWriter, SendsTheBytesOfTheProtocolInC) {
  Line line;
  sunfleck_recorder recorder;
  sunfleck_begin(&recorder, &Line::put, &Line::ticks, &line, SCRIPT_BOOT);
  play_record_script_in_c(&recorder);
  EXPECT_EQ(line.bytes, expected_bytes());
}

TEST(RecordWriter, SendsTheBytesOfTheProtocolInCPlusPlus) {
  Line line;
  sunfleck_recorder recorder;
  sunfleck_begin(&recorder, &Line::put, &Line::ticks, &line, SCRIPT_BOOT);
  play_record_script(&recorder);
  EXPECT_EQ(line.bytes, expected_bytes());
}

TEST(RecordWriter, CountsWhatTheLineDoesNotTakeAndSaysSoBeforeTheNextRecord) {
  Line line;
  line.refused_from = 1;  // the second record, and LOST before the third and the fourth
  line.refused_to = 4;
  sunfleck_recorder recorder;
  sunfleck_begin(&recorder, &Line::put, &Line::ticks, &line, 5);
  for (std::uint32_t i = 0; i < 5; ++i)
    sunfleck_idle(&recorder, i);
  const std::vector<fw_record> records = decoded(line.bytes);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].body.idle.inferences_done, 0U);
  EXPECT_EQ(records[1].header.type, FW_RECORD_LOST);
  EXPECT_EQ(records[1].body.lost.count, 3U);
  EXPECT_EQ(records[1].header.sequence, 4U) << "lost records have their numbers: 1, 2 and 3";
  EXPECT_EQ(records[2].body.idle.inferences_done, 4U);
  EXPECT_EQ(records[2].header.sequence, 5U);
}

TEST(RecordWriter, ALongSendIsSaidToBeOne) {
  struct Slow {
    std::uint32_t now = 0;
    std::vector<std::uint8_t> bytes;
  } slow;
  sunfleck_recorder recorder;
  sunfleck_begin(
      &recorder,
      [](void* context, const std::uint8_t* bytes, std::uint32_t size) {
        auto& board = *static_cast<Slow*>(context);
        board.now += 0x20000;
        board.bytes.insert(board.bytes.end(), bytes, bytes + size);
        return 1;
      },
      [](void* context) { return static_cast<Slow*>(context)->now; }, &slow, 1);
  sunfleck_idle(&recorder, 1);
  sunfleck_idle(&recorder, 2);
  const std::vector<fw_record> records = decoded(slow.bytes);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[1].header.send_ticks, 0xFFFF);
}

TEST(RecordWriter, TextBeforeARecordIsCutOffByAZero) {
  Line line;
  sunfleck_recorder recorder;
  sunfleck_begin(&recorder, &Line::put, &Line::ticks, &line, 1);
  sunfleck_idle(&recorder, 1);
  for (const char letter : {'h', 'i', '\n'})
    line.bytes.push_back(static_cast<std::uint8_t>(letter));
  sunfleck_text_was_sent(&recorder);
  const std::size_t text_end = line.bytes.size();
  sunfleck_idle(&recorder, 2);
  EXPECT_EQ(line.bytes.at(text_end), 0U);
  const std::vector<fw_record> after =
      decoded({line.bytes.begin() + static_cast<std::ptrdiff_t>(text_end), line.bytes.end()});
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].body.idle.inferences_done, 2U);
}

}  // namespace
