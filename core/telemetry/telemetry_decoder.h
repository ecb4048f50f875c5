#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/telemetry/frame_stream.h"
#include "core/telemetry/records.h"
#include "core/telemetry/telemetry_counts.h"

namespace sunfleck {

// Bytes of the board's UART to records, with a count of everything that did not arrive whole.
//
// (boot, sequence) names a record; sequence starts at 0 with each boot record. So a gap within a
// boot, and records before the first one of a boot, are known missing. The end of a boot that lost
// its power cannot be: nobody knows how much it had yet to say. A name that was among the last 128
// is a repetition, and is dropped.
class TelemetryDecoder {
 public:
  // The records that `uart` completes, in the order of the wire.
  std::vector<TimedRecord> feed(const UartBytes& uart);

  // Of everything fed so far.
  TelemetryCounts counts() const;

 private:
  struct Name {
    std::uint16_t boot = 0;
    std::uint16_t sequence = 0;
    friend bool operator==(const Name&, const Name&) = default;
  };

  std::optional<TimedRecord> decode(const Frame& frame);
  bool is_repeated(Name name) const;
  void remember(Name name);

  FrameStream frames_;
  TelemetryCounts counts_;
  std::array<Name, 128> recent_{};  // a ring
  std::size_t seen_ = 0;            // names put into it
};

}  // namespace sunfleck
