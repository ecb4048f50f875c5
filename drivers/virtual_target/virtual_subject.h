#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/check/crash_subject.h"
#include "core/check/report_reader.h"
#include "core/target/target.h"
#include "drivers/virtual_target/unicorn_cpu.h"

namespace sunfleck {

// The real firmware image on the virtual board as the subject of a crash check. A write is one store
// of the core into the FRAM, up to four bytes, and tears at any of them; what the core does after
// its power failed changes nothing that outlives it. Power also fails at any cycle, at the begin of
// the next block of instructions.
class VirtualSubject final : public CrashSubject, private FramWatcher {
 public:
  // `firmware` is an ELF file. Fails with invalid_argument when the workload does not fit.
  static Result<std::unique_ptr<CrashSubject>> open(
      const Workload& workload, std::span<const std::uint8_t> firmware);

  std::vector<MemoryRegion> regions() const override;
  bool acts_on_supply() const override { return workload_.strategy == Strategy::voltage; }
  std::vector<std::uint8_t> used_memory() const override;
  void begin(std::span<const std::uint8_t> nonvolatile) override;
  CycleEnd power_up(const PowerFailure& failure, MemoryObserver* observer) override;
  std::span<const std::uint8_t> nonvolatile() const override;
  const ReportedRun& reported() const override { return reader_.reported(); }
  std::uint64_t supply_readings() const override { return cpu_->registers().supply_readings(); }
  std::uint64_t cycles() const override { return cpu_->cycles(); }
  std::uint64_t progress() const override;

 private:
  VirtualSubject(Workload workload, std::unique_ptr<Cpu> cpu);

  void on_read(std::uint32_t offset, std::uint32_t bytes) override;
  std::uint32_t on_write(std::uint32_t offset, std::span<const std::uint8_t> bytes) override;
  bool run_to(std::uint64_t cycle);
  void take_line();
  bool is_power_lost() const;
  bool has_reported_its_end() const;

  Workload workload_;
  std::unique_ptr<Cpu> cpu_;
  std::unique_ptr<CpuSnapshot> fresh_;
  ReportReader reader_;
  std::uint64_t power_ups_ = 0;
  // Of the power cycle that is under way.
  PowerFailure failure_;
  MemoryObserver* observer_ = nullptr;
  std::uint64_t writes_ = 0;
  std::uint64_t lost_at_ = 0;  // cycle at which the power failed; 0: it has not
};

}  // namespace sunfleck
