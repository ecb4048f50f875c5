#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/timeline/timeline.h"
#include "target_fw/protocol/run_config.h"
#include "tests/core/telemetry/record_bytes.h"

namespace sunfleck {

// One tick is a microsecond and a byte takes ten, so every number below is in microseconds.
inline constexpr std::uint32_t ticks_per_second = 1'000'000;

// Writes the records of a board whose sending takes the time of its bytes: the first leaves after
// two byte times, and when sending ends two wait in the transmitter. The lengths are those of PROTOCOL.md, header 11 and frame 4 included: BOOT and
// CHECKPOINT 31 bytes, RESTORE 27, LAYER and TILE 23, INFERENCE and IDLE 19.
class RecordScript {
 public:
  RecordScript& boot(
      std::int64_t zero, std::uint32_t ticks, std::uint8_t strategy, std::uint8_t level) {
    zero_ = zero;
    ++boot_;
    sequence_ = 0;
    fw_record record = record_of(FW_RECORD_BOOT, boot_, 0, ticks);
    record.body.boot.protocol = FW_PROTOCOL_VERSION;
    record.body.boot.strategy = strategy;
    record.body.boot.record_level = level;
    record.body.boot.ticks_per_second = ticks_per_second;
    return add(record, 0);
  }
  RecordScript& restore(
      std::uint32_t ticks, std::uint32_t inference, std::uint16_t layer, std::uint16_t tile,
      std::uint32_t duration) {
    fw_record record = record_of(FW_RECORD_RESTORE, boot_, sequence_, ticks);
    record.body.restore = {
        .inference = inference, .layer = layer, .tile = tile, .duration_ticks = duration};
    return add(record);
  }
  RecordScript& inference(fw_record_type type, std::uint32_t ticks, std::uint32_t inference) {
    fw_record record = record_of(type, boot_, sequence_, ticks);
    record.body.inference.inference = inference;
    return add(record);
  }
  RecordScript& position(
      fw_record_type type, std::uint32_t ticks, std::uint32_t inference, std::uint16_t layer,
      std::uint16_t tile) {
    fw_record record = record_of(type, boot_, sequence_, ticks);
    record.body.position = {.inference = inference, .layer = layer, .tile = tile};
    return add(record);
  }
  RecordScript& checkpoint(
      std::uint32_t ticks, std::uint32_t inference, std::uint16_t layer, std::uint16_t tile,
      std::uint32_t duration) {
    fw_record record = record_of(FW_RECORD_CHECKPOINT, boot_, sequence_, ticks);
    record.body.checkpoint = {
        .inference = inference,
        .layer = layer,
        .tile = tile,
        .duration_ticks = duration,
        .written_bytes = 0};
    return add(record);
  }
  RecordScript& lost(std::uint32_t ticks, std::uint32_t count) {
    sequence_ = static_cast<std::uint16_t>(sequence_ + count);
    fw_record record = record_of(FW_RECORD_LOST, boot_, sequence_, ticks);
    record.body.lost.count = count;
    return add(record);
  }
  RecordScript& result(std::uint32_t ticks, std::uint32_t inference) {
    fw_record record = record_of(FW_RECORD_RESULT, boot_, sequence_, ticks);
    record.body.result.inference = inference;
    record.body.result.total = 1;
    record.body.result.size = 1;
    return add(record);
  }
  // The record before was not received.
  RecordScript& drop() {
    records_.pop_back();
    return *this;
  }

  const std::vector<TimedRecord>& records() const { return records_; }

 private:
  RecordScript& add(fw_record record) { return add(record, sent_); }
  RecordScript& add(fw_record record, std::uint16_t send_ticks) {
    record.header.send_ticks = send_ticks;
    const std::size_t bytes = wire_of(record).size();
    sent_ = static_cast<std::uint16_t>(10 * bytes);
    records_.push_back(
        {.received = RunTime(1000 * (zero_ + record.header.ticks + 30)),
         .on_wire = {1e-5 * static_cast<double>(bytes)},
         .record = record});
    ++sequence_;
    return *this;
  }

  std::vector<TimedRecord> records_;
  std::int64_t zero_ = 0;
  std::uint16_t boot_ = 0;
  std::uint16_t sequence_ = 0;
  std::uint16_t sent_ = 0;
};

inline std::vector<MarkEdge> edges_of(const std::vector<std::int64_t>& microseconds) {
  std::vector<MarkEdge> edges;
  for (std::size_t i = 0; i < microseconds.size(); ++i)
    edges.push_back({.time = RunTime(1000 * microseconds[i]), .marks = i % 2 == 0 ? rail_mark : 0});
  return edges;
}

// "1500-1810 compute 0", in microseconds; with the inference behind a slash when it is not 0.
inline std::vector<std::string> text_of(const Timeline& timeline) {
  std::vector<std::string> lines;
  for (const Span& span : timeline.spans) {
    std::string line = join(
        std::int64_t{span.from.count() / 1000}, "-", std::int64_t{span.to.count() / 1000}, " ",
        name_of(span.activity));
    if (span.layer != no_layer) line += join(" ", span.layer);
    if (span.inference != 0) line += join(" /", span.inference);
    lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;
inline constexpr std::uint8_t restart = FW_STRATEGY_RESTART;
inline constexpr std::uint8_t by_layer = FW_STRATEGY_LAYER;
inline constexpr std::uint8_t by_tile = FW_STRATEGY_TILE;
inline constexpr std::uint8_t by_voltage = FW_STRATEGY_VOLTAGE;

}  // namespace sunfleck
