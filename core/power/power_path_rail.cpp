// The rail: thresholds, what it draws, and how long it lasts.
#include <algorithm>
#include <cmath>

#include "core/power/brownout.h"
#include "core/power/kahan.h"
#include "core/power/power_path.h"

namespace sunfleck {

void PowerPath::set_rail_current(Amperes current) {
  rail_current_ = current;
  if (current == Amperes{} || current == known_rail_current_) return;
  known_rail_current_ = current;
  if (config_.regulator.output.kind == OutputKind::buck && !buck_.has_rows())
    known_power_ = 1.0 / buck_.at({}, {}, current) * (config_.regulator.output.voltage * current);
}

// Whether a buck converter switches; below that voltage it conducts like a linear regulator in
// drop-out.
bool PowerPath::is_switching() const {
  return config_.regulator.output.kind == OutputKind::buck && energy_ >= levels_.buck;
}

// What a buck converter takes for the last current above 0.
Watts PowerPath::buck_power(Volts storage) const {
  if (!buck_.has_rows()) return known_power_;
  const Watts delivered = config_.regulator.output.voltage * known_rail_current_;
  return 1.0 / buck_.at({}, storage, known_rail_current_) * delivered;
}

RunTime PowerPath::until_check() const {
  return config_.regulator.check_interval == RunTime{} ? RunTime::max() : next_check_ - now_;
}

void PowerPath::compare_thresholds() {
  const RunTime interval = config_.regulator.check_interval;
  const bool is_due = interval == RunTime{} || now_ == next_check_;
  keep_stage();
  if (is_due) {
    next_check_ += interval;
    if (!rail_on_ && energy_ >= levels_.on) {
      rail_on_ = true;
      if (!stage_runs_) start_stage();
    }
    if (energy_ <= levels_.off) rail_on_ = false;
    if (!config_.regulator.output.always_on) stage_runs_ = rail_on_;
    power_good_ = rail_on_ && energy_ >= (power_good_ ? levels_.good_off : levels_.good_on);
  }
  if (!rail_on_) rail_current_ = {};
}

// The lockout acts at once, and a stage that always runs starts where it is able to.
void PowerPath::keep_stage() {
  if (stage_runs_ && energy_ <= levels_.lockout) {
    stage_runs_ = rail_on_ = power_good_ = false;
  } else if (
      !stage_runs_ && config_.regulator.output.always_on && energy_ >= levels_.start &&
      voltage_after_start(config_.regulator.output, storage_, voltage_) >
          config_.regulator.lockout) {
    start_stage();
  }
}

void PowerPath::start_stage() {
  stage_runs_ = true;
  if (config_.regulator.output.capacitance == Farads{}) return;
  const Joules before = energy_ - energy_carry_;
  voltage_ = voltage_after_start(config_.regulator.output, storage_, voltage_);
  energy_ = storage_.energy_at(voltage_);
  energy_carry_ = {};
  add_exactly(ledger_.output_loss, carry_.output_loss, before - energy_);
}

void PowerPath::brown_out() {
  rail_on_ = power_good_ = false;
  if (!config_.regulator.output.always_on) stage_runs_ = false;
}

Volts PowerPath::rail_voltage() const {
  if (!rail_on_) return {};
  return rail_voltage_at(
      config_.regulator.output, std::max(Volts{}, voltage_ + series_drop_));
}

Coulombs PowerPath::charge_to_brownout() const {
  const Regulator& regulator = config_.regulator;
  const OutputStage& output = regulator.output;
  // Between two checks nothing but the lockout ends the rail.
  const bool is_checked = regulator.check_interval > RunTime{};
  const Volts end = is_checked ? regulator.lockout : regulator.off;
  if (!rail_on_ || energy_ <= (is_checked ? levels_.lockout : levels_.off)) return {};
  Coulombs charge;
  Volts from = voltage_;
  if (is_switching()) {
    const Volts to = std::max(end, output.voltage + output.drop);
    if (known_rail_current_ > Amperes{}) {
      const Watts power = buck_power(voltage_);
      charge = known_rail_current_ *
          time_at_power(storage_, config_.capacitor.series, power, voltage_, to);
    } else {
      const Joules energy = storage_.energy_at(from) - storage_.energy_at(to);
      charge = buck_.best() * std::max(Joules{}, energy) / output.voltage;
    }
    from = std::min(from, to);
  }
  return charge + std::max(Coulombs{}, storage_.charge_at(from) - storage_.charge_at(end));
}

}  // namespace sunfleck
