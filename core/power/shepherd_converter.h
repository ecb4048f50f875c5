#pragma once

#include <cstdint>
#include <optional>

#include "core/power/shepherd_config.h"
#include "core/power/shepherd_harvester.h"
#include "core/power/shepherd_storage.h"
#include "core/power/shepherd_tables.h"

namespace sunfleck {

// The published virtual converter: input stage, capacitor, thresholds and output stage. Its units
// are microvolts, nanoamperes and, their product, femtowatts. The three parts of a sample are
// called in this order.
class ShepherdConverter {
 public:
  // `config` has passed check(). Feedback needs an input of ramps.
  ShepherdConverter(const ShepherdConfig& config, const ShepherdInput& input);

  void take_in(ShepherdPoint harvested);
  // The load as the target decided it in the sample before; it goes through the current's analogue
  // converter of 18 bit.
  void give_out(double nanoamperes);
  void move_charge();
  void update_output();

  bool has_feedback() const { return feedback_; }
  // The voltage at which the harvester is to hold the source, with feedback.
  double wanted_microvolts() const { return wanted_; }
  double femtowatts_in() const { return in_; }
  double femtowatts_out() const { return out_; }
  double storage_microvolts() const { return storage_voltage_; }
  // As the output's digital-to-analogue converter of 16 bit makes it.
  std::uint32_t output_microvolts() const;
  std::uint8_t power_good_bits() const { return good_bits_; }
  bool power_good() const { return good_; }

 private:
  double pass_diode(double voltage, double current);
  void judge_power_good(double voltage);

  ShepherdEfficiency efficiency_;
  std::optional<ShepherdStorage> storage_;
  bool boost_;
  bool buck_;
  bool feedback_;
  bool good_at_once_;
  std::int64_t delay_;           // samples in which the target still draws nothing
  std::int64_t check_interval_;  // samples
  double input_highest_;
  double input_most_;
  double input_drop_;
  double input_resistance_;  // kOhm
  double boost_threshold_;
  double storage_highest_;
  double on_;
  double off_;
  double dip_;
  double good_on_;
  double good_off_;
  double buck_voltage_;
  double output_drop_;

  std::int64_t since_check_;
  double storage_voltage_;
  double wanted_;
  double in_ = 0.0;
  double out_ = 0.0;
  double output_voltage_;
  bool outputting_ = false;
  bool good_ = true;
  std::uint8_t good_bits_ = 0;
};

}  // namespace sunfleck
