#include "core/check/memory_difference.h"

#include <algorithm>
#include <cstring>

#include "core/base/text.h"
#include "target_fw/protocol/network_image.h"

namespace sunfleck {
namespace {

using Bytes = std::span<const std::uint8_t>;

std::uint32_t word_at(Bytes memory, std::size_t offset) {
  std::uint32_t word = 0;
  std::memcpy(&word, &memory[offset], sizeof word);
  return word;
}

bool is_valid(Bytes memory, std::uint32_t slot, std::uint32_t payload) {
  return fw_crc32(0, &memory[slot], payload + 4) == word_at(memory, slot + payload + 4);
}

bool is_same(Bytes a, Bytes b) { return std::memcmp(a.data(), b.data(), a.size()) == 0; }

std::optional<std::string> compare_bytes(
    const std::string& name, std::uint32_t offset, Bytes got, Bytes wanted) {
  if (is_same(got, wanted)) return std::nullopt;
  const auto at = std::ranges::mismatch(got, wanted).in1 - got.begin();
  return join(
      name, ": byte ", offset + static_cast<std::uint64_t>(at), " is ", int{got[at]}, " and ",
      int{wanted[at]}, " without a failure");
}

std::optional<std::string> compare_record(const MemoryRegion& region, Bytes got, Bytes wanted) {
  const auto a = newest_record(got, region);
  const auto b = newest_record(wanted, region);
  if (!a || !b) {
    if (!a == !b) return std::nullopt;
    return join(region.name, ": there is ", a ? "a" : "no", " valid record");
  }
  const auto difference = compare_bytes(region.name, 0, *a, *b);
  if (!difference) return std::nullopt;
  return join("record of ", *difference);
}

}  // namespace

std::optional<Bytes> newest_record(Bytes memory, const MemoryRegion& region) {
  const std::uint32_t first = region.offset;
  const std::uint32_t second = region.offset + region.stride;
  const bool first_valid = is_valid(memory, first, region.payload);
  const bool second_valid = is_valid(memory, second, region.payload);
  if (!first_valid && !second_valid) return std::nullopt;
  const std::uint32_t lead = word_at(memory, second) - word_at(memory, first);
  const bool is_second = second_valid && (!first_valid || static_cast<std::int32_t>(lead) > 0);
  return memory.subspan((is_second ? second : first) + 4, region.payload);
}

std::optional<std::string> memory_difference(
    const std::vector<MemoryRegion>& regions, Bytes got, Bytes wanted) {
  std::uint32_t compared = 0;  // up to here; regions are in order of their offsets
  const auto rest_up_to = [&](std::uint32_t end) {
    const Bytes a = got.subspan(compared, end - compared);
    return compare_bytes("outside all parts", compared, a, wanted.subspan(compared, a.size()));
  };
  for (const MemoryRegion& region : regions) {
    if (auto difference = rest_up_to(region.offset)) return difference;
    compared = region.offset + region.bytes;
    std::optional<std::string> difference;
    if (region.kind == MemoryRegion::Kind::exact)
      difference = compare_bytes(
          region.name, region.offset, got.subspan(region.offset, region.bytes),
          wanted.subspan(region.offset, region.bytes));
    if (region.kind == MemoryRegion::Kind::record)
      difference = compare_record(region, got, wanted);
    if (difference) return difference;
  }
  return rest_up_to(static_cast<std::uint32_t>(got.size()));
}

}  // namespace sunfleck
