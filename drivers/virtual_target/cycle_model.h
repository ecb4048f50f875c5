#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "drivers/virtual_target/device_truth.h"

namespace sunfleck {

// What is known of one instruction without executing it. Registers are bits 0 to 15 of a mask.
struct InstructionCost {
  std::uint8_t bytes = 2;
  std::uint8_t cycles = 1;  // on its own; see follows()
  InstructionClass type = InstructionClass::alu;
  std::uint8_t words_read = 0;  // of memory, at most
  std::uint8_t words_written = 0;
  bool single_load = false;  // one register, so that it can overlap with the access before it
  bool single_store = false;
  bool ends_block = false;  // may go on elsewhere, or waits
  bool sleeps = false;      // WFI
  std::uint8_t slots = 0;   // of an IT instruction: how many instructions belong to it
  std::uint16_t address_registers = 0;
  std::uint16_t loaded_registers = 0;
};

// Whether a load completes in one cycle less because the access before it overlaps with it.
inline bool follows(const InstructionCost& before, const InstructionCost& load) {
  return load.single_load && (before.single_load || before.single_store) &&
      (before.loaded_registers & load.address_registers) == 0;
}

// The cost of instructions that are executed one after the other.
struct BlockCost {
  std::uint32_t bytes = 0;
  std::uint32_t instructions = 0;
  std::uint32_t cycles = 0;
  Charge charge;
  Charge worst;  // if every access went to the FRAM in the dearest way, while the UART sends
  InstructionCost first;
  InstructionCost last;
};

// Turns instructions into cycles and charge. The crude model of a Cortex-M4 without wait states of
// the flash: an estimate, good to some ten per cent. A taken branch costs `branch_refill` in
// addition, which belongs to the instruction that it leads to; conditional instructions cost the
// same whether they are skipped or not.
//
// Source: ARM, Cortex-M4 Technical Reference Manual (DDI 0439), tables 3-1 and 7-1; a division
// takes 2 to 12 cycles there and 7 here.
class CycleModel {
 public:
  static constexpr std::uint32_t branch_refill = 2;

  // `truth` has passed check(). Fails with io when the disassembler cannot be opened.
  static Result<CycleModel> open(const DeviceTruth& truth);

  // The instructions of `code`, which stands at `address`: all of them, or up to the first that may
  // go on elsewhere when `to_end_of_block`. What is no instruction counts as one of one cycle.
  enum class Extent { all, to_end_of_block };
  std::vector<InstructionCost> decode(
      std::span<const std::uint8_t> code, std::uint32_t address, Extent extent) const;
  BlockCost total(std::span<const InstructionCost> instructions) const;

  Charge per_cycle(InstructionClass type) const {
    return per_cycle_[static_cast<std::size_t>(type)];
  }
  Charge per_wait_cycle() const { return per_wait_cycle_; }
  Charge uart_per_cycle() const { return uart_per_cycle_; }

 private:
  struct Close {
    void operator()(std::size_t* handle) const;
  };
  CycleModel() = default;
  Charge worst_of(const InstructionCost& instruction) const;

  std::unique_ptr<std::size_t, Close> disassembler_;
  std::array<Charge, instruction_classes> per_cycle_{};
  Charge per_wait_cycle_;
  Charge uart_per_cycle_;
  Charge worst_read_;   // one word
  Charge worst_write_;  // one word
};

}  // namespace sunfleck
