#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/telemetry/uart_bytes.h"
#include "target_fw/protocol/frame.h"

namespace sunfleck {

// A whole, undamaged frame.
struct Frame {
  RunTime first{};  // its first byte was complete at the receiver
  Seconds on_wire;  // time of all its bytes on the line, the closing zero included
  std::span<const std::uint8_t> payload;  // valid during the call that gives it
};

// Cuts the byte stream of a board into frames, keeps the time of each frame's first byte, and
// counts what came damaged.
//
// A frame that a power failure cuts has no closing zero, and the first frame of the next boot would
// be lost with it. A board avoids that by sending a zero first after power-up. For one that does
// not, a pause of the line inside a frame (two byte times or more without a byte) is taken as a
// possible beginning: when the whole is damaged, what came after the last pause is tried. The cut
// frame counts as damaged either way.
class FrameStream {
 public:
  // Calls on_frame(const Frame&) for each frame that `uart` completes, and
  // on_other(std::span<const std::uint8_t>, Ended) with the bytes that were none, but for zeros.
  enum class Ended { by_zero, goes_on };  // whether a zero followed them
  struct Ignore {
    void operator()(std::span<const std::uint8_t> /*bytes*/, Ended /*ended*/) const {}
  };
  template <class OnFrame, class OnOther = Ignore>
  void feed(const UartBytes& uart, OnFrame on_frame, OnOther on_other = {}) {
    RunTime at = uart.first;
    for (std::size_t i = 0; i < uart.bytes.size(); ++i) {
      at = uart.first + to_run_time(static_cast<double>(i) * uart.per_byte);
      const std::uint8_t byte = uart.bytes[i];
      const Reading* done = take(byte, at, to_run_time(uart.per_byte));
      if (byte != 0) open_.push_back(byte);
      if (done != nullptr) open_.resize(open_.size() - std::min(open_.size(), done->bytes - 1));
      if (byte == 0 && !open_.empty()) {
        on_other(std::span<const std::uint8_t>(open_), Ended::by_zero);
        open_.clear();
      }
      if (open_.size() == 2 * longest) {  // the first half of it can be in no frame
        on_other(std::span<const std::uint8_t>(open_).first(longest), Ended::goes_on);
        open_.erase(open_.begin(), open_.begin() + longest);
      }
      if (done == nullptr) continue;
      on_frame(Frame{
          .first = done->first,
          .on_wire = static_cast<double>(done->bytes) * uart.per_byte,
          .payload = {done->reader.bytes, done->reader.size}});
    }
  }

  // What came since the last zero, as far as it was not given to on_other.
  std::span<const std::uint8_t> open() const { return open_; }

  std::uint64_t damaged() const { return damaged_; }

 private:
  struct Reading {
    fw_frame_reader reader{};
    RunTime first{};
    std::size_t bytes = 0;

    fw_frame_event take(std::uint8_t byte, RunTime at) {
      if (reader.used == 0) {
        first = at;
        bytes = 0;
      }
      ++bytes;
      return fw_frame_read(&reader, byte);
    }
  };

  // The reading that `byte` completes, or none.
  const Reading* take(std::uint8_t byte, RunTime at, RunTime per_byte) {
    const bool open = whole_.reader.used > 0;
    if (open && byte != 0 && at - last_ > 2 * per_byte) {
      late_ = Reading{};
      split_ = true;
    }
    last_ = at;
    const fw_frame_event whole = whole_.take(byte, at);
    const fw_frame_event late = split_ ? late_.take(byte, at) : FW_FRAME_NONE;
    if (byte != 0 || !open) return nullptr;
    split_ = false;
    if (whole == FW_FRAME_READY) return &whole_;
    ++damaged_;
    return late == FW_FRAME_READY ? &late_ : nullptr;
  }

  static constexpr std::size_t longest = FW_WIRE_MAX;  // of a frame

  Reading whole_;       // since the last zero
  Reading late_;        // since the last pause after it
  bool split_ = false;  // there was such a pause
  RunTime last_{};      // the byte before
  std::uint64_t damaged_ = 0;
  std::vector<std::uint8_t> open_;  // bytes since the last zero
};

}  // namespace sunfleck
