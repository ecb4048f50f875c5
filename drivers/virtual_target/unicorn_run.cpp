#include "drivers/virtual_target/unicorn_cpu.h"

#include <algorithm>
#include <limits>
#include <utility>

// The part of the core that runs and stops: how it is kept to its limits.

namespace sunfleck {
namespace {

constexpr std::uint32_t nowhere = 0xFFFFFFFE;
constexpr std::uint32_t longest_piece = 256;  // bytes of code that cut() looks at at a time
constexpr std::uint64_t for_ever = std::numeric_limits<std::uint64_t>::max();

}  // namespace

// The code that stands at an address, at most so many bytes of it; empty where no code can be.
std::span<const std::uint8_t> UnicornCpu::code_at(std::uint32_t address, std::uint32_t most) const {
  const auto part = [&](std::span<const std::uint8_t> memory, std::uint32_t base) {
    const std::size_t offset = address - base;
    return memory.subspan(offset, std::min<std::size_t>(most, memory.size() - offset));
  };
  if (board_.flash.contains(address, 1)) return part(flash_, board_.flash.base);
  if (board_.sram.contains(address, 1)) return part(sram_, board_.sram.base);
  return {};
}

const BlockCost& UnicornCpu::cost_in_sram(
    std::uint32_t address, std::span<const std::uint8_t> code) {
  RamBlock& block = sram_costs_[address];
  if (!std::ranges::equal(block.code, code)) {
    block.code.assign(code.begin(), code.end());
    block.cost = model_.total(model_.decode(code, address, CycleModel::Extent::all));
  }
  return block.cost;
}

const BlockCost& UnicornCpu::cost_of(std::uint32_t address, std::uint32_t bytes) {
  const std::uint32_t offset = address - board_.flash.base;
  if (offset >= flash_.size()) return cost_in_sram(address, code_at(address, bytes));
  const std::uint32_t halfword = offset / 2;
  if (halfword >= cost_at_.size()) cost_at_.resize(halfword + 1);
  BlockCost*& cost = cost_at_[halfword];
  if (cost != nullptr && cost->bytes == bytes) return *cost;
  if (cost == nullptr) cost = &costs_.emplace_back();
  const auto code = code_at(address, bytes);
  *cost = model_.total(model_.decode(code, address, CycleModel::Extent::all));
  return *cost;
}

// The charge of the UART during so many cycles from now.
Charge UnicornCpu::sending(std::uint32_t cycles) const {
  const std::uint64_t until = registers_.uart_busy_until();
  if (until <= now_.cycles) return {};
  const std::uint64_t busy = std::min<std::uint64_t>(cycles, until - now_.cycles);
  return static_cast<std::int64_t>(busy) * model_.uart_per_cycle();
}

void UnicornCpu::stop_at(std::uint32_t address, Ended why) {
  stop_ = why;
  now_.pc = address;
  uc_emu_stop(engine_.get());
}

void UnicornCpu::enter_block(std::uint32_t address, std::uint32_t bytes) {
  if (in_piece_ && std::exchange(piece_entered_, true)) return stop_at(address, Ended::at_address);
  if (now_.cycles >= cycle_limit_) return stop_at(address, Ended::at_cycle);

  const BlockCost& cost = cost_of(address, bytes);
  std::uint32_t cycles = cost.cycles;
  Charge charge = cost.charge;
  Charge worst = cost.worst;
  if (address != now_.previous_end) {
    cycles += CycleModel::branch_refill;
    charge += refill_;
    worst += refill_worst_;
  } else if (now_.previous != nullptr && follows(*now_.previous, cost.first)) {
    cycles -= 1;
    charge -= model_.per_cycle(InstructionClass::load);
  }
  if (registers_.uart_busy_until() > now_.cycles) charge += sending(cycles);
  if (left_ < (undoable_ ? charge : worst)) return stop_at(address, Ended::at_charge);

  block_charge_ = charge;
  block_entry_ = now_.cycles;
  block_waits_ = 0;
  now_.cycles += cycles;
  now_.instructions += cost.instructions;
  left_ -= charge;
  now_.previous_end = address + bytes;
  now_.previous = &cost.last;
}

void UnicornCpu::after_access(const FramUse& use) {
  left_ -= use.charge + use.wait_cycles * model_.per_wait_cycle() + sending(use.wait_cycles);
  now_.cycles += use.wait_cycles;
  block_waits_ += use.wait_cycles;
}

UnicornCpu::Ended UnicornCpu::execute(std::uint32_t until) {
  stop_.reset();
  const Charge before = left_;
  const uc_err error = uc_emu_start(engine_.get(), now_.pc | 1, until, 0, 0);
  now_.use.run += before - left_;
  return why_ended(error, until);
}

UnicornCpu::Ended UnicornCpu::why_ended(uc_err error, std::uint32_t until) {
  if (undoable_ && left_ < Charge{}) return Ended::over_charge;
  if (stop_) return *stop_;
  uc_reg_read(engine_.get(), UC_ARM_REG_PC, &now_.pc);
  if (error == UC_ERR_OK && now_.previous != nullptr && now_.previous->sleeps &&
      now_.pc == now_.previous_end) {
    fall_asleep();
    return Ended::waiting;
  }
  if (error == UC_ERR_OK && now_.pc == until) return Ended::at_address;
  trap(error);
  return Ended::trapped;
}

void UnicornCpu::fall_asleep() {
  const std::uint32_t asked = registers_.take_wake_after();
  const std::uint32_t wake_after = asked != 0 ? asked : board_.sleep_cycles;
  now_.mode = Mode::asleep;
  now_.wakes_at = wake_after == 0 ? for_ever : now_.cycles + wake_after;
}

void UnicornCpu::begin(const CpuLimits& limits) {
  left_ = limits.charge;
  charge_limit_ = now_.use.total() + limits.charge;
  cycle_limit_ = limits.cycle;
}

// Lets time pass while the core does not execute. Returns whether it goes on now. A byte that was
// received ends sleep.
bool UnicornCpu::pass_idle() {
  if (now_.mode == Mode::asleep)
    now_.wakes_at = std::min(now_.wakes_at, registers_.next_received(now_.cycles));
  const bool booting = now_.mode == Mode::booting;
  const Charge idle = booting ? boot_per_cycle_ : sleep_per_cycle_;
  const std::uint64_t target = std::min(cycle_limit_, now_.wakes_at);
  while (now_.cycles < target) {
    const bool sends = registers_.uart_busy_until() > now_.cycles;
    const Charge each = idle + (sends ? model_.uart_per_cycle() : Charge{});
    const std::uint64_t wanted =
        (sends ? std::min(target, registers_.uart_busy_until()) : target) - now_.cycles;
    const std::uint64_t passed = each.atto == 0
        ? wanted
        : std::min(wanted, static_cast<std::uint64_t>(left_.atto / each.atto));
    const Charge drawn = static_cast<std::int64_t>(passed) * each;
    now_.cycles += passed;
    left_ -= drawn;
    (booting ? now_.use.boot : now_.use.sleep) += drawn;
    if (passed < wanted) return false;
  }
  if (now_.cycles < now_.wakes_at) return false;
  now_.mode = Mode::executing;
  return true;
}

CpuStop UnicornCpu::idle_stop() const {
  return now_.cycles >= cycle_limit_ ? CpuStop::asleep : CpuStop::charge_limit;
}

CpuStop UnicornCpu::run(const CpuLimits& limits) {
  begin(limits);
  const CpuStop stop = run_to_limit();
  undoable_ = false;
  fram_.end_journal();
  return stop;
}

CpuStop UnicornCpu::run_to_limit() {
  bool retreated = false;
  while (now_.mode != Mode::trapped) {
    if (now_.mode != Mode::executing && !pass_idle()) return idle_stop();
    switch (execute(nowhere)) {
      case Ended::at_charge:
        if (undoable_) return CpuStop::charge_limit;
        save();
        undoable_ = true;
        break;
      case Ended::over_charge: {
        const std::uint64_t too_dear = block_entry_;
        undo();
        cycle_limit_ = too_dear;  // the block there exceeds the charge; what is before it does not
        retreated = true;
        break;
      }
      case Ended::at_cycle:
        return retreated ? CpuStop::charge_limit : CpuStop::cycle_limit;
      case Ended::at_address:
      case Ended::waiting:
      case Ended::trapped:
        break;
    }
  }
  return CpuStop::fault;
}

CpuStop UnicornCpu::cut(const CpuLimits& limits) {
  begin(limits);
  while (now_.mode != Mode::trapped) {
    if (now_.mode != Mode::executing && !pass_idle()) return idle_stop();
    if (now_.cycles >= cycle_limit_) return CpuStop::cycle_limit;
    if (!execute_piece()) return CpuStop::charge_limit;
  }
  return CpuStop::fault;
}

// Executes some instructions from here on, at least one. Returns false, with nothing done, when the
// charge does not cover the next one.
bool UnicornCpu::execute_piece() {
  const std::vector<InstructionCost> block =
      model_.decode(code_at(now_.pc, longest_piece), now_.pc, CycleModel::Extent::to_end_of_block);
  if (block.empty()) {
    execute(nowhere);  // traps: no code is here
    return true;
  }
  std::uint32_t safe = 0;   // bytes that the charge covers in any case
  std::uint32_t first = 0;  // of the first instruction, with all that belongs to an IT
  Charge worst = now_.pc != now_.previous_end ? refill_worst_ : Charge{};
  for (std::size_t i = 0, end = 0; i < block.size(); i = end) {
    end = std::min(i + 1 + block[i].slots, block.size());
    const BlockCost unit = model_.total(std::span(block).subspan(i, end - i));
    if (i == 0) first = unit.bytes;
    worst += unit.worst;
    if (worst > left_) break;
    safe += unit.bytes;
  }
  if (safe > 0) {
    execute_to(now_.pc + safe);
    return true;
  }
  save();
  undoable_ = true;
  const Ended ended = execute_to(now_.pc + first);
  const bool too_dear = ended == Ended::over_charge || ended == Ended::at_charge;
  if (too_dear) undo();
  undoable_ = false;
  fram_.end_journal();
  return !too_dear;
}

UnicornCpu::Ended UnicornCpu::execute_to(std::uint32_t until) {
  const std::uint32_t from = now_.pc;
  in_piece_ = true;
  piece_entered_ = false;
  // Blocks must be translated anew to end at `until`, and must not stay so.
  uc_ctl_remove_cache(engine_.get(), from, until);
  const Ended ended = execute(until);
  uc_ctl_remove_cache(engine_.get(), from, until);
  in_piece_ = false;
  return ended;
}

}  // namespace sunfleck
