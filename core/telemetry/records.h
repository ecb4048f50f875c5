#pragma once

#include "core/base/clock.h"
#include "target_fw/protocol/messages.h"

namespace sunfleck {

// A record of the board with the time at which it was received.
struct TimedRecord {
  RunTime received{};  // first byte of its frame complete at the receiver, on the run's clock
  Seconds on_wire;     // time of the whole frame on the line
  fw_record record{};
};

}  // namespace sunfleck
