#pragma once

#include <span>

#include "core/power/capacitor.h"
#include "core/power/converter.h"
#include "core/power/harvest_cursor.h"
#include "core/power/harvester.h"
#include "core/power/ledger.h"
#include "core/power/regulator.h"

namespace sunfleck {

// Harvester, converter, capacitor and regulator, as parameters.
struct PowerPathConfig {
  InputStage input{};           // rectifier curve and converter between source and capacitor
  HarvesterConfig harvester{};  // where a converter holds a source that has a curve
  SourceAssumptions source{};   // what is assumed about the source beyond its profile
  Capacitor capacitor{};
  Volts initial_voltage{};  // of the capacitor when the run begins
  Regulator regulator{};    // thresholds and output stage between capacitor and rail
};

// Refuses what no circuit can be, naming the field: a capacitance of zero, thresholds in the wrong
// order or above the rating, an efficiency above 1.
Status check(const PowerPathConfig& config);

// Likewise, and refuses a source that the input stage cannot take (check() of converter.h).
Status check(const PowerPathConfig& config, const HarvestFormat& format);

// The power path as it runs. One call of advance() is one step of the closed loop of the bench: the
// fine samples of the source go through the non-linear input stage one by one, and only what comes
// out is summed.
//
// Source: circuit laws, solved for the mean currents of each piece; README.md derives them. Energy
// is conserved to rounding for pieces of any length; what a long piece loses is the shape of the
// voltage within it, of second order in its duration.
class PowerPath {
 public:
  // `config` has passed check() with `format`, which is that of the source whose pieces will come.
  // The rail is on from the beginning when the initial voltage has reached its threshold.
  PowerPath(const PowerPathConfig& config, const HarvestFormat& format);

  // Lets time pass while the board draws `charge` from the rail, evenly over the time. The rail may
  // come on or go off at the end of any piece (thresholds of the regulator).
  //
  //   pieces   [n] in order of time, n >= 1
  //   charge   >= 0; 0 while the rail is off; at most charge_to_brownout(): what is beyond the
  //            capacitor's last drop is not delivered, and no share of it after the rail went off
  void advance(std::span<const HarvestPiece> pieces, Coulombs charge);

  bool rail_on() const { return rail_on_; }
  bool power_good() const { return power_good_; }
  Volts rail_voltage() const;                         // 0 while the rail is off
  Volts storage_voltage() const { return voltage_; }  // at the capacitor's terminals, without load
  // The charge that the rail gives until the regulator switches it off, were nothing harvested from
  // now on; 0 while the rail is off. The closed loop lets the board draw no more than this in one
  // step, so that the moment of a power failure is found to one instruction.
  //
  // Exact but for what takes its share over the time until then, which is unknown: leakage and the
  // quiescent current of a linear regulator. A buck converter's efficiency depends on the current,
  // and so does its loss in the series resistance: taken is that of the last step that drew any,
  // or, before there was one, the best of the curve without the resistance.
  Coulombs charge_to_brownout() const;
  // Switches the rail off now: the board drew all that charge_to_brownout() gave, but for less than
  // one instruction's.
  void brown_out() { rail_on_ = power_good_ = false; }

  const PowerLedger& ledger() const { return ledger_; }

 private:
  // What depends on a piece's duration alone; kept, since the next piece mostly lasts as long.
  struct Timing {
    RunTime sample{};
    Seconds duration{};
    Ohms half{};                    // dt / 2C + R: mean rise of the terminals per current into them
    Ohms whole{};                   // dt / C + R: their rise at the end
    Quantity<-1, 1, 0> capacity{};  // C / dt: the current that moves the capacitor by a volt
    double leaked = 0.0;            // share of the voltage lost to leakage
    double relaxed = 0.0;           // share of its way that a resistive source brings the capacitor
  };
  // What flows out of the capacitor, and the share of the demand that this serves.
  struct Draw {
    Amperes current{};
    double served = 1.0;
  };

  void pass(const float* sample, RunTime duration, Amperes rail_current);
  void book(Amperes in, Draw draw, Amperes rail_current);
  void set_demand(Amperes rail_current);
  void set_timing(RunTime duration);
  void leak();
  void move(Volts by);
  void compare_thresholds();
  void switch_on();
  Amperes current_in(Amperes drawn) const;
  Draw draw_for(Amperes rail_current) const;
  Coulombs charge_while_switching(Volts to) const;

  PowerPathConfig config_;
  HarvestFormat format_;
  PowerLedger ledger_;
  PowerLedger carry_;  // what rounding took from the ledger's sums
  Volts highest_;      // that the capacitor reaches
  Volts voltage_;      // of the capacitance, behind its series resistance
  Volts voltage_carry_;
  Amperes net_;                // into the capacitor in the last piece, negative out of it
  Amperes last_rail_current_;  // the last above 0
  Watts last_power_;           // that a buck converter takes from the capacitor for it
  Timing timing_;
  float value_ = 0.0F;  // of the source, that `feed_` belongs to
  Feed feed_;
  bool rail_on_ = false;
  bool power_good_ = false;
};

}  // namespace sunfleck
