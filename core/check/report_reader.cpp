#include "core/check/report_reader.h"

namespace sunfleck {

void ReportReader::begin() {
  frame_.used = 0;
  output_.clear();
  reported_ = {};
}

void ReportReader::power_up() {
  output_.clear();
  reported_.fault.reset();
  reported_.inferences_done.reset();
}

void ReportReader::feed(std::span<const std::uint8_t> bytes) {
  for (const std::uint8_t byte : bytes) {
    if (fw_frame_read(&frame_, byte) != FW_FRAME_READY) continue;
    fw_record record{};
    if (fw_record_read(&record, frame_.bytes, frame_.size)) take(record);
  }
}

void ReportReader::take(const fw_record& record) {
  switch (record.header.type) {
    case FW_RECORD_RESULT:
      return take_piece(record.body.result);
    case FW_RECORD_FAULT:
      reported_.fault = record.body.fault.code;
      return;
    case FW_RECORD_IDLE:
      reported_.inferences_done = record.body.idle.inferences_done;
      return;
    default:
      return;
  }
}

void ReportReader::take_piece(const fw_result_record& piece) {
  if (piece.offset == 0) output_.clear();
  if (piece.offset != output_.size()) return;  // its begin was cut off
  const auto* const first = reinterpret_cast<const std::uint8_t*>(piece.bytes);
  output_.insert(output_.end(), first, first + piece.size);
  if (output_.size() < piece.total) return;
  reported_.results.push_back({.inference = piece.inference, .output = output_});
  output_.clear();
}

}  // namespace sunfleck
