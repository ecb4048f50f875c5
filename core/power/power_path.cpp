#include "core/power/power_path.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/power/kahan.h"

namespace sunfleck {
namespace {

Volts highest_voltage(const PowerPathConfig& config) {
  return std::min(config.capacitor.rated, config.input.charge_limit);
}

// The share of its energy that a constant capacitance loses in a time, and of what comes in
// evenly meanwhile: 1 - e^-k and 1 - (1 - e^-k) / k.
double later_share(double exponent, double first) {
  constexpr double small = 1e-4;  // from where on the series is exact to rounding
  if (exponent > small) return 1.0 - first / exponent;
  return exponent * (0.5 - exponent * (1.0 / 6.0 - exponent / 24.0));
}

}  // namespace

Status check(const PowerPathConfig& config) {
  TRY(check(config.capacitor));
  TRY(check(config.input));
  TRY(check(config.harvester));
  const Volts highest = highest_voltage(config);
  TRY(check(config.regulator, highest));
  const Volts initial = config.initial_voltage;
  if (!(initial >= Volts{} && initial <= highest))
    return fail(
        Errc::invalid_argument, "initial_voltage: must be between 0 V and ", highest, ", got ",
        initial);
  const Volts after =
      voltage_after_start(config.regulator.output, Storage(config.capacitor), config.regulator.on);
  if (after <= config.regulator.off)
    return fail(
        Errc::invalid_argument,
        "regulator.output.capacitance: charging it takes the capacitor from ", config.regulator.on,
        " to ", after, ", where the rail is off again");
  return ok;
}

Status check(const PowerPathConfig& config, const HarvestFormat& format) {
  TRY(check(config));
  TRY(check(config.input, format));
  return check(config.source, format);
}

PowerPath::PowerPath(const PowerPathConfig& config, const HarvestFormat& format)
    : config_(config),
      storage_(config.capacitor),
      input_(config.input, config.harvester, config.source, format),
      buck_(config.regulator.output.efficiency),
      highest_(highest_voltage(config)),
      energy_(storage_.energy_at(config.initial_voltage)),
      voltage_(config.initial_voltage) {
  assert(check(config, format));
  const Regulator& regulator = config_.regulator;
  const OutputStage& output = regulator.output;
  levels_ = {
      .on = storage_.energy_at(regulator.on),
      .off = storage_.energy_at(regulator.off),
      .good_on = storage_.energy_at(regulator.good_on),
      .good_off = storage_.energy_at(regulator.good_off),
      .lockout = storage_.energy_at(regulator.lockout),
      .full = storage_.energy_at(highest_),
      .regulated = storage_.energy_at(output.voltage + output.drop),
      .start = storage_.energy_at(std::max(regulator.lockout, output.voltage + output.drop))};
  ledger_.stored_at_start = energy_;
  compare_thresholds();
  ledger_.stored = energy_;
}

void PowerPath::advance(std::span<const HarvestPiece> pieces, Coulombs charge) {
  assert(!pieces.empty() && charge >= Coulombs{} && (rail_on_ || charge == Coulombs{}));
  RunTime total{};
  for (const HarvestPiece& piece : pieces)
    total += piece.count * piece.duration;
  set_rail_current(charge / to_seconds(total));
  for (const HarvestPiece& piece : pieces) {
    assert(piece.duration > RunTime{});
    for (std::uint32_t i = 0; i < piece.count;) {
      const std::uint32_t passed = run_samples(piece, i);
      i += passed;
      if (passed > 0) continue;
      pass_sample(
          piece.samples == nullptr ? nullptr : piece.samples + i * input_.width(), piece.duration);
      ++i;
    }
  }
  ledger_.stored = energy_;
}

void PowerPath::pass_sample(const float* sample, RunTime duration) {
  input_.set(sample);
  while (duration > RunTime{}) {
    const RunTime part = std::min({duration, until_check(), input_.until_event()});
    pass_in_steps(to_seconds(part));
    input_.pass(part);
    now_ += part;
    duration -= part;
    compare_thresholds();
  }
}

// What changes with the voltage is taken at its beginning or by its mean, so that a piece which
// moves the voltage far is passed in steps.
void PowerPath::pass_in_steps(Seconds duration) {
  constexpr double most_steps = 256.0;
  const Feed feed = input_.feed(voltage_);
  const Draw whole = load();
  const Flow flow = balance(before(duration), feed, whole);
  double steps = 1.0;
  if (is_curved(feed)) {
    const Volts reached =
        storage_.voltage_of(std::max(Joules{}, energy_ + flow.rise - leaked(flow.rise, duration)));
    steps =
        std::min(most_steps, std::ceil(std::abs((reached - voltage_).si) / most_voltage_step.si));
  }
  if (!(steps > 1.0)) return book(flow, whole, duration);
  const Seconds step = 1.0 / steps * duration;
  for (double i = 0.0; i < steps; i += 1.0) {
    const Draw part = load();
    book(balance(before(step), input_.feed(voltage_), part), part, step);
  }
}

// Whether flows change with the voltage otherwise than balance() has it exactly.
bool PowerPath::is_curved(const Feed& feed) const {
  if (feed.kind == Feed::Kind::curve || input_.has_layers() || !storage_.is_constant()) return true;
  return rail_current_ > Amperes{} && buck_.has_rows() && is_switching();
}

Before PowerPath::before(Seconds duration) const {
  return {
      .duration = duration,
      .voltage = voltage_,
      .energy = energy_,
      .capacitance = storage_.capacitance_at(voltage_),
      .series = config_.capacitor.series};
}

// What is drawn from the capacitor, if it can be: an empty one gives not even quiescent currents.
Draw PowerPath::load() const {
  if (energy_ <= Joules{}) return {};
  Draw load{.power = {}, .current = config_.input.quiescent};
  if (stage_runs_) load.current += config_.regulator.output.quiescent;
  if (rail_current_ == Amperes{}) return load;
  if (is_switching())
    load.power = buck_power(voltage_);
  else
    load.current += rail_current_;
  return load;
}

void PowerPath::book(const Flow& flow, const Draw& load, Seconds duration) {
  const auto add = [duration](Joules& sum, Joules& carry, Watts mean) {
    add_exactly(sum, carry, mean * duration);
  };
  const Watts drawn = flow.served * (load.power + load.current * flow.terminals);
  const Watts by_input =
      drawn > Watts{} ? flow.served * (config_.input.quiescent * flow.terminals) : Watts{};
  const Watts delivered = drawn > Watts{}
      ? flow.served * (rail_current_ * rail_voltage_at(config_.regulator.output, flow.terminals))
      : Watts{};
  add(ledger_.harvested, carry_.harvested, flow.arriving + flow.lost);
  add(ledger_.input_loss, carry_.input_loss, flow.lost + by_input);
  add(ledger_.delivered, carry_.delivered, delivered);
  add(ledger_.output_loss, carry_.output_loss, drawn - by_input - delivered);
  add(ledger_.esr_loss, carry_.esr_loss, flow.esr_loss);
  series_drop_ = config_.capacitor.series * flow.net;

  const Joules turnover = energy_ + flow.arriving * duration;
  const Joules lost = leaked(flow.rise, duration);
  add_exactly(ledger_.leaked, carry_.leaked, lost);
  add_exactly(energy_, energy_carry_, flow.rise - lost);
  // What rounding leaves in an emptied capacitor.
  constexpr double rounding = 1e-9;
  if (flow.served < 1.0 && energy_ <= rounding * turnover) {
    add_exactly(ledger_.output_loss, carry_.output_loss, energy_ - energy_carry_);
    energy_ = energy_carry_ = {};
  }
  clamp();
  set_voltage();
}

// What leaks while the other flows raise the stored energy evenly: the solution of dE/dt = P - k E,
// with k = V^2 / R E, which a bias makes depend on the voltage; there it is that of the middle.
Joules PowerPath::leaked(Joules rise, Seconds duration) {
  const Ohms leakage = config_.capacitor.leakage;
  if (std::isinf(leakage.si) || energy_ + rise <= Joules{}) return {};
  if (storage_.is_constant()) {
    if (duration != leak_.time) set_leak(duration);
    const Joules lost = leak_.first * energy_ + leak_.later * rise;
    return std::clamp(lost, Joules{}, energy_ + rise);
  }
  const auto exponent = [&](Joules energy) -> double {
    const Volts at = storage_.voltage_of(energy);
    return duration * at * at / leakage / energy;
  };
  const Joules middle = energy_ + 0.5 * rise;
  const double k = exponent(std::exp(-0.5 * exponent(middle)) * middle);
  const double first = -std::expm1(-k);
  const Joules lost = first * energy_ + later_share(k, first) * rise;
  return std::clamp(lost, Joules{}, energy_ + rise);
}

void PowerPath::set_leak(Seconds duration) {
  const double k = 2.0 * duration / (config_.capacitor.leakage * storage_.capacitance_at({}));
  const double first = -std::expm1(-k);
  leak_ = {.time = duration, .first = first, .later = later_share(k, first)};
}

// Rounding must not lift it above its limit.
void PowerPath::set_voltage() { voltage_ = std::min(highest_, storage_.voltage_of(energy_)); }

// What is beyond the capacitor's limits never stays in it.
void PowerPath::clamp() {
  if (energy_ > levels_.full) {
    add_exactly(ledger_.clamped, carry_.clamped, energy_ - levels_.full - energy_carry_);
    energy_ = levels_.full;
    energy_carry_ = {};
  }
  if (energy_ < Joules{}) energy_ = energy_carry_ = {};  // the rounding of an emptied capacitor
}

}  // namespace sunfleck
