#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/check/crash_subject.h"

namespace sunfleck {

// A record in two slots, each a sequence number, the payload and a checksum of both
// (target_fw/rt/slots.h): the payload of the newest valid one, or nothing when there is none.
//
//   memory   holds both slots at region.offset and region.offset + region.stride
std::optional<std::span<const std::uint8_t>> newest_record(
    std::span<const std::uint8_t> memory, const MemoryRegion& region);

// The first place in which committed data differ from those of a run without a failure, in words;
// nothing when none does. What is compared of each region, its kind says; bytes in no region are
// compared as they are.
//
//   got, wanted   whole non-volatile memories of the same size
std::optional<std::string> memory_difference(
    const std::vector<MemoryRegion>& regions, std::span<const std::uint8_t> got,
    std::span<const std::uint8_t> wanted);

}  // namespace sunfleck
