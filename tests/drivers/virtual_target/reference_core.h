#pragma once

#include <gtest/gtest.h>
#include <unicorn/unicorn.h>

#include <cstring>
#include <functional>
#include <vector>

#include "drivers/virtual_target/cycle_model.h"
#include "drivers/virtual_target/fram.h"
#include "target_fw/protocol/virtual_board.h"
#include "tests/drivers/virtual_target/test_board.h"

namespace sunfleck {

// The state of core and memories between two instructions.
struct ReferenceState {
  std::uint64_t cycles = 0;
  Charge drawn;
  std::vector<std::uint8_t> sram;
  std::vector<std::uint8_t> fram;
};

// Executes a program one instruction at a time (an IT block is one) in an emulator of its own that
// was never asked for anything else, and adds up what each cost. It shares the table of costs with
// the virtual board, and nothing of its hooks, blocks, saving and undoing.
class ReferenceCore {
 public:
  ReferenceCore(
      const DeviceTruth& truth, std::vector<std::uint8_t> flash, std::vector<std::uint8_t> sram)
      : model_(*CycleModel::open(truth)),
        flash_(std::move(flash)),
        sram_(std::move(sram)),
        fram_(small_memories.fram_bytes, truth.fram) {
    flash_.resize(0x10000, 0xFF);
    EXPECT_EQ(uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &engine_), UC_ERR_OK);
    uc_ctl_set_cpu_model(engine_, UC_CPU_ARM_CORTEX_M4);
    uc_mem_map_ptr(engine_, FW_VB_FLASH, flash_.size(), UC_PROT_READ | UC_PROT_EXEC, flash_.data());
    uc_mem_map_ptr(engine_, FW_VB_SRAM, sram_.size(), UC_PROT_ALL, sram_.data());
    uc_mmio_map(engine_, FW_VB_FRAM, fram_.bytes().size(), &on_read, this, &on_write, this);
    const std::uint32_t xpsr = 0x01000000;
    const std::uint32_t lr = 0xFFFFFFFF;
    uc_reg_write(engine_, UC_ARM_REG_XPSR, &xpsr);
    uc_reg_write(engine_, UC_ARM_REG_LR, &lr);
    uc_reg_write(engine_, UC_ARM_REG_SP, flash_.data());
    std::memcpy(&pc_, &flash_[4], sizeof pc_);
    pc_ &= ~1U;
    previous_end_ = pc_;
  }
  ~ReferenceCore() { uc_close(engine_); }
  ReferenceCore(const ReferenceCore&) = delete;
  ReferenceCore& operator=(const ReferenceCore&) = delete;

  ReferenceState state() const {
    return {cycles_, drawn_, sram_, {fram_.bytes().begin(), fram_.bytes().end()}};
  }

  void step() {
    const auto here = std::span(flash_).subspan(pc_, 24);
    const auto next = model_.decode(here, pc_, CycleModel::Extent::all);
    const auto unit = std::span(next).first(1U + next[0].slots);
    const BlockCost cost = model_.total(unit);
    cycles_ += cost.cycles;
    drawn_ += cost.charge;
    if (pc_ != previous_end_) {
      cycles_ += CycleModel::branch_refill;
      drawn_ += CycleModel::branch_refill * model_.per_cycle(InstructionClass::branch);
    } else if (follows(previous_, cost.first)) {
      cycles_ -= 1;
      drawn_ -= model_.per_cycle(InstructionClass::load);
    }
    ASSERT_EQ(uc_emu_start(engine_, pc_ | 1, 0xFFFFFFFE, 0, 1), UC_ERR_OK);
    previous_end_ = pc_ + cost.bytes;
    previous_ = cost.last;
    uc_reg_read(engine_, UC_ARM_REG_PC, &pc_);
  }

 private:
  void add(const FramUse& use) {
    cycles_ += use.wait_cycles;
    drawn_ += use.charge + use.wait_cycles * model_.per_wait_cycle();
  }
  static std::uint64_t on_read(uc_engine*, std::uint64_t offset, unsigned bytes, void* self) {
    auto& core = *static_cast<ReferenceCore*>(self);
    FramUse use;
    const std::uint32_t value = core.fram_.read(static_cast<std::uint32_t>(offset), bytes, use);
    core.add(use);
    return value;
  }
  static void on_write(
      uc_engine*, std::uint64_t offset, unsigned bytes, std::uint64_t value, void* self) {
    auto& core = *static_cast<ReferenceCore*>(self);
    FramUse use;
    core.fram_.write(
        static_cast<std::uint32_t>(offset), bytes, static_cast<std::uint32_t>(value), use);
    core.add(use);
  }

  CycleModel model_;
  std::vector<std::uint8_t> flash_, sram_;
  Fram fram_;
  uc_engine* engine_ = nullptr;
  std::uint32_t pc_ = 0, previous_end_ = 0;
  InstructionCost previous_;
  std::uint64_t cycles_ = 0;
  Charge drawn_;
};

}  // namespace sunfleck
