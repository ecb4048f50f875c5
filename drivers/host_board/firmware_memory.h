#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/check/crash_subject.h"
#include "core/target/target.h"

namespace sunfleck {

// What our firmware keeps in non-volatile memory, for a crash check: the records of
// target_fw/rt/nv_layout.h, then activations or, with Strategy::voltage, two places for snapshots.
//
// After a failure these may differ from a run without one: which slot of a record is the newest,
// its sequence number and the older slot; the record that counts power-ups, as a whole; and the
// snapshots, which nothing refers to any more once an inference is done. All other bytes must not.
//
//   workload   with a network image that has a header
//   bytes      of the memory, as many as the workload needs or more
std::vector<MemoryRegion> firmware_regions(const Workload& workload, std::uint32_t bytes);

// That memory, configured for the workload, on a board that was used before: all else is noise, the
// records are valid ones of another run half way through, and their sequence numbers wrap after a
// few writes.
std::vector<std::uint8_t> used_firmware_memory(const Workload& workload, std::uint32_t bytes);

// How far verification and work came, as a number that grows with every commit of this run.
std::uint64_t firmware_progress(std::span<const std::uint8_t> memory);

// Memory that the workload needs.
struct FirmwareNeeds {
  std::uint32_t working_bytes = 0;      // RAM
  std::uint32_t nonvolatile_bytes = 0;  // records and activations
};
FirmwareNeeds firmware_needs(const Workload& workload);

}  // namespace sunfleck
