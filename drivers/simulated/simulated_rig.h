#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/power/harvest_cursor.h"
#include "core/power/power_path.h"
#include "core/session/rig.h"
#include "core/signal/compensated_sum.h"
#include "drivers/simulated/meter.h"
#include "drivers/virtual_target/cpu.h"
#include "drivers/virtual_target/device_truth.h"
#include "drivers/virtual_target/flash_image.h"
#include "drivers/virtual_target/ram_use.h"
#include "target_fw/protocol/virtual_board.h"

namespace sunfleck {

// Hears what the board really drew, finer than a meter sees it. For tests that judge an analysis by
// what really happened; no analysis may listen.
class TruthObserver {
 public:
  virtual ~TruthObserver() = default;
  // The charge that the core had drawn by a time, since the run began: at each power-up, wherever
  // the program read its counter, and at each stop of the core, steps or less apart. Between two of
  // them in a power cycle it is drawn nearly evenly. Times and charges do not run backwards.
  virtual void on_drawn(RunTime time, Coulombs charge) = 0;
  // The energy that the rail had delivered when so much of the charge drawn had passed.
  virtual void on_delivered(Coulombs charge, Joules energy) = 0;
};

struct SimulatedRigConfig {
  std::vector<std::uint8_t> firmware;  // an ELF file
  DeviceTruth device{};
  PowerPathConfig power{};
  BoardMemories memories{.sram_bytes = FW_VB_SRAM_BYTES, .fram_bytes = FW_VB_FRAM_BYTES};
  std::optional<BoardDescription> board{};  // instead of the virtual board with these memories
  std::uint64_t passes = 1;                 // how often the profile is played; 0: without end
  std::uint64_t seed = 1;
  RunTime step{100000};  // of the closed loop; the meter's period is a multiple of it
  MeterConfig meter{};
  double clock_drift = 0.0;        // of the board's clock, as a share: 20e-6 runs 20 ppm fast
  TruthObserver* truth = nullptr;  // for tests; must outlive the rig
};

// What the board was doing, and what it really drew for it at the rail.
struct TruthLedger {
  struct Activity {
    Coulombs charge{};
    Joules energy{};
  };
  Activity boot, run, sleep;
  Joules delivered{};  // by the power path; the three activities' energies together
  std::uint64_t power_ups = 0;
  std::uint64_t brownouts = 0;
  Volts storage_at_brownout{};  // of the last one
  FramCounts fram{};
};

// The virtual bench: harvest profile, power path, virtual board and meter in one closed loop, in
// virtual time, the same bit for bit for the same configuration.
//
// In each step the path passes the time while the board's core draws charge. The core runs ahead to
// the end of the step or until it has drawn what the capacitor still gives, never more; the time it
// took passes on the path, which harvests meanwhile; and again, until not one more instruction is
// covered. That is the moment of the brown-out.
class SimulatedRig final : public Rig, private Target {
 public:
  // `source` stands at its beginning and must outlive the rig.
  // Fails with invalid_argument when a part of the configuration is none or the firmware does not
  // fit on the board.
  static Result<std::unique_ptr<SimulatedRig>> open(
      const SimulatedRigConfig& config, HarvestSource& source);

  const RigDescription& description() const override { return description_; }
  Target& target() override { return *this; }
  Status start(RigSink& sink) override;
  Result<RigProgress> advance(RunTime until) override;
  Status stop() override;
  std::optional<PowerLedger> ledger() const override;
  std::optional<MemoryUse> memory_use() const override;

  // The board's FRAM; written before the rig starts only.
  std::span<std::uint8_t> nonvolatile() { return cpu_->fram().bytes(); }

  // For tests that judge an analysis by what really happened; no analysis may ask for it.
  TruthLedger truth_ledger() const;

 private:
  // Charge that the core has drawn and the path has not yet delivered.
  struct Pending {
    Coulombs boot, run, sleep;
    Coulombs total() const { return boot + run + sleep; }
  };
  // What went into an activity since the run began.
  struct Sums {
    CompensatedSum charge, energy;
  };
  // Bytes of the board that follow one another without a gap.
  struct Line {
    RunTime first{}, last{};
    Seconds per_byte{};
    std::vector<std::uint8_t> bytes;
  };

  SimulatedRig(const SimulatedRigConfig& config, HarvestSource& source, std::unique_ptr<Cpu> cpu);

  std::string identity() const override;
  Status load(const Workload& workload) override;
  Status send(std::span<const std::uint8_t> bytes) override;

  void write_nonvolatile();
  Status step();
  Status run_slice(RunTime end);
  bool run_core(RunTime end);
  void tell_drawn(Coulombs before, double factor);
  Status pass(RunTime duration, const Pending& drawn);
  void pass_piece(const HarvestStep& piece, const Pending& drawn);
  void book(const Pending& drawn, Joules delivered);
  void power_up();
  void power_failed();
  void tell_pins();
  void tell_uart(RunTime until);
  void add_to_line(const SentByte& byte);
  void deliver_line();
  RunTime time_of(std::uint64_t cycle) const;
  std::uint64_t cycle_at(RunTime time) const;

  SimulatedRigConfig config_;
  RigDescription description_;
  HarvestSource* source_;
  BoardDescription board_;
  std::vector<ElfSegment> firmware_;
  std::vector<std::uint8_t> firmware_flash_;
  RamLayout ram_layout_;
  std::unique_ptr<Cpu> cpu_;
  double ns_per_cycle_;

  // Of the run.
  RigSink* sink_ = nullptr;  // while it is started
  std::optional<PowerPath> path_;
  std::optional<HarvestCursor> cursor_;
  std::optional<SimulatedMeter> meter_;
  std::optional<RamUse> ram_use_;
  Random sram_noise_;
  RunTime now_{};
  RunTime power_on_{};  // the last edge of the rail
  bool powered_ = false;
  std::uint8_t pins_ = 0;
  Pending pending_;
  Line line_;
  TruthLedger truth_;  // its counts
  Sums boot_sums_, run_sums_, sleep_sums_;
  CompensatedSum delivered_sum_;
  CompensatedSum passed_sum_;  // charge
};

}  // namespace sunfleck
