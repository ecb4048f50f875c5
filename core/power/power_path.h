#pragma once

#include <span>

#include "core/power/balance.h"
#include "core/power/capacitor.h"
#include "core/power/converter.h"
#include "core/power/harvest_cursor.h"
#include "core/power/harvester.h"
#include "core/power/input.h"
#include "core/power/ledger.h"
#include "core/power/regulator.h"
#include "core/power/storage.h"

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

// Likewise, and refuses a source that the path cannot take (check() of converter.h and of
// source_curve.h).
Status check(const PowerPathConfig& config, const HarvestFormat& format);

// The power path as it runs. One call of advance() is one step of the closed loop of the bench: the
// fine samples of the source go through the non-linear input stage one by one, and only what comes
// out is summed.
//
// Its state is the stored energy; the voltage follows from it. Source: circuit laws, solved for the
// mean currents of each piece (balance.h); README.md derives them. Energy is conserved to rounding
// for pieces of any length.
class PowerPath {
 public:
  // `config` has passed check() with `format`, which is that of the source whose pieces will come.
  // The rail is on from the beginning when the initial voltage has reached its threshold.
  PowerPath(const PowerPathConfig& config, const HarvestFormat& format);

  // Lets time pass while the board draws `charge` from the rail, evenly over the time. The rail may
  // come on or go off at the end of any piece, or at a check within it.
  //
  //   pieces   [n] in order of time, n >= 1
  //   charge   >= 0; 0 while the rail is off; at most charge_to_brownout(): what is beyond the
  //            capacitor's last drop is not delivered, and no share of it after the rail went off
  void advance(std::span<const HarvestPiece> pieces, Coulombs charge);

  bool rail_on() const { return rail_on_; }
  bool power_good() const { return power_good_; }
  Volts rail_voltage() const;                         // 0 while the rail is off
  Volts storage_voltage() const { return voltage_; }  // at the capacitor's terminals, without load
  // The charge that the rail gives until the regulator can no longer be on, were nothing harvested
  // from now on; 0 while the rail is off. The closed loop lets the board draw no more than this in
  // one step, so that the moment of a power failure is found to one instruction. Where thresholds
  // are compared at an interval, the rail ends at the lockout, or sooner at a comparison.
  //
  // Exact but for what takes its share over the time until then, which is unknown: leakage and
  // quiescent currents. A buck converter's efficiency depends on current and voltage, and so does
  // its loss in the series resistance: taken is that at the present voltage and of the last step
  // that drew any, or, before there was one, the best of the table without the resistance.
  Coulombs charge_to_brownout() const;
  // Switches the rail off now: the board drew all that charge_to_brownout() gave, but for less than
  // one instruction's.
  void brown_out();

  const PowerLedger& ledger() const { return ledger_; }

 private:
  // By which a piece may move the voltage where something depends on it that is taken as the piece
  // begins; others are passed in steps.
  static constexpr Volts most_voltage_step{5e-3};

  // The energies at which something happens.
  struct Levels {
    Joules on, off, good_on, good_off, lockout;
    Joules full;       // that the capacitor reaches
    Joules regulated;  // from which on the output stage gives its whole voltage
    Joules start;      // from which on one that always runs may start
  };
  // The leakage of a time: lost are first * E + later * rise, where E was stored before and the
  // other flows would have raised it by rise.
  struct Leak {
    Seconds time{};
    double first = 0.0;
    double later = 0.0;
  };
  struct Run;

  // Of one sample.
  void pass_sample(const float* sample, RunTime duration);
  void pass_in_steps(Seconds duration);
  bool is_curved(const Feed& feed) const;
  Before before(Seconds duration) const;
  Draw load() const;
  void book(const Flow& flow, const Draw& load, Seconds duration);
  Joules leaked(Joules rise, Seconds duration);
  void set_leak(Seconds duration);
  void clamp();
  void set_voltage();

  // Of a run of samples.
  std::uint32_t run_samples(const HarvestPiece& piece, std::uint32_t first);
  bool can_run() const;
  Run begin_run(Seconds duration, bool draws_power);
  void set_limits(Run& run) const;
  void end_run(const Run& run, bool draws_power);

  // Of the rail.
  void set_rail_current(Amperes current);
  bool is_switching() const;
  Watts buck_power(Volts storage) const;
  RunTime until_check() const;
  void compare_thresholds();
  void keep_stage();
  void start_stage();

  PowerPathConfig config_;
  Storage storage_;
  Input input_;
  EfficiencyMap buck_;
  Volts highest_;  // that the capacitor reaches
  Levels levels_;
  PowerLedger ledger_;
  PowerLedger carry_;  // what rounding took from the ledger's sums
  Joules energy_;      // stored
  Joules energy_carry_;
  Volts voltage_;               // that belongs to it
  Volts series_drop_;           // of the terminals over it in the last piece, negative under load
  Amperes rail_current_;        // that the board draws in this step, until the rail goes off
  Amperes known_rail_current_;  // the last above 0
  Watts known_power_;           // that a buck converter takes for it, if at all voltages the same
  Leak leak_;                   // of the last piece, for a constant capacitance
  RunTime now_{};
  RunTime next_check_{};
  bool rail_on_ = false;
  bool power_good_ = false;
  bool stage_runs_ = false;  // the output stage
};

}  // namespace sunfleck
