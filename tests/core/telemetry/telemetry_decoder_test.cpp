#include "core/telemetry/telemetry_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/core/telemetry/record_bytes.h"
#include "tests/support/mutate.h"

namespace sunfleck {
namespace {

using namespace std::chrono_literals;

constexpr Seconds byte_time{1e-5};

std::vector<std::uint8_t> joined(const std::vector<std::vector<std::uint8_t>>& parts) {
  std::vector<std::uint8_t> bytes;
  for (const auto& part : parts)
    bytes.insert(bytes.end(), part.begin(), part.end());
  return bytes;
}

std::vector<TimedRecord> decode(
    TelemetryDecoder& decoder, const std::vector<std::uint8_t>& bytes, RunTime first = {}) {
  return decoder.feed({.first = first, .per_byte = byte_time, .bytes = bytes});
}

fw_record lost(std::uint16_t boot, std::uint16_t sequence, std::uint32_t count) {
  fw_record record = record_of(FW_RECORD_LOST, boot, sequence, 0);
  record.body.lost.count = count;
  return record;
}

TEST(TelemetryDecoder, GivesEachRecordTheTimeOfItsFirstByte) {
  TelemetryDecoder decoder;
  const auto boot = wire_of(record_of(FW_RECORD_BOOT, 3, 0, 100));
  const auto idle = wire_of(record_of(FW_RECORD_IDLE, 3, 1, 200));
  // BOOT has 11 + 16 bytes of payload and IDLE 11 + 4 (PROTOCOL.md); a frame adds 4.
  ASSERT_EQ(boot.size(), 31U);
  ASSERT_EQ(idle.size(), 19U);
  // Zeros between frames are idle line: they are not the first byte of anything.
  const auto records = decode(decoder, joined({{0, 0}, boot, {0}, idle}), 1000us);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].received, 1020us);
  EXPECT_NEAR(records[0].on_wire.si, 310e-6, 1e-12);
  EXPECT_EQ(records[1].received, 1000us + 34 * 10us);
  EXPECT_NEAR(records[1].on_wire.si, 190e-6, 1e-12);
  EXPECT_EQ(records[1].record.header.ticks, 200U);
}

TEST(TelemetryDecoder, JoinsAFrameThatArrivesInPieces) {
  TelemetryDecoder decoder;
  const auto boot = wire_of(record_of(FW_RECORD_BOOT, 1, 0, 7));
  std::vector<TimedRecord> records;
  for (std::size_t i = 0; i < boot.size(); ++i) {
    const std::vector<std::uint8_t> one{boot[i]};
    const auto now = decode(decoder, one, 50us + i * 10us);
    records.insert(records.end(), now.begin(), now.end());
  }
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].received, 50us);
}

TEST(TelemetryDecoder, CountsWhatIsMissingRepeatedUnknownDamagedAndLost) {
  struct Case {
    const char* what;
    std::vector<std::vector<std::uint8_t>> wire;
    TelemetryCounts counts;
  };
  const auto idle = [](std::uint16_t boot, std::uint16_t sequence) {
    return wire_of(record_of(FW_RECORD_IDLE, boot, sequence, 0));
  };
  auto damaged = idle(1, 1);
  damaged[5] ^= 0x10;
  auto unknown = std::vector<std::uint8_t>(FW_WIRE_MAX);
  const std::uint8_t text[] = "no record";
  unknown.resize(fw_frame_write(unknown.data(), text, sizeof text));

  const Case cases[] = {
      {"in sequence", {idle(1, 0), idle(1, 1), idle(1, 2)}, {.records = 3}},
      {"a gap of two", {idle(1, 0), idle(1, 3)}, {.records = 2, .missing = 2}},
      {"a name that was just there is a repetition, not a sequence that wrapped",
       {idle(1, 0), idle(1, 0xFFFF), idle(1, 0)},
       {.records = 2, .missing = 0xFFFE, .repeated = 1}},
      {"a new boot begins at 0; how the old one ended is not known",
       {idle(1, 0), idle(1, 1), idle(2, 0)},
       {.records = 3}},
      {"the first two of a new boot", {idle(1, 0), idle(2, 2)}, {.records = 2, .missing = 2}},
      {"the first of the run", {idle(9, 1)}, {.records = 1, .missing = 1}},
      {"boots whose records all are missing are none that we know of",
       {idle(1, 0), idle(5, 0)},
       {.records = 2}},
      {"one again", {idle(1, 0), idle(1, 1), idle(1, 1)}, {.records = 2, .repeated = 1}},
      {"a piece across a boot again",
       {idle(1, 0), idle(1, 1), idle(2, 0), idle(1, 0), idle(1, 1), idle(2, 0), idle(2, 1)},
       {.records = 4, .repeated = 3}},
      {"a damaged frame is missing too",
       {idle(1, 0), damaged, idle(1, 2)},
       {.records = 2, .damaged = 1, .missing = 1}},
      {"not a record", {idle(1, 0), unknown}, {.records = 1, .unknown = 1}},
      {"lost ones have their numbers",
       {idle(1, 0), wire_of(lost(1, 3, 2)), idle(1, 4)},
       {.records = 3, .missing = 2, .lost = 2}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    TelemetryDecoder decoder;
    EXPECT_EQ(decode(decoder, joined(c.wire)).size(), c.counts.records);
    const TelemetryCounts counts = decoder.counts();
    EXPECT_EQ(counts.records, c.counts.records);
    EXPECT_EQ(counts.damaged, c.counts.damaged);
    EXPECT_EQ(counts.unknown, c.counts.unknown);
    EXPECT_EQ(counts.missing, c.counts.missing);
    EXPECT_EQ(counts.repeated, c.counts.repeated);
    EXPECT_EQ(counts.lost, c.counts.lost);
  }
}

TEST(TelemetryDecoder, ReadsTheFrameAfterOneThatAPowerFailureCut) {
  auto cut = wire_of(record_of(FW_RECORD_BOOT, 1, 0, 0));
  cut.resize(12);
  const auto next = wire_of(record_of(FW_RECORD_BOOT, 2, 0, 0));

  {
    SCOPED_TRACE("a zero comes first, as our firmware has it: no pause is needed");
    TelemetryDecoder decoder;
    const auto records = decode(decoder, joined({cut, {0}, next}));
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].record.header.boot, 2);
    EXPECT_EQ(records[0].received, 130us);
    EXPECT_EQ(decoder.counts().damaged, 1U);
  }
  {
    SCOPED_TRACE("no zero, but the line was idle while the power was off");
    TelemetryDecoder decoder;
    EXPECT_TRUE(decode(decoder, cut).empty());
    const auto records = decode(decoder, next, 5ms);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].record.header.boot, 2);
    EXPECT_EQ(records[0].received, 5ms);
    EXPECT_NEAR(records[0].on_wire.si, 310e-6, 1e-12);
    EXPECT_EQ(decoder.counts().damaged, 1U);
  }
  {
    SCOPED_TRACE("a pause inside a whole frame does no harm");
    TelemetryDecoder decoder;
    const std::vector<std::uint8_t> rest(next.begin() + 12, next.end());
    EXPECT_TRUE(decode(decoder, {next.begin(), next.begin() + 12}, 1ms).empty());
    const auto records = decode(decoder, rest, 9ms);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].received, 1ms);
    EXPECT_EQ(decoder.counts().damaged, 0U);
  }
}

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

TEST(TelemetryDecoder, TextBetweenFramesIsGivenAndIsNoDamage) {
  TelemetryDecoder decoder;
  const auto idle = wire_of(record_of(FW_RECORD_IDLE, 3, 0, 200));
  const auto next = wire_of(record_of(FW_RECORD_IDLE, 3, 1, 300));
  const auto bytes = joined(
      {idle,
       bytes_of("t = 21 \xC2\xB0"
                "C\r\n"),
       {0},
       next});
  EXPECT_EQ(decode(decoder, bytes).size(), 2U);
  EXPECT_EQ(
      decoder.take_text(),
      "t = 21 \xC2\xB0"
      "C\r\n");
  EXPECT_EQ(decoder.take_text(), "") << "only once";
  EXPECT_EQ(decoder.counts().text, 12U);
  EXPECT_EQ(decoder.counts().damaged, 0U);
}

TEST(TelemetryDecoder, TextWithoutAnyFrameComesWhole) {
  TelemetryDecoder decoder;
  std::string text;
  std::string taken;
  for (int line = 0; line < 200; ++line) {
    const std::string one = "line " + std::to_string(line) + "\n";
    EXPECT_TRUE(decode(decoder, bytes_of(one)).empty());
    text += one;
    taken += decoder.take_text();
  }
  EXPECT_GT(taken.size(), text.size() - 2 * FW_WIRE_MAX) << "it is not kept back";
  taken += decoder.take_text(TelemetryDecoder::Stream::ended);
  EXPECT_EQ(taken, text);
  EXPECT_EQ(decoder.counts().text, text.size());
}

TEST(TelemetryDecoder, AFrameThatWasCutOffIsNoText) {
  TelemetryDecoder decoder;
  std::vector<std::uint8_t> cut = wire_of(record_of(FW_RECORD_CHECKPOINT, 3, 0, 200));
  cut.resize(20);
  const auto boot = wire_of(record_of(FW_RECORD_BOOT, 4, 0, 0));
  const auto bytes = joined({bytes_of("before\n"), {0}, cut, {0}, boot});
  EXPECT_EQ(decode(decoder, bytes).size(), 1U);
  EXPECT_EQ(decoder.take_text(), "before\n");
  EXPECT_EQ(decoder.counts().damaged, 1U);
}

TEST(TelemetryDecoder, SurvivesAnyBytes) {
  std::vector<std::uint8_t> stream;
  constexpr std::size_t sent = 40;
  for (std::uint16_t i = 0; i < sent; ++i) {
    fw_record record = record_of(
        static_cast<fw_record_type>(1 + i % 13), static_cast<std::uint16_t>(i / 15),
        static_cast<std::uint16_t>(i % 15), i * 1000U);
    if (record.header.type == FW_RECORD_RESULT) {
      record.body.result.total = 150;
      record.body.result.size = 100;
    }
    const auto wire = wire_of(record);
    stream.insert(stream.end(), wire.begin(), wire.end());
  }
  Random random(11, "telemetry");
  std::uint64_t decoded = 0;
  constexpr int streams = 12'000;
  for (int i = 0; i < streams; ++i) {
    const auto bytes = mutated(stream, random);
    TelemetryDecoder decoder;
    const std::span<const std::uint8_t> all(bytes);
    const std::size_t cut = all.empty() ? 0 : random.below(all.size());
    std::size_t records = 0;
    for (const auto part : {all.first(cut), all.subspan(cut)})
      records += decoder.feed({.first = 1ms, .per_byte = byte_time, .bytes = part}).size();
    const TelemetryCounts counts = decoder.counts();
    ASSERT_EQ(counts.records, records);
    // A stream of n bytes has at most n / 2 frames, whatever it holds.
    ASSERT_LE(counts.records + counts.damaged + counts.unknown + counts.repeated, bytes.size());
    decoded += records;
  }
  // Most of each stream is whole: a decoder that lost step would read far less.
  EXPECT_GT(decoded, streams * sent / 2);
}

}  // namespace
}  // namespace sunfleck
