#include "core/telemetry/telemetry_decoder.h"

#include <algorithm>
#include <utility>

namespace sunfleck {
namespace {

// ASCII and what UTF-8 is made of, tabulator, line ends, and the escape of terminal colours.
bool can_be_printed(std::uint8_t byte) {
  return (byte >= 0x20 && byte != 0x7F) || byte == '\t' || byte == '\n' || byte == '\r' ||
      byte == 0x1B;
}

}  // namespace

std::vector<TimedRecord> TelemetryDecoder::feed(const UartBytes& uart) {
  std::vector<TimedRecord> records;
  frames_.feed(
      uart,
      [&](const Frame& frame) {
        if (const auto record = decode(frame)) records.push_back(*record);
      },
      [this](std::span<const std::uint8_t> bytes, FrameStream::Ended ended) {
        take_other(bytes, ended);
      });
  return records;
}

void TelemetryDecoder::take_other(std::span<const std::uint8_t> bytes, FrameStream::Ended ended) {
  const auto end = std::ranges::find_if_not(bytes, can_be_printed);
  text_.append(bytes.begin(), end);
  if (end == bytes.end() && ended == FrameStream::Ended::by_zero) ++text_ends_;
}

std::string TelemetryDecoder::take_text(Stream stream) {
  if (stream == Stream::ended) take_other(frames_.open(), FrameStream::Ended::goes_on);
  counts_.text += text_.size();
  return std::exchange(text_, {});
}

TelemetryCounts TelemetryDecoder::counts() const {
  TelemetryCounts counts = counts_;
  counts.damaged = frames_.damaged() - text_ends_;
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
