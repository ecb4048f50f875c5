#include "core/power/shepherd_converter.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/power/shepherd_units.h"

namespace sunfleck {
namespace {

// Steps of the testbed's converters. Source: 4.096 V * 1.25 / 2^18 over 2 Ohm with a gain of 48;
// 5 V / 2^16, of which the published model keeps whole steps in a volt.
constexpr double adc_step = 1.0 / 4915200.0;  // A
constexpr double adc_most = 262143.0;
constexpr double dac_step = 1.0 / 13107.0;  // V
constexpr double dac_most = 65535.0;

double microvolts(Volts voltage) { return static_cast<double>(whole_microvolts(voltage)); }

}  // namespace

ShepherdConverter::ShepherdConverter(const ShepherdConfig& config, const ShepherdInput& input)
    : efficiency_(config.boost_table, config.buck_table),
      boost_(config.boost && config.capacitor),
      buck_(config.buck),
      feedback_(config.feedback && config.capacitor && !boost_ && input.points > 1),
      good_at_once_(config.good_at_once),
      delay_(whole_samples(config.startup_delay)),
      check_interval_(whole_samples(config.check_interval)),
      input_highest_(microvolts(config.input_highest)),
      input_most_(std::nearbyint(1e9 * config.input_most.si)),
      input_drop_(microvolts(config.input_drop)),
      input_resistance_(
          std::nearbyint(std::exp2(22) * 1e-3 * config.input_resistance.si) / std::exp2(22)),
      boost_threshold_(microvolts(config.boost_threshold)),
      good_on_(microvolts(config.good_on)),
      good_off_(microvolts(config.good_off)),
      buck_voltage_(microvolts(config.output_voltage)),
      output_drop_(microvolts(config.output_drop)),
      since_check_(check_interval_),
      output_voltage_(buck_voltage_) {
  if (config.capacitor) storage_.emplace(*config.capacitor);
  storage_voltage_ = storage_ ? static_cast<double>(storage_->open_microvolts()) : 0.0;
  wanted_ = storage_voltage_;
  const ShepherdThresholds thresholds = shepherd_thresholds(config);
  storage_highest_ = microvolts(thresholds.storage_highest);
  dip_ = microvolts(thresholds.dip);
  on_ = std::max(dip_, microvolts(thresholds.on));
  off_ = microvolts(thresholds.off);
}

void ShepherdConverter::take_in(ShepherdPoint harvested) {
  double voltage = static_cast<double>(std::max<std::int64_t>(0, harvested.microvolts));
  double current = static_cast<double>(std::max<std::int64_t>(0, harvested.nanoamperes));
  voltage = std::min(std::max(0.0, voltage - input_drop_), input_highest_);
  current = std::min(current, input_most_);
  double efficiency = 1.0;
  if (boost_) {
    if (voltage < boost_threshold_) voltage = 0.0;
    efficiency = efficiency_.boost(voltage, current);
  } else if (storage_) {
    voltage = pass_diode(voltage, current);
  } else {
    storage_voltage_ = std::exchange(voltage, 0.0);
  }
  in_ = efficiency * voltage * current;
}

// The voltage at which a diode with a resistor in series delivers. The published model raises a
// source below the capacitor to the capacitor's voltage when there is a resistor: energy appears
// from nothing. Kept, since this class is for comparison.
double ShepherdConverter::pass_diode(double voltage, double current) {
  const double head_room = std::max(0.0, voltage - storage_voltage_);
  const double fall = current * input_resistance_;
  voltage = fall > head_room ? storage_voltage_ : voltage - fall;
  if (feedback_) {
    wanted_ = storage_voltage_ + fall + input_drop_;
    return voltage;
  }
  return voltage < storage_voltage_ ? 0.0 : voltage;
}

void ShepherdConverter::give_out(double nanoamperes) {
  const double raw = std::nearbyint(nanoamperes * 1e-9 / adc_step);
  const double current = std::clamp(raw, 0.0, adc_most) * adc_step * 1e9;
  const double inverse_efficiency = buck_ ? efficiency_.inverse_buck(current) : 1.0;
  out_ = inverse_efficiency * output_voltage_ * current;
  if (delay_ > 0) {
    --delay_;
    out_ = 0.0;
  }
}

void ShepherdConverter::move_charge() {
  if (storage_) {
    const double sixteenths = 16.0 * (in_ - out_) / std::max(1.0, storage_voltage_);
    storage_voltage_ = static_cast<double>(storage_->move(sixteenths));
  }
  storage_voltage_ = std::max(1.0, std::min(storage_voltage_, storage_highest_));
}

void ShepherdConverter::update_output() {
  const bool checks = ++since_check_ >= check_interval_;
  const double voltage = storage_voltage_;  // power-good sees it before the dip
  if (checks) {
    since_check_ = 0;
    if (outputting_) {
      outputting_ = voltage >= off_;
    } else if (voltage >= on_) {
      outputting_ = true;
      storage_voltage_ -= dip_;
    }
  }
  if (checks || good_at_once_) judge_power_good(voltage);
  if (!outputting_ && delay_ == 0) {
    output_voltage_ = 0.0;
  } else if (buck_ && storage_voltage_ > buck_voltage_ + output_drop_) {
    output_voltage_ = buck_voltage_;
  } else {
    output_voltage_ = std::max(0.0, storage_voltage_ - output_drop_);
  }
}

void ShepherdConverter::judge_power_good(double voltage) {
  const bool is_high = outputting_ && voltage >= good_on_;
  const bool is_low = outputting_ && voltage > good_off_;
  good_bits_ = static_cast<std::uint8_t>((is_high ? 2 : 0) + (is_low ? 1 : 0));
  if (is_high && is_low) good_ = true;
  if (!is_high && !is_low) good_ = false;
}

std::uint32_t ShepherdConverter::output_microvolts() const {
  const double raw = std::nearbyint(output_voltage_ / 1e6 / dac_step);
  return static_cast<std::uint32_t>(std::min(raw, dac_most) * dac_step * 1e6);
}

}  // namespace sunfleck
