#include "drivers/simulated/simulated_rig.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "drivers/virtual_target/unicorn_cpu.h"

namespace sunfleck {
namespace {

Error bad(const auto&... what) { return fail(Errc::invalid_argument, "virtual bench: ", what...); }

Status check(const SimulatedRigConfig& config) {
  TRY(check(config.meter));
  if (config.step <= RunTime{})
    return bad("the step must be above 0, and is ", to_seconds(config.step));
  if (config.meter.sample_period % config.step != RunTime{})
    return bad(
        "the meter's period must be a multiple of the step, ", engineering(to_seconds(config.step)),
        ", and is ", engineering(to_seconds(config.meter.sample_period)));
  if (!(std::abs(config.clock_drift) <= 0.1))
    return bad("the clock may drift by a tenth at most, and the drift is ", config.clock_drift);
  return ok;
}

}  // namespace

SimulatedRig::SimulatedRig(
    const SimulatedRigConfig& config, HarvestSource& source, std::unique_ptr<Cpu> cpu)
    : config_(config),
      source_(&source),
      cpu_(std::move(cpu)),
      ns_per_cycle_(1e9 / (config.device.clock.si * (1.0 + config.clock_drift))),
      sram_noise_(config.seed, "sram") {
  constexpr double usual_block_cycles = 32.0;  // registers see the beginning of a block
  description_ = {
      .name = "virtual",
      .time_base = TimeBase::simulated,
      .sample_period = config.meter.sample_period,
      .time_uncertainty = RunTime(std::llround(usual_block_cycles * ns_per_cycle_)),
      .current_noise = config.meter.current_noise,
      .voltage_noise = config.meter.voltage_noise,
      .profile_repeats = config.passes != 1};
}

Result<std::unique_ptr<SimulatedRig>> SimulatedRig::open(
    const SimulatedRigConfig& config, HarvestSource& source) {
  TRY(check(config));
  TRY(sunfleck::check(config.power, source.format()));
  BoardDescription board =
      config.board ? *config.board : virtual_board(config.memories, config.device.clock);
  std::vector<ElfSegment> firmware = TRY(read_elf(config.firmware));
  std::vector<std::uint8_t> flash = TRY(flash_of(firmware, board));
  std::unique_ptr<Cpu> cpu = TRY(UnicornCpu::open(
      {.truth = config.device,
       .seed = config.seed,
       .board = board,
       .keeps_readings = config.truth != nullptr}));
  TRY(cpu->load(flash));
  std::unique_ptr<SimulatedRig> rig(new SimulatedRig(config, source, std::move(cpu)));
  rig->ram_layout_ = ram_layout(firmware, flash, board.sram);
  rig->board_ = std::move(board);
  rig->firmware_ = std::move(firmware);
  rig->firmware_flash_ = std::move(flash);
  rig->write_nonvolatile();
  return rig;
}

std::string SimulatedRig::identity() const {
  return join(board_.name, " board with a Cortex-M4, ", config_.device.summary);
}

// As a programmer leaves it: zeros, and what the firmware's file has for it.
void SimulatedRig::write_nonvolatile() {
  const std::span<std::uint8_t> memory = cpu_->fram().bytes();
  std::ranges::fill(memory, 0);
  put_nonvolatile(firmware_, board_, memory);
}

Status SimulatedRig::load(const Workload& workload) {
  if (sink_ != nullptr) return bad("a workload is loaded before the rig starts");
  write_nonvolatile();
  if (!board_.takes_workload) {
    if (!workload.network.empty() || !workload.inputs.empty())
      return bad("the board '", board_.name, "' takes no network: it runs its firmware as it is");
    return ok;
  }
  std::vector<std::uint8_t> flash = firmware_flash_;
  const std::span<std::uint8_t> nonvolatile = cpu_->fram().bytes();
  TRY(add_workload(
      flash, workload,
      {.sram_bytes = board_.sram.bytes - ram_layout_.working_from,
       .fram_bytes = static_cast<std::uint32_t>(nonvolatile.size())}));
  TRY(cpu_->load(flash));
  std::ranges::copy(run_config_of(workload), nonvolatile.begin());
  return ok;
}

Status SimulatedRig::send(std::span<const std::uint8_t> bytes) {
  if (powered_) cpu_->registers().receive(bytes, std::max(cpu_->cycles(), cycle_at(now_)));
  return ok;
}

Status SimulatedRig::start(RigSink& sink) {
  if (sink_ != nullptr) return bad("it was started before");
  TRY(source_->rewind());
  path_.emplace(config_.power, source_->format());
  cursor_.emplace(*source_, config_.passes);
  meter_.emplace(config_.meter, config_.seed);
  ram_use_.emplace(ram_layout_);
  sram_noise_ = Random(config_.seed, "sram");
  now_ = {};
  truth_ = {};
  boot_sums_ = run_sums_ = sleep_sums_ = {};
  delivered_sum_ = passed_sum_ = {};
  pending_ = {};
  line_ = {};
  sink_ = &sink;
  if (path_->rail_on()) power_up();
  return ok;
}

Result<RigProgress> SimulatedRig::advance(RunTime until) {
  if (sink_ == nullptr) return bad("it is not started");
  while (now_ < until && !cursor_->source_ended())
    TRY(step());
  deliver_line();
  meter_->deliver(*sink_);
  return RigProgress{
      .now = now_, .source_ended = cursor_->source_ended(), .profile_passes = cursor_->passes()};
}

Status SimulatedRig::stop() {
  if (sink_ == nullptr) return ok;
  if (powered_) {
    path_->brown_out();
    power_failed();
  }
  deliver_line();
  meter_->deliver(*sink_);
  sink_ = nullptr;
  return ok;
}

std::optional<PowerLedger> SimulatedRig::ledger() const {
  if (!path_) return std::nullopt;
  return path_->ledger();
}

std::optional<MemoryUse> SimulatedRig::memory_use() const {
  if (!ram_use_) return std::nullopt;
  return ram_use_->most();
}

TruthLedger SimulatedRig::truth_ledger() const {
  const auto total = [](const Sums& sums) {
    return TruthLedger::Activity{{sums.charge.value()}, {sums.energy.value()}};
  };
  TruthLedger truth = truth_;
  truth.boot = total(boot_sums_);
  truth.run = total(run_sums_);
  truth.sleep = total(sleep_sums_);
  truth.delivered = {delivered_sum_.value()};
  truth.fram = cpu_->fram().counts();
  return truth;
}

// One step of the closed loop.
Status SimulatedRig::step() {
  const RunTime end = now_ + config_.step;
  while (now_ < end && !cursor_->source_ended()) {
    if (powered_) {
      TRY(run_slice(end));
      continue;
    }
    TRY(pass(end - now_, {}));
    if (path_->rail_on()) power_up();
  }
  if (powered_) tell_uart(now_);
  return ok;
}

// The core runs as far as step and capacitor allow, and the path passes the time that it took.
Status SimulatedRig::run_slice(RunTime end) {
  const bool executed = time_of(cpu_->cycles()) < end && run_core(end);
  if (!cpu_->fault().empty()) return fail(Errc::io, cpu_->fault());
  tell_pins();

  const RunTime ahead = time_of(cpu_->cycles());
  const RunTime reached = std::min(ahead, end);
  if (reached == now_ && !executed) {
    path_->brown_out();
    power_failed();
    return ok;
  }
  // What was drawn beyond the step's end is delivered in the next one.
  const double share = reached == ahead
      ? 1.0
      : static_cast<double>((reached - now_).count()) / static_cast<double>((ahead - now_).count());
  const Pending drawn{share * pending_.boot, share * pending_.run, share * pending_.sleep};
  pending_.boot -= drawn.boot;
  pending_.run -= drawn.run;
  pending_.sleep -= drawn.sleep;
  TRY(pass(reached - now_, drawn));
  if (!path_->rail_on()) power_failed();
  return ok;
}

// Returns whether the core did anything. Near the end only half of what the capacitor still gives
// is offered at a time: how much that is depends, with some regulators, on the current just drawn.
bool SimulatedRig::run_core(RunTime end) {
  const double factor = config_.device.factor_at(path_->rail_voltage());
  const Coulombs rest = path_->charge_to_brownout() - pending_.total();
  CpuLimits limits{.cycle = cycle_at(end), .charge = to_charge(0.5 / factor * rest)};
  cpu_->registers().set_supply(path_->storage_voltage(), path_->power_good());

  const std::uint64_t before = cpu_->cycles();
  CpuStop stop = cpu_->run(limits);
  limits.charge = to_charge(1.0 / factor * rest);
  if (stop == CpuStop::charge_limit && cpu_->cycles() == before) stop = cpu_->run(limits);
  if (stop == CpuStop::charge_limit && cpu_->cycles() == before) cpu_->cut(limits);

  if (config_.truth != nullptr) tell_drawn({passed_sum_.value() + pending_.total().si}, factor);
  const CpuUse use = cpu_->take_use();
  pending_.boot += factor * to_coulombs(use.boot);
  pending_.run += factor * to_coulombs(use.run);
  pending_.sleep += factor * to_coulombs(use.sleep);
  if (config_.truth != nullptr)
    config_.truth->on_drawn(time_of(cpu_->cycles()), {passed_sum_.value() + pending_.total().si});
  return cpu_->cycles() != before;
}

// Tells what the core has drawn at the counter readings since it had drawn `before`.
void SimulatedRig::tell_drawn(Coulombs before, double factor) {
  for (const CounterReading& reading : cpu_->take_readings())
    config_.truth->on_drawn(time_of(reading.cycle), before + factor * to_coulombs(reading.drawn));
}

// Time passes on path and meter while the board draws a charge, evenly.
Status SimulatedRig::pass(RunTime duration, const Pending& drawn) {
  const RunTime end = now_ + duration;
  while (now_ < end && !cursor_->source_ended()) {
    const HarvestStep piece = TRY(cursor_->next(end - now_));
    const double share =
        static_cast<double>(piece.duration.count()) / static_cast<double>(duration.count());
    if (piece.part_count > 0)
      pass_piece(piece, {share * drawn.boot, share * drawn.run, share * drawn.sleep});
  }
  return ok;
}

// One call of the path. If the rail goes off in it, what was drawn after that is not delivered.
void SimulatedRig::pass_piece(const HarvestStep& piece, const Pending& drawn) {
  const PowerLedger before = path_->ledger();
  const Volts rail = path_->rail_voltage();
  const Volts storage = path_->storage_voltage();
  const Coulombs charge = path_->rail_on() ? drawn.total() : Coulombs{};
  path_->advance(piece.pieces(), charge);
  now_ += piece.duration;

  const PowerLedger& after = path_->ledger();
  const Joules delivered = after.delivered - before.delivered;
  const bool stays = powered_ && path_->rail_on();
  meter_->add(
      {.duration = piece.duration,
       .charge = charge,
       .rail = stays ? 0.5 * (rail + path_->rail_voltage()) : rail,
       .storage = 0.5 * (storage + path_->storage_voltage()),
       .harvested = after.harvested - before.harvested},
      *sink_);
  if (powered_) book(drawn, delivered);
}

void SimulatedRig::book(const Pending& drawn, Joules delivered) {
  const Coulombs total = drawn.total();
  delivered_sum_.add(delivered.si);
  passed_sum_.add(total.si);
  if (config_.truth != nullptr)
    config_.truth->on_delivered({passed_sum_.value()}, {delivered_sum_.value()});
  if (total <= Coulombs{}) return;
  const auto add = [&](Sums& sums, Coulombs charge) {
    sums.charge.add(charge.si);
    sums.energy.add((charge / total) * delivered.si);
  };
  add(boot_sums_, drawn.boot);
  add(run_sums_, drawn.run);
  add(sleep_sums_, drawn.sleep);
}

void SimulatedRig::power_up() {
  powered_ = true;
  power_on_ = now_;
  pins_ = 0;
  pending_ = {};
  ++truth_.power_ups;
  if (config_.truth != nullptr) config_.truth->on_drawn(now_, {passed_sum_.value()});
  cpu_->power_cycle(sram_noise_);
  ram_use_->power_up(cpu_->sram());
  sink_->on_edge({.time = now_, .marks = rail_mark});
}

void SimulatedRig::power_failed() {
  tell_uart(now_);
  powered_ = false;
  ram_use_->power_off(cpu_->sram());
  ++truth_.brownouts;
  truth_.storage_at_brownout = path_->storage_voltage();
  sink_->on_edge({.time = now_, .marks = 0});
}

void SimulatedRig::tell_pins() {
  for (const PinChange& change : cpu_->registers().take_pins()) {
    pins_ = change.pins;
    sink_->on_edge(
        {.time = time_of(change.cycle),
         .marks = rail_mark | static_cast<std::uint32_t>(pins_) << first_pin_mark});
  }
}

void SimulatedRig::tell_uart(RunTime until) {
  for (const SentByte& byte : cpu_->registers().take_sent(cycle_at(until)))
    add_to_line(byte);
}

void SimulatedRig::add_to_line(const SentByte& byte) {
  constexpr RunTime tolerance{2};  // of the rounding to nanoseconds
  constexpr std::size_t most = 4096;
  const RunTime complete = time_of(byte.complete);
  const RunTime gap = complete - line_.last - to_run_time(line_.per_byte);
  if (gap > tolerance || gap < -tolerance || line_.bytes.size() == most) deliver_line();
  if (line_.bytes.empty()) {
    line_.first = complete;
    line_.per_byte = {byte.cycles * ns_per_cycle_ * 1e-9};
  }
  line_.last = complete;
  line_.bytes.push_back(byte.byte);
}

void SimulatedRig::deliver_line() {
  if (line_.bytes.empty()) return;
  sink_->on_uart({.first = line_.first, .per_byte = line_.per_byte, .bytes = line_.bytes});
  line_.bytes.clear();
}

RunTime SimulatedRig::time_of(std::uint64_t cycle) const {
  return power_on_ + RunTime(std::llround(static_cast<double>(cycle) * ns_per_cycle_));
}

// The first cycle that does not lie before `time`.
std::uint64_t SimulatedRig::cycle_at(RunTime time) const {
  return static_cast<std::uint64_t>(
      std::ceil(static_cast<double>((time - power_on_).count()) / ns_per_cycle_));
}

}  // namespace sunfleck
