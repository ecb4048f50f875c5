#include "core/power/power_path.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace sunfleck {
namespace {

// Adds to a sum that is kept with what rounding took from it.
// Source: Kahan, "Further remarks on reducing truncation errors", 1965.
template <class Unit>
void add(Unit& sum, Unit& carry, Unit value) {
  const Unit wanted = value - carry;
  const Unit next = sum + wanted;
  carry = (next - sum) - wanted;
  sum = next;
}

Volts highest_voltage(const PowerPathConfig& config) {
  return std::min(config.capacitor.rated, config.input.charge_limit);
}

// The current that a power pushes through a drop into a capacitor from which `drawn` flows: the
// positive root of I (V + drop + k (I - drawn)) = P, in the form that does not cancel.
Amperes pushed_by(Watts power, Volts voltage, Ohms half, Amperes drawn) {
  if (power <= Watts{}) return {};
  const Volts sag = voltage - half * drawn;
  const Volts root = sqrt(sag * sag + 4.0 * half * power);
  if (sag > Volts{}) return 2.0 * power / (sag + root);
  return (root - sag) / (2.0 * half);
}

using SquareVolts = Quantity<2, 0, 0>;

// The current that a power draws from a capacitor: the smaller root of I (V - k I) = P; where there
// is none, the current that draws the most.
Amperes drawn_by(Watts power, Volts voltage, Ohms half) {
  const SquareVolts root = voltage * voltage - 4.0 * half * power;
  if (root <= SquareVolts{}) return voltage / (2.0 * half);
  return 2.0 * power / (voltage + sqrt(root));
}

// The share of that power which the capacitor can give.
double served_share(Watts power, Volts voltage, Ohms half) {
  return std::min<double>(1.0, voltage * voltage / (4.0 * half * power));
}

double best_efficiency(const EfficiencyTable& table) {
  return table.efficiency.empty() ? 1.0 : std::ranges::max(table.efficiency);
}

}  // namespace

Status check(const PowerPathConfig& config) {
  TRY(check(config.capacitor));
  TRY(check(config.input));
  const double share = config.harvester.share;
  if (!(share > 0.0 && share < 1.0))
    return fail(Errc::invalid_argument, "harvester.share: must be between 0 and 1, got ", share);
  const Volts highest = highest_voltage(config);
  TRY(check(config.regulator, highest));
  const Volts initial = config.initial_voltage;
  if (!(initial >= Volts{} && initial <= highest))
    return fail(
        Errc::invalid_argument, "initial_voltage: must be between 0 V and ", highest, ", got ",
        initial);
  const Volts after =
      voltage_after_switch_on(config.regulator.output, config.capacitor, config.regulator.on);
  if (after <= config.regulator.off)
    return fail(
        Errc::invalid_argument,
        "regulator.output.capacitance: charging it takes the capacitor from ", config.regulator.on,
        " to ", after, ", where the rail is off again");
  return ok;
}

Status check(const PowerPathConfig& config, const HarvestFormat& format) {
  TRY(check(config));
  return check(config.input, format);
}

PowerPath::PowerPath(const PowerPathConfig& config, const HarvestFormat& format)
    : config_(config),
      format_(format),
      highest_(highest_voltage(config)),
      voltage_(config.initial_voltage),
      feed_(feed_of(config.input, config.harvester, format, 0.0)) {
  assert(check(config, format));
  ledger_.stored_at_start = stored_energy(config_.capacitor, voltage_);
  compare_thresholds();
  ledger_.stored = stored_energy(config_.capacitor, voltage_);
}

void PowerPath::advance(std::span<const HarvestPiece> pieces, Coulombs charge) {
  assert(!pieces.empty() && charge >= Coulombs{} && (rail_on_ || charge == Coulombs{}));
  RunTime total{};
  for (const HarvestPiece& piece : pieces)
    total += piece.count * piece.duration;
  Amperes rail_current = charge / to_seconds(total);
  if (rail_current > Amperes{} && rail_current != last_rail_current_) set_demand(rail_current);
  const std::size_t width = sample_width(format_);
  for (const HarvestPiece& piece : pieces) {
    for (std::uint32_t i = 0; i < piece.count; ++i) {
      const float* sample = piece.samples == nullptr ? nullptr : piece.samples + i * width;
      pass(sample, piece.duration, rail_current);
      compare_thresholds();
      if (!rail_on_) rail_current = {};
    }
  }
  ledger_.stored = stored_energy(config_.capacitor, voltage_);
}

// One piece: leakage first, then the mean currents of source and load.
void PowerPath::pass(const float* sample, RunTime duration, Amperes rail_current) {
  const float value = sample == nullptr ? 0.0F : *sample;
  assert(duration > RunTime{} && value >= 0.0F);
  if (duration != timing_.sample) set_timing(duration);
  if (value != value_) {
    value_ = value;
    feed_ = feed_of(config_.input, config_.harvester, format_, value_);
  }
  leak();
  Draw draw = draw_for(rail_current);
  Amperes in = current_in(draw.current);
  // What a switching converter draws depends on the voltage that the source holds up meanwhile. The
  // second look is exact to the square of that change.
  if (in > Amperes{} && is_switching(config_.regulator.output, voltage_)) {
    const Volts alone = voltage_ - timing_.half * draw.current;
    const Volts together = alone + timing_.half * in;
    draw.current = alone / together * draw.current;
    in = current_in(draw.current);
  }
  book(in, draw, rail_current);
  net_ = in - draw.current;
  move(net_ / timing_.capacity);
}

// Every energy is a product of the mean currents with the mean voltage at the terminals.
void PowerPath::book(Amperes in, Draw draw, Amperes rail_current) {
  const Seconds duration = timing_.duration;
  const Amperes net = in - draw.current;
  const Volts terminals = voltage_ + timing_.half * net;
  if (in > Amperes{} || feed_.stage_loss > Watts{}) {
    const Joules lost = (in * feed_.drop + feed_.stage_loss) * duration;
    add(ledger_.harvested, carry_.harvested, in * terminals * duration + lost);
    add(ledger_.input_loss, carry_.input_loss, lost);
  }
  if (draw.current > Amperes{}) {
    const Volts rail = sunfleck::rail_voltage(config_.regulator.output, terminals);
    const Joules delivered = draw.served * rail_current * rail * duration;
    add(ledger_.delivered, carry_.delivered, delivered);
    add(ledger_.output_loss, carry_.output_loss, draw.current * terminals * duration - delivered);
  }
  if (config_.capacitor.series > Ohms{})
    add(ledger_.esr_loss, carry_.esr_loss, net * net * config_.capacitor.series * duration);
}

void PowerPath::set_demand(Amperes rail_current) {
  const OutputStage& output = config_.regulator.output;
  last_rail_current_ = rail_current;
  if (output.kind == OutputKind::buck)
    last_power_ = 1.0 / efficiency_at(output.efficiency, {}, voltage_, rail_current) *
        (output.voltage * rail_current);
}

void PowerPath::set_timing(RunTime sample) {
  const Capacitor& capacitor = config_.capacitor;
  const Seconds duration = to_seconds(sample);
  const Ohms ramp = duration / capacitor.capacitance;
  timing_ = {
      .sample = sample,
      .duration = duration,
      .half = 0.5 * ramp + capacitor.series,
      .whole = ramp + capacitor.series,
      .capacity = capacitor.capacitance / duration,
      .leaked = lost_share(capacitor, duration)};
  if (!is_power(format_.kind))
    timing_.relaxed = -std::expm1(-(ramp / (format_.resistance + capacitor.series)));
}

void PowerPath::leak() {
  if (timing_.leaked == 0.0) return;
  const Volts before = voltage_;
  const Volts by = timing_.leaked * before;
  add(ledger_.leaked, carry_.leaked, config_.capacitor.capacitance * by * (before - 0.5 * by));
  add(voltage_, voltage_carry_, -by);
}

// The mean current from the source while `drawn` flows out.
Amperes PowerPath::current_in(Amperes drawn) const {
  const Volts level = voltage_ + feed_.drop;
  switch (feed_.kind) {
    case Feed::Kind::power:
      return pushed_by(feed_.power, level, timing_.half, drawn);
    case Feed::Kind::current: {
      // No more than what ends the piece, or leaves its mean, where the source stops.
      const Volts room = feed_.open - level;
      const Ohms rise = room > Volts{} ? timing_.whole : timing_.half;
      return std::clamp(room / rise + drawn, Amperes{}, feed_.current);
    }
    case Feed::Kind::resistance: {
      // Rising, the capacitor follows its exponential. Falling, the mean of a straight line lies
      // above that of the exponential, and only Ohm's law for the means keeps the source within its
      // power.
      const Amperes rising =
          timing_.relaxed * (feed_.open - feed_.resistance * drawn - level) * timing_.capacity +
          drawn;
      const Amperes falling =
          (feed_.open - level + timing_.half * drawn) / (feed_.resistance + timing_.half);
      return std::max(Amperes{}, std::min(rising, falling));
    }
  }
  return {};
}

PowerPath::Draw PowerPath::draw_for(Amperes rail_current) const {
  if (!rail_on_) return {};
  const OutputStage& output = config_.regulator.output;
  if (is_switching(output, voltage_)) {
    if (rail_current == Amperes{}) return {};
    return {
        drawn_by(last_power_, voltage_, timing_.half),
        served_share(last_power_, voltage_, timing_.half)};
  }
  Amperes demand = rail_current;
  if (output.kind == OutputKind::ldo) demand += output.quiescent;
  const Amperes most = std::min(voltage_ / timing_.half, voltage_ * timing_.capacity);
  if (demand <= most) return {demand};
  return {most, most / demand};
}

// Moves the capacitor's voltage and clamps what is beyond its limits.
void PowerPath::move(Volts by) {
  add(voltage_, voltage_carry_, by);
  if (voltage_ > highest_) {
    const Volts excess = voltage_ - highest_ - voltage_carry_;
    add(ledger_.clamped, carry_.clamped,
        config_.capacitor.capacitance * excess * (highest_ + 0.5 * excess));
    voltage_ = highest_;
    voltage_carry_ = {};
  }
  if (voltage_ < Volts{}) voltage_ = voltage_carry_ = {};  // the rounding of an emptied capacitor
}

void PowerPath::compare_thresholds() {
  const Regulator& regulator = config_.regulator;
  if (!rail_on_ && voltage_ >= regulator.on) switch_on();
  if (voltage_ <= regulator.off) rail_on_ = false;
  power_good_ = rail_on_ && voltage_ >= (power_good_ ? regulator.good_off : regulator.good_on);
}

void PowerPath::switch_on() {
  const OutputStage& output = config_.regulator.output;
  rail_on_ = true;
  if (output.capacitance == Farads{}) return;
  const Joules before = stored_energy(config_.capacitor, voltage_);
  voltage_ = voltage_after_switch_on(output, config_.capacitor, voltage_);
  voltage_carry_ = {};
  add(ledger_.output_loss, carry_.output_loss, before - stored_energy(config_.capacitor, voltage_));
}

Volts PowerPath::rail_voltage() const {
  if (!rail_on_) return {};
  const Volts terminals = voltage_ + config_.capacitor.series * net_;
  return sunfleck::rail_voltage(config_.regulator.output, std::max(Volts{}, terminals));
}

Coulombs PowerPath::charge_to_brownout() const {
  const Regulator& regulator = config_.regulator;
  if (!rail_on_ || voltage_ <= regulator.off) return {};
  Volts from = voltage_;
  Coulombs charge;
  if (is_switching(regulator.output, from)) {
    const Volts to = std::max(regulator.off, regulator.output.voltage + regulator.output.drop);
    charge = charge_while_switching(to);
    from = to;
  }
  return charge + config_.capacitor.capacitance * (from - regulator.off);
}

// What a buck converter gives until the capacitor is at `to`, at the current of the last step.
//
// Source: C dV/dt = -I with I (V - R I) = P, integrated: with a^2 = 4 R P, below which there is no
// such current, and w = sqrt(V^2 - a^2), t = C / 4P [V^2 + V w - a^2 ln(V + w)]; C / 2P [V^2] for R
// = 0.
Coulombs PowerPath::charge_while_switching(Volts to) const {
  const OutputStage& output = config_.regulator.output;
  const Farads capacitance = config_.capacitor.capacitance;
  if (last_rail_current_ == Amperes{}) {
    const Joules energy = 0.5 * capacitance * (voltage_ * voltage_ - to * to);
    return best_efficiency(output.efficiency) * energy / output.voltage;
  }
  const SquareVolts a2 = 4.0 * config_.capacitor.series * last_power_;
  const SquareVolts from2 = voltage_ * voltage_;
  const SquareVolts to2 = std::max(to * to, a2);
  if (from2 <= to2) return {};
  SquareVolts bracket = from2 - to2;
  if (a2 > SquareVolts{}) {
    const Volts low = sqrt(to2);
    const Volts w_from = sqrt(from2 - a2);
    const Volts w_to = sqrt(to2 - a2);
    bracket += voltage_ * w_from - low * w_to - std::log((voltage_ + w_from) / (low + w_to)) * a2;
    bracket = 0.5 * bracket;
  }
  return 0.5 * (bracket * capacitance / last_power_) * last_rail_current_;
}

}  // namespace sunfleck
