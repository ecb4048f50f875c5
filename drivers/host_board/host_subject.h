#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/check/crash_subject.h"
#include "core/check/report_reader.h"
#include "core/target/target.h"
#include "drivers/host_board/host_board.h"

namespace sunfleck {

// The firmware compiled for the host as the subject of a crash check. Its power fails at writes to
// non-volatile memory and, where it acts on the supply, after that fell; it has no cycles.
class HostSubject final : public CrashSubject {
 public:
  // With plenty the firmware keeps a copy of what lies in non-volatile memory.
  enum class Ram { just_enough, plenty };

  // `workload` has a network image and whole inputs of it; `defect` indexes seeded_defects(), 0 is
  // the firmware as it is.
  explicit HostSubject(const Workload& workload, Ram ram = Ram::plenty, std::size_t defect = 0);

  std::vector<MemoryRegion> regions() const override;
  bool acts_on_supply() const override { return workload_.strategy == Strategy::voltage; }
  std::vector<std::uint8_t> used_memory() const override;
  void begin(std::span<const std::uint8_t> nonvolatile) override;
  CycleEnd power_up(const PowerFailure& failure, MemoryObserver* observer) override;
  std::span<const std::uint8_t> nonvolatile() const override { return host_.nv; }
  const ReportedRun& reported() const override { return reader_.reported(); }
  std::uint64_t supply_readings() const override { return readings_; }
  std::uint64_t cycles() const override { return 0; }
  std::uint64_t progress() const override;

 private:
  static void on_uart(void* self, const std::uint8_t* bytes, std::uint32_t size);
  static void on_nv(
      void* self, fw_host_access access, std::uint32_t offset, const std::uint8_t* bytes,
      std::uint32_t size);
  static std::uint32_t on_supply(void* self);

  Workload workload_;
  HostBoard host_;
  ReportReader reader_;
  MemoryObserver* observer_ = nullptr;
  std::uint64_t readings_ = 0, low_ = 0;
};

// The mistakes that the host build of the firmware can be given; the first entry is none.
struct SeededDefect {
  std::string_view name;
  std::string_view summary;
};
std::span<const SeededDefect> seeded_defects();

}  // namespace sunfleck
