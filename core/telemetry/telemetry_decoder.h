#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
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
//
// Bytes between frames that can be printed are text: what a firmware prints on the same line. Of
// bytes that are no frame, the first ones up to one that cannot be printed are taken, so that a
// frame which a power failure cut off does not look like text.
class TelemetryDecoder {
 public:
  // The records that `uart` completes, in the order of the wire.
  std::vector<TimedRecord> feed(const UartBytes& uart);

  // The text that came since the last call. At the end of the stream, what is open is text too.
  enum class Stream { goes_on, ended };
  std::string take_text(Stream stream = Stream::goes_on);

  // Of everything fed so far; of text, what was taken.
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
  void take_other(std::span<const std::uint8_t> bytes, FrameStream::Ended ended);

  FrameStream frames_;
  TelemetryCounts counts_;
  std::string text_;
  std::uint64_t text_ends_ = 0;     // that the stream counts as damaged frames
  std::array<Name, 128> recent_{};  // a ring
  std::size_t seen_ = 0;            // names put into it
};

}  // namespace sunfleck
