#include "drivers/virtual_target/cycle_model.h"

#include <capstone/capstone.h>

#include <algorithm>
#include <string_view>

namespace sunfleck {
namespace {

enum class Access : std::uint8_t { none, single, pair, list };

struct Row {
  std::string_view begins;  // the mnemonic; the first row that fits counts
  InstructionClass type;
  std::uint8_t cycles;  // of a list: in addition to one for each word
  Access access = Access::none;
};

using enum InstructionClass;
constexpr std::array rows{
    Row{"ldrd", load, 3, Access::pair},
    Row{"ldm", load, 1, Access::list},
    Row{"ldr", load, 2, Access::single},
    Row{"pop", load, 1, Access::list},
    Row{"strd", store, 3, Access::pair},
    Row{"stm", store, 1, Access::list},
    Row{"strex", store, 2, Access::pair},
    Row{"str", store, 1, Access::single},
    Row{"push", store, 1, Access::list},
    Row{"vldr", load, 2, Access::pair},
    Row{"vldm", load, 1, Access::list},
    Row{"vpop", load, 1, Access::list},
    Row{"vstr", store, 2, Access::pair},
    Row{"vstm", store, 1, Access::list},
    Row{"vpush", store, 1, Access::list},
    Row{"vdiv", floating, 14},
    Row{"vsqrt", floating, 14},
    Row{"vfm", floating, 3},
    Row{"vfnm", floating, 3},
    Row{"vml", floating, 3},
    Row{"vnml", floating, 3},
    Row{"v", floating, 1},
    Row{"sdiv", divide, 7},
    Row{"udiv", divide, 7},
    Row{"mul", multiply, 1},
    Row{"mla", multiply, 1},
    Row{"mls", multiply, 1},
    Row{"sm", multiply, 1},
    Row{"um", multiply, 1},
    Row{"tb", branch, 2},
    Row{"cb", branch, 1},
    Row{"bic", alu, 1},
    Row{"bf", alu, 1},
    Row{"b", branch, 1},
    Row{"", alu, 1},
};

const Row& row_of(std::string_view mnemonic) {
  return *std::ranges::find_if(
      rows, [&](const Row& row) { return mnemonic.starts_with(row.begins); });
}

std::uint16_t bit_of(unsigned id) {
  if (id >= ARM_REG_R0 && id <= ARM_REG_R12)
    return static_cast<std::uint16_t>(1U << (id - ARM_REG_R0));
  if (id == ARM_REG_SP) return 1U << 13;
  if (id == ARM_REG_LR) return 1U << 14;
  if (id == ARM_REG_PC) return 1U << 15;
  return 0;
}

constexpr std::uint16_t pc_bit = 1U << 15;

std::span<const cs_arm_op> operands(const cs_insn& instruction) {
  const cs_arm& arm = instruction.detail->arm;
  return {std::begin(arm.operands), arm.op_count};
}

// Words that a list of registers has in memory; the base register stands in front of it.
std::uint8_t words_of_list(const cs_insn& instruction) {
  const bool has_base = instruction.id != ARM_INS_PUSH && instruction.id != ARM_INS_POP &&
      instruction.id != ARM_INS_VPUSH && instruction.id != ARM_INS_VPOP;
  std::uint8_t words = 0;
  for (const cs_arm_op& operand : operands(instruction).subspan(has_base ? 1 : 0)) {
    const auto id = static_cast<unsigned>(operand.reg);
    words = static_cast<std::uint8_t>(words + (id >= ARM_REG_D0 && id <= ARM_REG_D31 ? 2 : 1));
  }
  return words;
}

void note_registers(const cs_insn& instruction, InstructionCost& cost) {
  for (const cs_arm_op& operand : operands(instruction)) {
    if (operand.type == ARM_OP_MEM) {
      cost.address_registers |= bit_of(static_cast<unsigned>(operand.mem.base));
      cost.address_registers |= bit_of(static_cast<unsigned>(operand.mem.index));
    } else if (operand.type == ARM_OP_REG && cost.type == load) {
      cost.loaded_registers |= bit_of(static_cast<unsigned>(operand.reg));
    }
  }
}

void note_accesses(const cs_insn& instruction, Access access, InstructionCost& cost) {
  if (access == Access::none) return;
  std::uint8_t words = access == Access::pair ? 2 : 1;
  if (access == Access::list) {
    words = words_of_list(instruction);
    cost.cycles = static_cast<std::uint8_t>(cost.cycles + words);
  }
  (cost.type == load ? cost.words_read : cost.words_written) = words;
  if (cost.type == store && instruction.id == ARM_INS_STREX) cost.words_read = 1;
  const bool jumps = (cost.loaded_registers & pc_bit) != 0;
  cost.single_load = access == Access::single && cost.type == load && !jumps;
  cost.single_store = access == Access::single && cost.type == store;
}

bool writes_pc(const cs_insn& instruction) {
  const auto all = operands(instruction);
  return std::ranges::any_of(all, [](const cs_arm_op& operand) {
    return operand.type == ARM_OP_REG && operand.reg == ARM_REG_PC &&
        (operand.access & CS_AC_WRITE) != 0;
  });
}

InstructionCost cost_of(const cs_insn& instruction) {
  const Row& row = row_of(std::begin(instruction.mnemonic));
  InstructionCost cost{
      .bytes = static_cast<std::uint8_t>(instruction.size), .cycles = row.cycles, .type = row.type};
  note_registers(instruction, cost);
  note_accesses(instruction, row.access, cost);
  cost.sleeps = instruction.id == ARM_INS_WFI;
  cost.ends_block = cost.type == branch || cost.sleeps || instruction.id == ARM_INS_SVC ||
      (cost.loaded_registers & pc_bit) != 0 || writes_pc(instruction);
  if (instruction.id == ARM_INS_IT)
    cost.slots =
        static_cast<std::uint8_t>(std::string_view(std::begin(instruction.mnemonic)).size() - 1);
  return cost;
}

// What is no instruction, of two bytes or four.
// Source: ARMv7-M Architecture Reference Manual, A5.1.
InstructionCost unknown(std::span<const std::uint8_t> code) {
  const bool wide = code[1] >= 0xE8 && code.size() >= 4;
  return {.bytes = static_cast<std::uint8_t>(wide ? 4 : 2)};
}

Charge over(Coulombs charge, double cycles) { return to_charge({charge.si / cycles}); }

}  // namespace

void CycleModel::Close::operator()(std::size_t* handle) const {
  cs_close(handle);
  delete handle;
}

Result<CycleModel> CycleModel::open(const DeviceTruth& truth) {
  CycleModel model;
  auto handle = std::make_unique<csh>();
  const cs_err error =
      cs_open(CS_ARCH_ARM, static_cast<cs_mode>(CS_MODE_THUMB | CS_MODE_MCLASS), handle.get());
  if (error != CS_ERR_OK)
    return fail(Errc::io, "virtual board: the disassembler does not open: ", cs_strerror(error));
  model.disassembler_.reset(handle.release());
  cs_option(*model.disassembler_, CS_OPT_DETAIL, CS_OPT_ON);

  std::ranges::transform(truth.per_cycle, model.per_cycle_.begin(), &to_charge);
  model.per_wait_cycle_ = to_charge(truth.per_wait_cycle);
  model.uart_per_cycle_ = over(truth.uart_current * Seconds{1.0}, truth.clock.si);

  // A load that is not aligned reads two words, a store four single bytes.
  const Charge waited = model.per_wait_cycle_ + model.uart_per_cycle_;
  const auto once = [&](const FramCost& cost, std::uint32_t words) {
    return to_charge(cost.open) + words * to_charge(cost.word) +
        (cost.open_cycles + words * cost.word_cycles) * waited;
  };
  model.worst_read_ = 2 * once(truth.fram.read, 4 / truth.fram.word_bytes);
  model.worst_write_ =
      std::max(4 * once(truth.fram.write, 1), once(truth.fram.write, 4 / truth.fram.word_bytes));
  return model;
}

std::vector<InstructionCost> CycleModel::decode(
    std::span<const std::uint8_t> code, std::uint32_t address, Extent extent) const {
  std::vector<InstructionCost> instructions;
  const std::unique_ptr<cs_insn, void (*)(cs_insn*)> instruction(
      cs_malloc(*disassembler_), [](cs_insn* one) { cs_free(one, 1); });
  std::size_t conditional = 0;  // slots of an IT instruction still to come
  while (code.size() >= 2) {
    const std::uint8_t* next = code.data();
    std::size_t left = code.size();
    std::uint64_t at = address;
    const bool known = cs_disasm_iter(*disassembler_, &next, &left, &at, instruction.get());
    const InstructionCost cost = known ? cost_of(*instruction) : unknown(code);
    instructions.push_back(cost);
    code = code.subspan(cost.bytes);
    address += cost.bytes;
    conditional = cost.slots + (conditional > 0 ? conditional - 1 : 0);
    if (extent == Extent::to_end_of_block && cost.ends_block && conditional == 0) break;
  }
  return instructions;
}

Charge CycleModel::worst_of(const InstructionCost& instruction) const {
  return instruction.cycles * (per_cycle(instruction.type) + uart_per_cycle_) +
      instruction.words_read * worst_read_ + instruction.words_written * worst_write_;
}

BlockCost CycleModel::total(std::span<const InstructionCost> instructions) const {
  BlockCost sum;
  if (instructions.empty()) return sum;
  sum.first = instructions.front();
  sum.last = instructions.back();
  sum.instructions = static_cast<std::uint32_t>(instructions.size());
  const InstructionCost* before = nullptr;
  for (const InstructionCost& instruction : instructions) {
    const std::uint32_t saved = before != nullptr && follows(*before, instruction) ? 1 : 0;
    sum.bytes += instruction.bytes;
    sum.cycles += instruction.cycles - saved;
    sum.charge += (instruction.cycles - saved) * per_cycle(instruction.type);
    sum.worst += worst_of(instruction);
    before = &instruction;
  }
  return sum;
}

}  // namespace sunfleck
