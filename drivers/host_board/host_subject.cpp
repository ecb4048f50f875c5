#include "drivers/host_board/host_subject.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "drivers/host_board/firmware_memory.h"
#include "drivers/virtual_target/flash_image.h"
#include "target_fw/protocol/network_image.h"
#include "target_fw/rt/defect.h"

namespace sunfleck {
namespace {

constexpr std::array defects{
    SeededDefect{"none", "the firmware as it is"},
    SeededDefect{"commit-before-data", "a tile is committed, then written"},
    SeededDefect{"single-slot", "a record is overwritten where it lies"},
    SeededDefect{"slot-without-checksum", "a slot is valid without its checksum"},
    SeededDefect{"sequence-unsigned", "the newest slot is lost when sequence numbers wrap"},
    SeededDefect{"sequence-first", "a slot is valid once its sequence number is written"},
    SeededDefect{"accumulate-in-place", "a tile is added to what lies in the memory"},
    SeededDefect{"input-in-place", "an input is changed in the memory, and back"},
    SeededDefect{"snapshot-over-newest", "a snapshot goes where the newest one lies"},
    SeededDefect{"snapshot-early", "a snapshot is committed before it is complete"},
    SeededDefect{"static-left-over", "a flag outlives the patch in RAM that it speaks of"},
    SeededDefect{"ram-not-cleared", "what was in RAM is taken for progress"},
    SeededDefect{"copy-not-cleared", "noise says what of a copy in RAM is valid"},
    SeededDefect{"foreign-progress", "progress of another run is taken for this one's"},
    SeededDefect{"restore-off-by-one", "work goes on one tile too late"},
    SeededDefect{"verified-too-early", "an unfinished verification is taken for a finished one"},
    SeededDefect{"boot-counts-as-work", "a power-up without progress counts as a tile done"},
    SeededDefect{"result-after-commit", "an inference is committed, then its result is sent"},
    SeededDefect{"input-assumed", "an input is not written again after a failure"},
};
static_assert(defects.size() == FW_DEFECTS);

constexpr std::uint32_t supply_mv = 3000;
constexpr std::uint64_t readings_while_low = 8;  // then the supply is gone

HostBoard::Memories memories_of(const Workload& workload, HostSubject::Ram ram) {
  fw_image_header header{};
  assert(workload.network.size() >= sizeof header);
  std::memcpy(&header, workload.network.data(), sizeof header);
  const FirmwareNeeds needs = firmware_needs(workload);
  // As much again as the activations take, and a bit of housekeeping for each 64 bytes of them.
  const std::uint32_t spare =
      ram == HostSubject::Ram::plenty ? header.arena_bytes + header.arena_bytes / 256 + 16 : 0;
  return {
      .image = workload.network,
      .inputs = inputs_region_of(workload.inputs, header.input_bytes),
      .working_bytes = needs.working_bytes + spare,
      .nonvolatile_bytes = needs.nonvolatile_bytes};
}

}  // namespace

std::span<const SeededDefect> seeded_defects() { return defects; }

HostSubject::HostSubject(const Workload& workload, Ram ram, std::size_t defect)
    : workload_(workload), host_(memories_of(workload, ram)) {
  assert(defect < defects.size());
  if (acts_on_supply()) workload_.snapshot_mv = supply_mv / 2;
  host_.board.defect = static_cast<fw_defect>(defect);
  host_.board.context = this;
  host_.board.supply = &HostSubject::on_supply;
  host_.board.on_uart = &HostSubject::on_uart;
}

std::vector<MemoryRegion> HostSubject::regions() const {
  return firmware_regions(workload_, host_.board.nv_bytes);
}

std::vector<std::uint8_t> HostSubject::used_memory() const {
  return used_firmware_memory(workload_, host_.board.nv_bytes);
}

void HostSubject::begin(std::span<const std::uint8_t> nonvolatile) {
  assert(nonvolatile.size() == host_.nv.size());
  std::ranges::copy(nonvolatile, host_.nv.begin());
  host_.board.power_ups = 0;
  host_.board.left_over = 0;
  reader_.begin();
}

CycleEnd HostSubject::power_up(const PowerFailure& failure, MemoryObserver* observer) {
  host_.board.cut_write = failure.write;
  host_.board.cut_bytes = failure.bytes;
  host_.board.on_nv = observer == nullptr ? nullptr : &HostSubject::on_nv;
  observer_ = observer;
  low_ = failure.low;
  readings_ = 0;
  reader_.power_up();
  const fw_host_end end = fw_host_power_up(&host_.board);
  if (end == FW_HOST_TRAPPED) return CycleEnd::crashed;
  return end == FW_HOST_SLEEPS ? CycleEnd::asleep : CycleEnd::power_lost;
}

std::uint64_t HostSubject::progress() const { return firmware_progress(host_.nv); }

void HostSubject::on_uart(void* self, const std::uint8_t* bytes, std::uint32_t size) {
  static_cast<HostSubject*>(self)->reader_.feed({bytes, size});
}

void HostSubject::on_nv(
    void* self, fw_host_access access, std::uint32_t offset, const std::uint8_t* bytes,
    std::uint32_t size) {
  MemoryObserver& observer = *static_cast<HostSubject*>(self)->observer_;
  if (access == FW_HOST_READ)
    observer.on_read(offset, size);
  else
    observer.on_write(offset, {bytes, size});
}

std::uint32_t HostSubject::on_supply(void* self) {
  auto& subject = *static_cast<HostSubject*>(self);
  const std::uint64_t reading = ++subject.readings_;
  if (subject.low_ == 0 || reading < subject.low_) return supply_mv;
  if (reading >= subject.low_ + readings_while_low) return FW_HOST_POWER_FAILS;
  return supply_mv / 3;
}

}  // namespace sunfleck
