#include "drivers/virtual_target/virtual_subject.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/random.h"
#include "drivers/host_board/firmware_memory.h"
#include "drivers/virtual_target/flash_image.h"
#include "target_fw/protocol/virtual_board.h"

namespace sunfleck {
namespace {

constexpr Volts supply{3.0};
constexpr Volts fallen_supply{1.0};
constexpr std::uint16_t snapshot_mv = 1500;
constexpr std::uint64_t readings_while_low = 8;  // then the supply is gone
// The core is asked this often whether its power failed meanwhile.
constexpr std::uint64_t slice_cycles = 20'000;
constexpr std::uint64_t longest_cycle = 20'000'000'000;  // of power, in core cycles
constexpr std::uint32_t page_bytes = 0x1000;

// The smallest FRAM whose first half, which the firmware has for itself, is as large as this.
std::uint32_t fram_bytes_for(std::uint32_t nonvolatile) {
  return (2 * nonvolatile + page_bytes - 1) / page_bytes * page_bytes;
}

}  // namespace

VirtualSubject::VirtualSubject(Workload workload, std::unique_ptr<Cpu> cpu)
    : workload_(std::move(workload)), cpu_(std::move(cpu)) {
  if (acts_on_supply()) workload_.snapshot_mv = snapshot_mv;
  cpu_->fram().watch(this);
  fresh_ = cpu_->snapshot();
}

Result<std::unique_ptr<CrashSubject>> VirtualSubject::open(
    const Workload& workload, std::span<const std::uint8_t> firmware) {
  const BoardMemories memories{
      .sram_bytes = FW_VB_SRAM_BYTES,
      .fram_bytes = fram_bytes_for(firmware_needs(workload).nonvolatile_bytes)};
  const std::vector<ElfSegment> segments = TRY(read_elf(firmware));
  std::vector<std::uint8_t> flash = TRY(flash_of(segments, memories));
  TRY(add_workload(flash, workload, memories));
  const DeviceTruth device = TRY(find_device("fram-mcu"));
  std::unique_ptr<Cpu> cpu = TRY(UnicornCpu::open(
      {.truth = device,
       .sram_bytes = memories.sram_bytes,
       .fram_bytes = memories.fram_bytes,
       .seed = 1}));
  TRY(cpu->load(flash));
  return std::unique_ptr<CrashSubject>(new VirtualSubject(workload, std::move(cpu)));
}

std::vector<MemoryRegion> VirtualSubject::regions() const {
  return firmware_regions(workload_, static_cast<std::uint32_t>(nonvolatile().size()));
}

std::vector<std::uint8_t> VirtualSubject::used_memory() const {
  return used_firmware_memory(workload_, static_cast<std::uint32_t>(nonvolatile().size()));
}

std::span<const std::uint8_t> VirtualSubject::nonvolatile() const {
  const std::span<const std::uint8_t> all = cpu_->fram().bytes();
  return all.first(all.size() / 2);
}

std::uint64_t VirtualSubject::progress() const { return firmware_progress(nonvolatile()); }

void VirtualSubject::begin(std::span<const std::uint8_t> nonvolatile) {
  cpu_->restore(*fresh_);
  std::ranges::copy(nonvolatile, cpu_->fram().bytes().begin());
  reader_.begin();
  power_ups_ = 0;
}

CycleEnd VirtualSubject::power_up(const PowerFailure& failure, MemoryObserver* observer) {
  failure_ = failure;
  observer_ = observer;
  writes_ = lost_at_ = 0;
  reader_.power_up();
  Random noise(++power_ups_, "sram");
  cpu_->power_cycle(noise);
  cpu_->registers().set_supply(supply, true);
  if (failure.low > 0) cpu_->registers().let_supply_fall(failure.low, fallen_supply);

  const std::uint64_t last = failure.cycle > 0 ? failure.cycle : longest_cycle;
  bool asleep = false;
  while (!is_power_lost() && cpu_->cycles() < last) {
    asleep = run_to(std::min(last, cpu_->cycles() + slice_cycles));
    if (!cpu_->fault().empty()) return CycleEnd::crashed;
    if (asleep && has_reported_its_end()) return CycleEnd::asleep;
  }
  return CycleEnd::power_lost;
}

// Returns whether the core sleeps there.
bool VirtualSubject::run_to(std::uint64_t cycle) {
  constexpr Charge plenty{std::numeric_limits<std::int64_t>::max() / 2};
  const CpuStop stop = cpu_->run({.cycle = cycle, .charge = plenty});
  if (lost_at_ == 0) take_line();
  return stop == CpuStop::asleep;
}

// Reads what was complete on the line by now.
void VirtualSubject::take_line() {
  for (const SentByte& sent : cpu_->registers().take_sent(cpu_->cycles()))
    reader_.feed({&sent.byte, 1});
}

bool VirtualSubject::is_power_lost() const {
  const bool gone = failure_.low > 0 && supply_readings() >= failure_.low + readings_while_low;
  return gone || lost_at_ > 0;
}

bool VirtualSubject::has_reported_its_end() const {
  const ReportedRun& reported = reader_.reported();
  return reported.fault || reported.inferences_done == workload_.inferences;
}

void VirtualSubject::on_read(std::uint32_t offset, std::uint32_t bytes) {
  if (observer_ != nullptr && lost_at_ == 0) observer_->on_read(offset, bytes);
}

std::uint32_t VirtualSubject::on_write(
    std::uint32_t offset, std::span<const std::uint8_t> bytes) {
  if (lost_at_ > 0) return 0;
  take_line();  // so that the observer knows which results came before
  auto kept = static_cast<std::uint32_t>(bytes.size());
  if (++writes_ == failure_.write) {
    kept = std::min(kept, failure_.bytes);
    lost_at_ = cpu_->cycles();
  }
  if (observer_ != nullptr) observer_->on_write(offset, bytes.first(kept));
  return kept;
}

}  // namespace sunfleck
