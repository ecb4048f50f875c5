#pragma once

#include <span>

#include "core/power/capacitor.h"
#include "core/power/converter.h"
#include "core/power/harvest.h"
#include "core/power/ledger.h"
#include "core/power/regulator.h"

namespace sunfleck {

// Harvester, converter, capacitor and regulator, as parameters.
struct PowerPathConfig {
  InputStage input;        // rectifier curve and converter between source and capacitor
  Capacitor capacitor;
  Volts initial_voltage;   // of the capacitor when the run begins
  Regulator regulator;     // thresholds and output stage between capacitor and rail
};

// Refuses what no circuit can be, naming the field: a capacitance of zero, thresholds in the wrong
// order or above the rating, an efficiency above 1.
Status check(const PowerPathConfig& config);

// A stretch of time in which the source does not change: one sample of a profile, or a part of one.
struct HarvestPiece {
  float value;       // watts or volts, as the source's format says
  Seconds duration;  // > 0
};

// The power path as it runs. One call of advance() is one step of the closed loop of the bench: the
// fine samples of the source go through the non-linear input stage one by one, and only what comes
// out is summed.
class PowerPath {
 public:
  // `config` has passed check(); `format` is that of the source whose pieces will come.
  PowerPath(const PowerPathConfig& config, const HarvestFormat& format);

  // Lets time pass while the board draws `charge` from the rail, evenly over the time. The rail may
  // come on or go off at the end of any piece (thresholds of the regulator).
  //
  //   pieces   [n] in order of time, n >= 1
  //   charge   >= 0; 0 while the rail is off
  void advance(std::span<const HarvestPiece> pieces, Coulombs charge);

  bool rail_on() const;
  bool power_good() const;
  Volts rail_voltage() const;     // 0 while the rail is off
  Volts storage_voltage() const;  // at the capacitor's terminals, without load
  // The charge that the rail gives until the regulator switches it off, were nothing harvested from
  // now on; 0 while the rail is off. The closed loop lets the board draw no more than this in one
  // step, so that the moment of a power failure is found to one instruction.
  Coulombs charge_to_brownout() const;
  // Switches the rail off now: the board drew all that charge_to_brownout() gave, but for less than
  // one instruction's.
  void brown_out();

  const PowerLedger& ledger() const { return ledger_; }

 private:
  PowerPathConfig config_;
  HarvestFormat format_;
  PowerLedger ledger_;
};

}  // namespace sunfleck
