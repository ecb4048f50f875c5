#include "core/telemetry/telemetry_decoder.h"

#include <algorithm>

namespace sunfleck {

std::vector<TimedRecord> TelemetryDecoder::feed(const UartBytes& uart) {
  std::vector<TimedRecord> records;
  frames_.feed(uart, [&](const Frame& frame) {
    if (const auto record = decode(frame)) records.push_back(*record);
  });
  return records;
}

TelemetryCounts TelemetryDecoder::counts() const {
  TelemetryCounts counts = counts_;
  counts.damaged = frames_.damaged();
  return counts;
}

std::optional<TimedRecord> TelemetryDecoder::decode(const Frame& frame) {
  TimedRecord timed{.received = frame.first, .on_wire = frame.on_wire};
  if (!fw_record_read(&timed.record, frame.payload.data(), frame.payload.size())) {
    ++counts_.unknown;
    return std::nullopt;
  }
  const fw_record_header& header = timed.record.header;
  const Name name{.boot = header.boot, .sequence = header.sequence};
  if (is_repeated(name)) {
    ++counts_.repeated;
    return std::nullopt;
  }
  remember(name);
  ++counts_.records;
  if (header.type == FW_RECORD_LOST) counts_.lost += timed.record.body.lost.count;
  return timed;
}

bool TelemetryDecoder::is_repeated(Name name) const {
  const std::size_t held = std::min(seen_, recent_.size());
  const auto* const end = recent_.data() + held;
  return std::find(recent_.data(), end, name) != end;
}

// Counts what is missing before `name`.
void TelemetryDecoder::remember(Name name) {
  const Name last = recent_.at((seen_ + recent_.size() - 1) % recent_.size());
  const bool goes_on = seen_ > 0 && last.boot == name.boot;
  const unsigned expected = goes_on ? last.sequence + 1U : 0U;
  counts_.missing += (name.sequence - expected) & 0xFFFFU;
  recent_.at(seen_ % recent_.size()) = name;
  ++seen_;
}

}  // namespace sunfleck
