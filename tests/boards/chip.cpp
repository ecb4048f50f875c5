#include "tests/boards/chip.h"

#include <unicorn/unicorn.h>

#include <algorithm>
#include <cstring>

namespace sunfleck {
namespace {

constexpr std::uint32_t ram_base = 0x20000000, core_base = 0xE0000000, core_bytes = 0x100000;
constexpr std::uint32_t interrupts = 96;

}  // namespace

// A Cortex-M4 with the chip's registers around it.
class ChipPower::Machine {
 public:
  Machine(const ChipModel& model, ChipWires& wires)
      : model_(model), wires_(wires), registers_(model.make(wires)), ram_(model.ram_bytes) {
    wires.ram = ram_;
    std::ranges::fill(ram_, 0xA5);  // what RAM holds after power-up is nothing to build on
    uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &engine_);
    uc_ctl_set_cpu_model(engine_, UC_CPU_ARM_CORTEX_M4);
    uc_mem_map_ptr(
        engine_, model.flash_base, model.code_bytes, UC_PROT_READ | UC_PROT_EXEC,
        wires.flash.data());
    uc_mem_map_ptr(engine_, ram_base, ram_.size(), UC_PROT_ALL, ram_.data());
    uc_mmio_map(
        engine_, model.flash_base + model.code_bytes, model.flash_bytes - model.code_bytes,
        on_flash_read, this, on_flash_write, this);
    map_registers(core_base, core_bytes);
    for (const ChipModel::Range& range : model.peripherals)
      if (range.bytes > 0) map_registers(range.base, range.bytes);
    uc_hook hook = 0;
    uc_hook_add(engine_, &hook, UC_HOOK_BLOCK, reinterpret_cast<void*>(on_block), this, 1, 0);
    std::array<std::uint32_t, 2> vectors{};
    std::memcpy(vectors.data(), wires.flash.data(), sizeof vectors);
    uc_reg_write(engine_, UC_ARM_REG_SP, vectors.data());
    pc_ = vectors[1];
  }
  ~Machine() { uc_close(engine_); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  ChipEnd run(std::uint64_t until) {
    until_ = until;
    end_.reset();
    while (true) {
      if (asleep_ && !wait_for_interrupt()) return ChipEnd::asleep;
      asleep_ = false;
      const uc_err error = uc_emu_start(engine_, pc_ | 1, 0xFFFFFFFE, 0, 0);
      uc_reg_read(engine_, UC_ARM_REG_PC, &pc_);
      if (end_) return *end_;
      if (error != UC_ERR_OK) {
        wires_.find("at ", pc_, ": ", uc_strerror(error));
        return ChipEnd::fault;
      }
      asleep_ = true;
    }
  }

 private:
  struct Region {
    Machine* machine;
    std::uint32_t base;
  };

  void map_registers(std::uint32_t base, std::uint32_t bytes) {
    regions_.push_back({.machine = this, .base = base});
    uc_mmio_map(engine_, base, bytes, on_read, &regions_.back(), on_write, &regions_.back());
  }

  void latch_pending() {
    for (std::uint32_t i = 0; i < interrupts; ++i)
      if (registers_->interrupts(i)) pending_.at(i) = true;
  }

  // WFI: the core's counter stands still until an enabled interrupt is pending. False when none
  // will come.
  bool wait_for_interrupt() {
    while (true) {
      latch_pending();
      for (std::uint32_t i = 0; i < interrupts; ++i)
        if (enabled_.at(i) && pending_.at(i)) return true;
      const auto next = registers_->next_interrupt();
      if (!next) return false;
      const std::uint64_t until = std::max(*next, wires_.now + 1);
      slept_ += until - wires_.now;
      wires_.now = until;
    }
  }

  std::uint32_t read_core(std::uint32_t address) const {
    switch (address) {
      case 0xE0001000:
        return counting_ ? 1 : 0;
      case 0xE0001004:
        return counting_ ? static_cast<std::uint32_t>(wires_.now - slept_ - counted_from_) : 0;
      case 0xE000EDFC:
        return trace_on_ ? 1U << 24 : 0;
      default:
        wires_.find("read of core register ", address);
        return 0;
    }
  }

  void write_core(std::uint32_t address, std::uint32_t value) {
    const auto each = [&](std::uint32_t base, const auto& act) {
      for (std::uint32_t i = 0; i < 32; ++i)
        if (bit(value, i)) act((address - base) * 8 + i);
    };
    if (address >= 0xE000E100 && address < 0xE000E10C)
      return each(0xE000E100, [&](std::uint32_t i) { enabled_.at(i) = true; });
    if (address >= 0xE000E280 && address < 0xE000E28C) {
      each(0xE000E280, [&](std::uint32_t i) { pending_.at(i) = false; });
      return latch_pending();
    }
    switch (address) {
      case 0xE0001000:
        counting_ = trace_on_ && (value & 1) != 0;
        return;
      case 0xE0001004:
        counted_from_ = wires_.now - slept_ - value;
        return;
      case 0xE000EDFC:
        trace_on_ = bit(value, 24);
        return;
      default:
        wires_.find("write to core register ", address);
    }
  }

  void check_access(std::uint32_t address, unsigned bytes) const {
    const unsigned wanted = address == model_.byte_register ? 1 : 4;
    if (bytes != wanted) wires_.find("access of ", bytes, " bytes to register ", address);
  }

  static std::uint64_t on_read(
      uc_engine* /*engine*/, std::uint64_t offset, unsigned bytes, void* self) {
    const Region& region = *static_cast<Region*>(self);
    const auto address = static_cast<std::uint32_t>(region.base + offset);
    Machine& machine = *region.machine;
    machine.check_access(address, bytes);
    return region.base == core_base ? machine.read_core(address)
                                    : machine.registers_->read(address);
  }

  static void on_write(
      uc_engine* /*engine*/, std::uint64_t offset, unsigned bytes, std::uint64_t value,
      void* self) {
    const Region& region = *static_cast<Region*>(self);
    const auto address = static_cast<std::uint32_t>(region.base + offset);
    Machine& machine = *region.machine;
    machine.check_access(address, bytes);
    if (region.base == core_base)
      machine.write_core(address, static_cast<std::uint32_t>(value));
    else
      machine.registers_->write(address, static_cast<std::uint32_t>(value));
  }

  static std::uint64_t on_flash_read(
      uc_engine* /*engine*/, std::uint64_t offset, unsigned bytes, void* self) {
    const Machine& machine = *static_cast<Machine*>(self);
    std::uint64_t value = 0;
    std::memcpy(&value, machine.wires_.flash.data() + machine.model_.code_bytes + offset, bytes);
    return value;
  }

  static void on_flash_write(
      uc_engine* /*engine*/, std::uint64_t offset, unsigned bytes, std::uint64_t value,
      void* self) {
    Machine& machine = *static_cast<Machine*>(self);
    if (bytes != 4) machine.wires_.find("store of ", bytes, " bytes to flash");
    machine.registers_->write_flash(
        static_cast<std::uint32_t>(machine.model_.code_bytes + offset),
        static_cast<std::uint32_t>(value));
  }

  static void on_block(
      uc_engine* engine, std::uint64_t /*address*/, std::uint32_t bytes, void* self) {
    Machine& machine = *static_cast<Machine*>(self);
    machine.wires_.now += bytes / 2;  // a cycle for each halfword: near enough
    if (machine.wires_.fram.lost_power()) machine.end_ = ChipEnd::lost_power;
    if (machine.wires_.now > machine.until_) machine.end_ = ChipEnd::out_of_time;
    if (machine.end_) uc_emu_stop(engine);
  }

  const ChipModel& model_;
  ChipWires& wires_;
  std::unique_ptr<ChipRegisters> registers_;
  std::vector<std::uint8_t> ram_;
  std::deque<Region> regions_;
  uc_engine* engine_ = nullptr;
  std::array<bool, interrupts> enabled_{}, pending_{};
  bool trace_on_ = false, counting_ = false;
  std::uint64_t counted_from_ = 0, slept_ = 0, until_ = 0;
  std::uint32_t pc_ = 0;
  bool asleep_ = false;
  std::optional<ChipEnd> end_;
};

ChipPower::ChipPower(const ChipModel& model, ChipWires& wires) {
  wires.now = 0;
  machine_ = std::make_unique<Machine>(model, wires);
}
ChipPower::~ChipPower() = default;
ChipEnd ChipPower::run(std::uint64_t until) { return machine_->run(until); }

}  // namespace sunfleck
