#pragma once

#include <cstdint>
#include <span>

#include "core/check/crash_subject.h"
#include "target_fw/protocol/frame.h"
#include "target_fw/protocol/messages.h"

namespace sunfleck {

// What a crash check takes from the bytes of a board's line; everything else is passed over.
class ReportReader {
 public:
  void begin();     // forgets all
  void power_up();  // fault and count of the power cycle before are forgotten
  void feed(std::span<const std::uint8_t> bytes);

  const ReportedRun& reported() const { return reported_; }

 private:
  void take(const fw_record& record);
  void take_piece(const fw_result_record& piece);

  fw_frame_reader frame_{};
  std::vector<std::uint8_t> output_;  // of the result that is arriving
  ReportedRun reported_;
};

}  // namespace sunfleck
