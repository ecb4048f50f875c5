#include "drivers/virtual_target/unicorn_cpu.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <set>
#include <utility>

#include "core/base/text.h"

namespace sunfleck {
namespace {

constexpr std::uint32_t page_bytes = 0x1000;
Status checked(uc_err error, std::string_view what) {
  if (error == UC_ERR_OK) return ok;
  return fail(Errc::io, "virtual board: cannot ", what, ": ", uc_strerror(error));
}

// The board that is asked for.
BoardDescription board_of(const UnicornConfig& config) {
  if (config.board) return *config.board;
  return virtual_board({config.sram_bytes, config.fram_bytes}, config.truth.clock);
}

std::uint64_t read_nothing(uc_engine*, std::uint64_t, unsigned, void*) noexcept { return 0; }
void write_nothing(uc_engine*, std::uint64_t, unsigned, std::uint64_t, void*) noexcept {}

}  // namespace

struct UnicornCpu::Snapshot final : CpuSnapshot {
  Snapshot(Context core, std::vector<std::uint8_t> ram, Fram nonvolatile, Registers all)
      : context(std::move(core)),
        sram(std::move(ram)),
        fram(std::move(nonvolatile)),
        registers(std::move(all)) {}

  Context context;
  std::vector<std::uint8_t> sram;
  Fram fram;
  Registers registers;
  Position position;
  std::string fault;
};

UnicornCpu::UnicornCpu(const UnicornConfig& config, BoardDescription board, CycleModel model)
    : model_(std::move(model)),
      board_(std::move(board)),
      boot_cycles_(static_cast<std::uint64_t>(
          std::llround(config.truth.boot_time.si * config.truth.clock.si))),
      sleep_per_cycle_(to_charge({config.truth.sleep_current.si / config.truth.clock.si})),
      refill_(CycleModel::branch_refill * model_.per_cycle(InstructionClass::branch)),
      refill_worst_(refill_ + CycleModel::branch_refill * model_.uart_per_cycle()),
      flash_(board_.flash.bytes, 0xFF),
      sram_(board_.sram.bytes),
      fram_(board_.nonvolatile ? board_.nonvolatile->bytes : 0, config.truth.fram),
      registers_(
          {.registers = board_.registers,
           .cycles_per_bit = board_.cycles_per_bit,
           .seed = config.seed,
           .adc_step = board_.adc_step}) {
  if (boot_cycles_ > 0)
    boot_per_cycle_ = to_charge({config.truth.boot_charge.si / static_cast<double>(boot_cycles_)});
  if (!config.keeps_readings) return;
  for (const BoardRegister& one : board_.registers)
    if (one.role == RegisterRole::counter) counters_.push_back(one.address);
}

Result<std::unique_ptr<UnicornCpu>> UnicornCpu::open(const UnicornConfig& config) {
  BoardDescription board = board_of(config);
  TRY(check(config.truth));
  TRY(check(board));
  std::unique_ptr<UnicornCpu> cpu(
      new UnicornCpu(config, std::move(board), TRY(CycleModel::open(config.truth))));
  TRY(cpu->start_engine());
  TRY(cpu->map_memories());
  TRY(cpu->map_registers());
  TRY(cpu->add_hooks());
  cpu->reset_core();
  cpu->reset_ = cpu->new_context();
  cpu->saved_.context = cpu->new_context();
  if (!cpu->reset_ || !cpu->saved_.context)
    return fail(Errc::io, "virtual board: cannot save the core's state");
  return cpu;
}

Status UnicornCpu::start_engine() {
  uc_engine* engine = nullptr;
  TRY(checked(uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &engine), "start the emulator"));
  engine_.reset(engine);
  // Not through UC_MODE_MCLASS, which would make it a Cortex-M33.
  return checked(uc_ctl_set_cpu_model(engine, UC_CPU_ARM_CORTEX_M4), "choose the core");
}

Status UnicornCpu::map_memories() {
  uc_engine* const engine = engine_.get();
  TRY(checked(
      uc_mem_map_ptr(
          engine, board_.flash.base, flash_.size(), UC_PROT_READ | UC_PROT_EXEC, flash_.data()),
      "map the flash"));
  TRY(checked(
      uc_mem_map_ptr(engine, board_.sram.base, sram_.size(), UC_PROT_ALL, sram_.data()),
      "map the SRAM"));
  if (!board_.nonvolatile) return ok;
  return checked(
      uc_mmio_map(
          engine, board_.nonvolatile->base, fram_.bytes().size(), &on_fram_read, this,
          &on_fram_write, this),
      "map the FRAM");
}

// Reads give 0 and writes go nowhere in [from, to).
Status UnicornCpu::map_nothing(std::uint64_t from, std::uint64_t to) {
  if (from >= to) return ok;
  return checked(
      uc_mmio_map(engine_.get(), from, to - from, &read_nothing, nullptr, &write_nothing, nullptr),
      "map what is not there");
}

Status UnicornCpu::map_registers() {
  std::set<std::uint32_t> bases;
  for (const BoardRegister& one : board_.registers)
    bases.insert(one.address / page_bytes * page_bytes);
  for (const std::uint32_t base : bases)
    pages_.push_back({.cpu = this, .base = base});
  for (RegisterPage& page : pages_)
    TRY(checked(
        uc_mmio_map(
            engine_.get(), page.base, page_bytes, &on_register_read, &page, &on_register_write,
            &page),
        "map the registers"));
  // The emulator's core has no system registers of a Cortex-M.
  std::vector<BoardRegion> spaces{private_space};
  if (board_.unknown == UnknownRegisters::read_zero) spaces.push_back(peripheral_space);
  for (const BoardRegion& space : spaces) {
    std::uint64_t mapped = space.base;
    for (auto base = bases.lower_bound(space.base); base != bases.end() && *base < space.end();
         ++base) {
      TRY(map_nothing(mapped, *base));
      mapped = std::uint64_t{*base} + page_bytes;
    }
    TRY(map_nothing(mapped, space.end()));
  }
  return ok;
}

Status UnicornCpu::add_hooks() {
  // All before the first instruction: translated blocks never see a hook that comes later. An end
  // below the begin means everywhere.
  uc_hook hook{};
  TRY(checked(
      uc_hook_add(
          engine_.get(), &hook, UC_HOOK_BLOCK, reinterpret_cast<void*>(&on_block), this, 1, 0),
      "watch the blocks"));
  return checked(
      uc_hook_add(
          engine_.get(), &hook, UC_HOOK_MEM_UNMAPPED | UC_HOOK_MEM_PROT,
          reinterpret_cast<void*>(&on_bad_access), this, 1, 0),
      "watch for bad accesses");
}

void UnicornCpu::reset_core() {
  const std::uint32_t zero = 0;
  for (int id = UC_ARM_REG_R0; id <= UC_ARM_REG_R12; ++id)
    uc_reg_write(engine_.get(), id, &zero);
  const std::uint32_t thumb = 0x01000000;
  uc_reg_write(engine_.get(), UC_ARM_REG_XPSR, &thumb);
  const std::uint32_t no_return = 0xFFFFFFFF;
  uc_reg_write(engine_.get(), UC_ARM_REG_LR, &no_return);
}

UnicornCpu::Context UnicornCpu::new_context() const {
  uc_context* context = nullptr;
  if (uc_context_alloc(engine_.get(), &context) != UC_ERR_OK) return {};
  uc_context_save(engine_.get(), context);
  return Context(context);
}

// Code in SRAM that was translated before must not be executed as it was.
void UnicornCpu::sram_changed() {
  if (sram_costs_.empty()) return;
  uc_ctl_remove_cache(engine_.get(), board_.sram.base, board_.sram.end());
}

Status UnicornCpu::load(std::span<const std::uint8_t> flash) {
  if (flash.size() > flash_.size())
    return fail(
        Errc::invalid_argument, "virtual board: ", flash.size(), " bytes do not fit into ",
        flash_.size(), " bytes of flash");
  std::ranges::fill(flash_, 0xFF);
  std::ranges::copy(flash, flash_.begin());
  cost_at_.clear();
  costs_.clear();
  now_ = {};
  uc_ctl_remove_cache(engine_.get(), board_.flash.base, board_.flash.end());
  fault_ = "virtual board: the core has no power";
  return ok;
}

void UnicornCpu::power_cycle(Random& noise) {
  for (std::size_t at = 0; at < sram_.size(); at += sizeof(std::uint64_t)) {
    const std::uint64_t bits = noise.bits();
    std::memcpy(&sram_[at], &bits, sizeof bits);
  }
  sram_changed();
  sram_costs_.clear();
  registers_.power_up();
  fram_.power_up();
  fault_.clear();

  std::array<std::uint32_t, 2> vectors{};  // stack, start
  std::memcpy(vectors.data(), flash_.data(), sizeof vectors);
  uc_context_restore(engine_.get(), reset_.get());
  uc_reg_write(engine_.get(), UC_ARM_REG_SP, vectors.data());
  now_ = {
      .mode = Mode::booting,
      .pc = vectors[1] & ~1U,
      .wakes_at = boot_cycles_,
      .previous_end = vectors[1] & ~1U,
      .use = now_.use};
}

CpuUse UnicornCpu::take_use() { return std::exchange(now_.use, {}); }

std::unique_ptr<CpuSnapshot> UnicornCpu::snapshot() const {
  auto snapshot = std::make_unique<Snapshot>(new_context(), sram_, fram_, registers_);
  snapshot->position = now_;
  snapshot->fault = fault_;
  return snapshot;
}

void UnicornCpu::restore(const CpuSnapshot& snapshot) {
  const auto& from = static_cast<const Snapshot&>(snapshot);
  uc_context_restore(engine_.get(), from.context.get());
  std::ranges::copy(from.sram, sram_.begin());
  sram_changed();
  fram_ = from.fram;
  registers_ = from.registers;
  now_ = from.position;
  fault_ = from.fault;
}

void UnicornCpu::save() {
  uc_context_save(engine_.get(), saved_.context.get());
  saved_.sram = sram_;
  saved_.registers = registers_;
  saved_.position = now_;
  saved_.left = left_;
  saved_.readings = readings_.size();
  fram_.start_journal();
}

void UnicornCpu::undo() {
  uc_context_restore(engine_.get(), saved_.context.get());
  std::ranges::copy(saved_.sram, sram_.begin());
  sram_changed();
  registers_ = *saved_.registers;
  now_ = saved_.position;
  left_ = saved_.left;
  readings_.resize(saved_.readings);
  fram_.take_back();
}

void UnicornCpu::keep_reading(std::uint32_t address) {
  if (std::ranges::find(counters_, address) == counters_.end()) return;
  readings_.push_back(
      {.cycle = block_entry_ + block_waits_, .drawn = charge_limit_ - left_ - block_charge_});
}

void UnicornCpu::trap(uc_err error) {
  now_.mode = Mode::trapped;
  fault_ = join(
      "virtual board: the core trapped after ", now_.cycles, " cycles, in the code from ",
      hex(now_.pc), " on: ", error == UC_ERR_OK ? "it stopped" : uc_strerror(error), bad_access_);
  bad_access_.clear();
}

void UnicornCpu::on_block(
    uc_engine* /*engine*/, std::uint64_t address, std::uint32_t bytes, void* self) noexcept {
  static_cast<UnicornCpu*>(self)->enter_block(static_cast<std::uint32_t>(address), bytes);
}

bool UnicornCpu::on_bad_access(
    uc_engine* /*engine*/, uc_mem_type type, std::uint64_t address, int bytes,
    std::int64_t /*value*/, void* self) noexcept {
  const bool writes = type == UC_MEM_WRITE_UNMAPPED || type == UC_MEM_WRITE_PROT;
  const bool fetches = type == UC_MEM_FETCH_UNMAPPED || type == UC_MEM_FETCH_PROT;
  static_cast<UnicornCpu*>(self)->bad_access_ = join(
      ", ", fetches ? "instruction" : (writes ? "write" : "read"), " of ", bytes, " bytes at ",
      hex(address));
  return false;
}

std::uint64_t UnicornCpu::on_fram_read(
    uc_engine* /*engine*/, std::uint64_t offset, unsigned bytes, void* self) noexcept {
  auto& cpu = *static_cast<UnicornCpu*>(self);
  if (bytes > 4 || offset + bytes > cpu.fram_.bytes().size()) return 0;
  FramUse use;
  const std::uint32_t value = cpu.fram_.read(static_cast<std::uint32_t>(offset), bytes, use);
  cpu.after_access(use);
  return value;
}

void UnicornCpu::on_fram_write(
    uc_engine* /*engine*/, std::uint64_t offset, unsigned bytes, std::uint64_t value,
    void* self) noexcept {
  auto& cpu = *static_cast<UnicornCpu*>(self);
  if (bytes > 4 || offset + bytes > cpu.fram_.bytes().size()) return;
  FramUse use;
  cpu.fram_.write(
      static_cast<std::uint32_t>(offset), bytes, static_cast<std::uint32_t>(value), use);
  cpu.after_access(use);
}

std::uint64_t UnicornCpu::on_register_read(
    uc_engine* /*engine*/, std::uint64_t offset, unsigned /*bytes*/, void* page) noexcept {
  const auto& [cpu, base] = *static_cast<const RegisterPage*>(page);
  const auto word = static_cast<std::uint32_t>(offset & ~3ULL);
  const std::uint64_t time = cpu->block_entry_ + cpu->block_waits_;
  cpu->keep_reading(base + word);
  return cpu->registers_.read(base + word, time) >> (8 * (offset & 3));
}

void UnicornCpu::on_register_write(
    uc_engine* /*engine*/, std::uint64_t offset, unsigned /*bytes*/, std::uint64_t value,
    void* page) noexcept {
  const auto& [cpu, base] = *static_cast<const RegisterPage*>(page);
  cpu->registers_.write(
      base + static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(value),
      cpu->block_entry_ + cpu->block_waits_);
}

}  // namespace sunfleck
