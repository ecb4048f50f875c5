#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/session/result_assembly.h"
#include "core/telemetry/telemetry_decoder.h"

namespace sunfleck {

// Hears a board's line: records, and the outputs put together from them.
class Listener {
 public:
  void take(std::span<const std::uint8_t> bytes) {
    using namespace literals;
    constexpr Seconds per_byte{10.0 / 921600.0};
    const auto records = decoder_.feed({.first = heard_, .per_byte = per_byte, .bytes = bytes});
    heard_ += to_run_time(static_cast<double>(bytes.size()) * per_byte);
    for (const TimedRecord& timed : records) {
      const fw_record& record = timed.record;
      if (record.header.type == FW_RECORD_RESULT)
        results_.add(record.header.boot, record.body.result);
      if (record.header.type == FW_RECORD_IDLE) done_ = record.body.idle.inferences_done;
      records_.push_back(record);
    }
  }

  // Inferences that the board said to have done when it fell asleep.
  std::uint32_t done() const { return done_; }
  const std::vector<fw_record>& records() const { return records_; }
  TelemetryCounts counts() const { return decoder_.counts(); }
  const ResultAssembly& results() const { return results_; }
  auto of_type(fw_record_type type) const {
    std::vector<fw_record> found;
    std::ranges::copy_if(records_, std::back_inserter(found), [type](const fw_record& record) {
      return record.header.type == type;
    });
    return found;
  }

 private:
  TelemetryDecoder decoder_;
  ResultAssembly results_;
  RunTime heard_{};
  std::uint32_t done_ = 0;
  std::vector<fw_record> records_;
};

}  // namespace sunfleck
