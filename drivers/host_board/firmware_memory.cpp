#include "drivers/host_board/firmware_memory.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/base/random.h"
#include "core/check/memory_difference.h"
#include "drivers/virtual_target/flash_image.h"
#include "target_fw/protocol/memory_needs.h"
#include "target_fw/protocol/network_image.h"
#include "target_fw/rt/nv_layout.h"
#include "target_fw/rt/state.h"

namespace sunfleck {
namespace {

constexpr std::uint32_t another_run = 0x5EED;  // that was on the board before

MemoryRegion record(std::string_view name, std::uint32_t offset, std::uint32_t payload) {
  return {
      .name = std::string(name),
      .offset = offset,
      .bytes = 2 * FW_SLOT_STRIDE,
      .kind = MemoryRegion::Kind::record,
      .payload = payload,
      .stride = FW_SLOT_STRIDE,
      .ends_atomic_part = true};
}

MemoryRegion progress_region() { return record("progress", FW_NV_PROGRESS, sizeof(fw_progress)); }
MemoryRegion verify_region() { return record("verification", FW_NV_VERIFY, sizeof(fw_verifying)); }
MemoryRegion boot_region() {
  MemoryRegion region = record("power-ups", FW_NV_BOOT, sizeof(fw_boot_state));
  region.kind = MemoryRegion::Kind::counts;
  region.ends_atomic_part = false;
  return region;
}

template <class Payload>
std::optional<Payload> newest(std::span<const std::uint8_t> memory, const MemoryRegion& region) {
  const auto bytes = newest_record(memory, region);
  if (!bytes) return std::nullopt;
  Payload payload{};
  std::memcpy(&payload, bytes->data(), sizeof payload);
  return payload;
}

// Writes both slots, the newer one second.
template <class Payload>
void put_record(
    std::vector<std::uint8_t>& memory, const MemoryRegion& region, const Payload& payload) {
  constexpr std::uint32_t wraps_after = 3;  // writes
  for (std::uint32_t slot = 0; slot < 2; ++slot) {
    std::uint8_t* const at = &memory[region.offset + slot * region.stride];
    const std::uint32_t sequence = 0U - wraps_after - 1 + slot;
    std::memcpy(at, &sequence, sizeof sequence);
    std::memcpy(at + sizeof sequence, &payload, sizeof payload);
    const std::uint32_t crc = fw_crc32(0, at, sizeof sequence + sizeof payload);
    std::memcpy(at + sizeof sequence + sizeof payload, &crc, sizeof crc);
  }
}

}  // namespace

std::vector<MemoryRegion> firmware_regions(const Workload& workload, std::uint32_t bytes) {
  const bool snapshots = workload.strategy == Strategy::voltage;
  std::vector<MemoryRegion> regions{boot_region(), progress_region(), verify_region()};
  regions.push_back(
      {.name = snapshots ? "snapshots" : "activations",
       .offset = FW_NV_ARENA,
       .bytes = bytes - FW_NV_ARENA,
       .kind = snapshots ? MemoryRegion::Kind::passing : MemoryRegion::Kind::exact});
  return regions;
}

std::vector<std::uint8_t> used_firmware_memory(const Workload& workload, std::uint32_t bytes) {
  Random noise(1, "used memory");
  std::vector<std::uint8_t> memory(bytes);
  std::ranges::generate(memory, [&] { return static_cast<std::uint8_t>(noise.bits()); });
  std::ranges::copy(run_config_of(workload), memory.begin());
  put_record(
      memory, boot_region(),
      fw_boot_state{.run = another_run, .commits = 0, .boot = UINT16_MAX - 1, .attempts = 2});
  put_record(
      memory, progress_region(),
      fw_progress{.run = another_run, .inference = 1, .layer = 1, .tile = 1});
  put_record(
      memory, verify_region(),
      fw_verifying{.headers = another_run, .part = 1, .done = 16, .crc = another_run});
  return memory;
}

std::uint64_t firmware_progress(std::span<const std::uint8_t> memory) {
  constexpr int verified = 62, inferences = 32, layers = 16;
  const auto boot = newest<fw_boot_state>(memory, boot_region());
  const auto work = newest<fw_progress>(memory, progress_region());
  if (!boot || boot->run == another_run) return 0;
  if (work && work->run == boot->run)
    return std::uint64_t{1} << verified | std::uint64_t{work->inference} << inferences |
        std::uint64_t{work->layer} << layers | work->tile;
  const auto verifying = newest<fw_verifying>(memory, verify_region());
  if (!verifying || verifying->headers == another_run) return 0;
  return std::uint64_t{verifying->part} << inferences | verifying->done;
}

FirmwareNeeds firmware_needs(const Workload& workload) {
  fw_image_header header{};
  assert(workload.network.size() >= sizeof header);
  std::memcpy(&header, workload.network.data(), sizeof header);
  const fw_memory needs = fw_memory_needs(&header, static_cast<std::uint8_t>(workload.strategy));
  return {
      .working_bytes = static_cast<std::uint32_t>(needs.ram),
      .nonvolatile_bytes = static_cast<std::uint32_t>(FW_NV_ARENA + needs.nv)};
}

}  // namespace sunfleck
