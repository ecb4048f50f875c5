#pragma once

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace sunfleck {

// An FRAM on SPI, by its data sheet: MB85RS2MTA (Fujitsu DS501-00032) and those like it. It may
// lose power, with all that it is wired to, behind any byte written.
class FramChip {
 public:
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

  FramChip(std::vector<std::uint8_t> id, std::uint32_t size) : bytes(size), id_(std::move(id)) {}

  void power_up(std::uint64_t bytes_to_live) {
    left_ = bytes_to_live;
    selected_ = enabled_ = false;
  }
  bool lost_power() const { return left_ == 0; }

  void select(bool selected) {
    if (selected_ && !selected && opcode_ == write) enabled_ = false;
    if (!selected_ && selected) taken_ = 0;
    selected_ = selected;
  }

  // One byte each way. Nothing drives the line of a chip that is not selected or not asked.
  std::uint8_t exchange(std::uint8_t in) {
    if (!selected_ || lost_power()) return nothing;
    const std::uint32_t index = taken_++;
    if (index == 0) {
      opcode_ = in;
      address_ = 0;
      if (in == write_enable) enabled_ = true;
      return nothing;
    }
    if (opcode_ == read_id) return index <= id_.size() ? id_[index - 1] : nothing;
    if (opcode_ != read && opcode_ != write) return nothing;
    if (index <= 3) {
      address_ = address_ << 8 | in;
      return nothing;
    }
    const std::size_t at = address_++ % bytes.size();
    if (opcode_ == read) return bytes[at];
    if (!enabled_) refused_++;
    if (!enabled_) return nothing;
    bytes[at] = in;
    if (left_ != never) --left_;
    return nothing;
  }

  // Bytes written without leave: lost.
  std::uint64_t refused() const { return refused_; }

  std::vector<std::uint8_t> bytes;

 private:
  enum Opcode : std::uint8_t { write = 0x02, read = 0x03, write_enable = 0x06, read_id = 0x9F };
  static constexpr std::uint8_t nothing = 0xFF;  // the line is pulled up

  std::vector<std::uint8_t> id_;
  std::uint64_t left_ = never, refused_ = 0;
  bool selected_ = false, enabled_ = false;
  std::uint8_t opcode_ = 0;
  std::uint32_t taken_ = 0, address_ = 0;
};

}  // namespace sunfleck
