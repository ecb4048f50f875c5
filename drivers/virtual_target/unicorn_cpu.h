#pragma once

#include <unicorn/unicorn.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "drivers/virtual_target/cpu.h"
#include "drivers/virtual_target/cycle_model.h"

namespace sunfleck {

struct UnicornConfig {
  DeviceTruth truth;
  std::uint32_t sram_bytes = 0;  // of the virtual board, multiples of 4 KiB, 4 KiB to 16 MiB
  std::uint32_t fram_bytes = 0;
  std::uint64_t seed = 0;                 // of the registers' noise
  std::optional<BoardDescription> board;  // instead of the virtual board
  bool keeps_readings = false;            // for take_readings()
};

// A Cortex-M4 executed by Unicorn 2.0.1.
//
// A hook at each basic block charges its cycles and its charge from a table before it runs;
// accesses to the FRAM, which is a region of callbacks, add what they wait and draw. Registers see
// the time at which the block began, and the waits since.
//
// How a limit of charge is kept to the instruction, although a block cannot be left in its middle:
// run() enters a block freely only if the charge covers the dearest way its accesses could go.
// Where it does not, run() first saves the core, SRAM and registers and starts the FRAM's journal,
// and goes on; a block that turns out to exceed the limit is undone with all before it, and what
// was before it is executed anew. cut() then executes that block in pieces that end at a chosen
// address, and at last single instructions, each undone in the same way if it exceeds the limit.
// Nothing that comes after the limit is ever seen by FRAM, UART or pins.
class UnicornCpu final : public Cpu {
 public:
  // Fails with invalid_argument when the configuration is none, with io when the emulator does not
  // start.
  static Result<std::unique_ptr<UnicornCpu>> open(const UnicornConfig& config);
  ~UnicornCpu() override = default;
  UnicornCpu(const UnicornCpu&) = delete;
  UnicornCpu& operator=(const UnicornCpu&) = delete;

  Status load(std::span<const std::uint8_t> flash) override;
  void power_cycle(Random& noise) override;
  CpuStop run(const CpuLimits& limits) override;
  CpuStop cut(const CpuLimits& limits) override;
  std::uint64_t cycles() const override { return now_.cycles; }
  std::uint64_t instructions() const override { return now_.instructions; }
  CpuUse take_use() override;
  std::vector<CounterReading> take_readings() override { return std::exchange(readings_, {}); }
  std::string fault() const override { return fault_; }
  std::span<const std::uint8_t> sram() const override { return sram_; }
  Fram& fram() override { return fram_; }
  Registers& registers() override { return registers_; }
  std::unique_ptr<CpuSnapshot> snapshot() const override;
  void restore(const CpuSnapshot& snapshot) override;

 private:
  enum class Mode { booting, executing, asleep, trapped };
  // Where a run is; part of every snapshot.
  struct Position {
    Mode mode = Mode::trapped;
    std::uint32_t pc = 0;
    std::uint64_t cycles = 0;
    std::uint64_t instructions = 0;
    std::uint64_t wakes_at = 0;  // while booting or asleep
    std::uint32_t previous_end = 0;
    const InstructionCost* previous = nullptr;  // that ends there; among the costs below
    CpuUse use{};
  };
  struct CloseEngine {
    void operator()(uc_engine* engine) const { uc_close(engine); }
  };
  struct FreeContext {
    void operator()(uc_context* context) const { uc_context_free(context); }
  };
  using Context = std::unique_ptr<uc_context, FreeContext>;
  struct Snapshot;
  // What a stretch of execution is undone to, but for the FRAM, which has its journal.
  struct Saved {
    Context context;
    std::vector<std::uint8_t> sram;
    std::optional<Registers> registers;
    Position position;
    Charge left;
    std::size_t readings = 0;
  };
  struct RamBlock {
    std::vector<std::uint8_t> code;
    BlockCost cost;
  };
  // Why the emulator came back.
  enum class Ended { at_cycle, at_charge, over_charge, at_address, waiting, trapped };

  // A page of the address space that has registers.
  struct RegisterPage {
    UnicornCpu* cpu = nullptr;
    std::uint32_t base = 0;
  };

  UnicornCpu(const UnicornConfig& config, BoardDescription board, CycleModel model);
  Status start_engine();
  Status map_memories();
  Status map_registers();
  Status map_nothing(std::uint64_t from, std::uint64_t to);
  Status add_hooks();
  void reset_core();
  Context new_context() const;
  void sram_changed();

  std::span<const std::uint8_t> code_at(std::uint32_t address, std::uint32_t most) const;
  const BlockCost& cost_of(std::uint32_t address, std::uint32_t bytes);
  const BlockCost& cost_in_sram(std::uint32_t address, std::span<const std::uint8_t> code);

  void begin(const CpuLimits& limits);
  bool pass_idle();
  CpuStop idle_stop() const;
  Ended execute(std::uint32_t until);
  Ended why_ended(uc_err error, std::uint32_t until);
  void fall_asleep();
  void trap(uc_err error);
  CpuStop run_to_limit();
  bool execute_piece();
  Ended execute_to(std::uint32_t until);
  void save();
  void undo();

  void enter_block(std::uint32_t address, std::uint32_t bytes);
  void stop_at(std::uint32_t address, Ended why);
  void after_access(const FramUse& use);
  Charge sending(std::uint32_t cycles) const;
  void keep_reading(std::uint32_t address);

  static void on_block(
      uc_engine* engine, std::uint64_t address, std::uint32_t bytes, void* self) noexcept;
  static bool on_bad_access(
      uc_engine* engine, uc_mem_type type, std::uint64_t address, int bytes, std::int64_t value,
      void* self) noexcept;
  static std::uint64_t on_fram_read(
      uc_engine* engine, std::uint64_t offset, unsigned bytes, void* self) noexcept;
  static void on_fram_write(
      uc_engine* engine, std::uint64_t offset, unsigned bytes, std::uint64_t value,
      void* self) noexcept;
  static std::uint64_t on_register_read(
      uc_engine* engine, std::uint64_t offset, unsigned bytes, void* page) noexcept;
  static void on_register_write(
      uc_engine* engine, std::uint64_t offset, unsigned bytes, std::uint64_t value,
      void* page) noexcept;

  CycleModel model_;
  BoardDescription board_;
  std::uint64_t boot_cycles_;
  Charge boot_per_cycle_, sleep_per_cycle_;
  Charge refill_, refill_worst_;  // of a taken branch
  std::vector<std::uint8_t> flash_, sram_;
  Fram fram_;
  Registers registers_;
  std::vector<RegisterPage> pages_;
  std::unique_ptr<uc_engine, CloseEngine> engine_;  // below the memories that it points into
  Context reset_;

  // Costs of the blocks met so far: by halfword of flash, none for most; and of code in SRAM.
  std::vector<BlockCost*> cost_at_;
  std::deque<BlockCost> costs_;
  std::unordered_map<std::uint32_t, RamBlock> sram_costs_;

  Position now_;
  std::uint64_t block_entry_ = 0;  // cycle at which the block under way began
  std::uint64_t block_waits_ = 0;  // of its accesses so far
  Charge block_charge_;            // of it, without its accesses
  Charge charge_limit_;            // what was offered, and what had been drawn before
  Charge left_;                    // of the limit of charge
  std::uint64_t cycle_limit_ = 0;
  bool undoable_ = false;  // what exceeds the charge can be undone
  bool in_piece_ = false;  // executing up to an address in a block
  bool piece_entered_ = false;
  std::optional<Ended> stop_;  // what a hook stopped the emulator for
  Saved saved_;
  std::vector<std::uint32_t> counters_;  // addresses, when readings are kept
  std::vector<CounterReading> readings_;
  std::string fault_, bad_access_;
};

}  // namespace sunfleck
