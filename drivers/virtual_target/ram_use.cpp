#include "drivers/virtual_target/ram_use.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace sunfleck {
namespace {

constexpr std::uint32_t block = 64;  // bytes compared at a time, where they are equal

struct Range {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
};

bool differ(
    std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, std::uint32_t from,
    std::uint32_t bytes) {
  return std::memcmp(a.data() + from, b.data() + from, bytes) != 0;
}

// The first byte of the range that differs; its end when none does.
std::uint32_t first_difference(
    std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, Range in) {
  while (in.to - in.from >= block && !differ(a, b, in.from, block))
    in.from += block;
  while (in.from < in.to && a[in.from] == b[in.from])
    ++in.from;
  return in.from;
}

// Behind the last byte of the range that differs; its begin when none does.
std::uint32_t last_difference(
    std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, Range in) {
  while (in.to - in.from >= block && !differ(a, b, in.to - block, block))
    in.to -= block;
  while (in.from < in.to && a[in.to - 1] == b[in.to - 1])
    --in.to;
  return in.to;
}

// The longest part of the range where nothing differs, in steps of 64 bytes.
Range longest_untouched(
    std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, Range in) {
  Range longest{in.to, in.to};
  for (std::uint32_t at = in.from; at < in.to;) {
    const std::uint32_t end = first_difference(a, b, {at, in.to});
    if (end - at > longest.to - longest.from) longest = {at, end};
    at = std::min(end + block, in.to);
  }
  return longest;
}

}  // namespace

RamLayout ram_layout(
    std::span<const ElfSegment> firmware, std::span<const std::uint8_t> flash,
    const BoardRegion& sram) {
  std::uint32_t top = 0;
  std::memcpy(&top, flash.data(), sizeof top);
  RamLayout layout{.bytes = sram.bytes, .stack_top = top - sram.base};
  layout.working_from = 0;
  for (const ElfSegment& segment : firmware) {
    if (segment.address < sram.base || segment.address - sram.base >= sram.bytes) continue;
    const std::uint32_t from = segment.address - sram.base;
    const std::uint32_t to = from + segment.memory_bytes;
    layout.working_from = std::max(layout.working_from, to);
    if (to == layout.stack_top) continue;
    layout.data += segment.memory_bytes;
    if (to < layout.stack_top) layout.stack_from = std::max(layout.stack_from, to);
  }
  return layout;
}

RamUse::RamUse(const RamLayout& layout)
    : layout_(layout), stack_low_(layout.stack_top), working_high_(layout.working_from) {}

void RamUse::power_up(std::span<const std::uint8_t> sram) {
  noise_.assign(sram.begin(), sram.end());
}

void RamUse::power_off(std::span<const std::uint8_t> sram) {
  if (noise_.size() != sram.size()) return;
  Range stack{layout_.stack_from, stack_low_};
  Range working{working_high_, layout_.bytes};
  if (layout_.working_from < layout_.stack_top) {  // they share their room
    const Range between = longest_untouched(sram, noise_, {working_high_, stack_low_});
    stack.from = between.to;
    working.to = between.from;
  }
  stack_low_ = std::min(stack_low_, first_difference(sram, noise_, stack));
  working_high_ = std::max(working_high_, last_difference(sram, noise_, working));
}

MemoryUse RamUse::most() const {
  return {
      .data = layout_.data,
      .stack = layout_.stack_top - stack_low_,
      .working = working_high_ - layout_.working_from,
      .board = layout_.bytes};
}

}  // namespace sunfleck
