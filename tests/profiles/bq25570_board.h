#pragma once

#include <filesystem>
#include <vector>

#include "core/power/power_path.h"

// What can be known of a real BQ25570 board from measurements of its parts, without looking at how
// long its output was on: the efficiency grids of a source-measure unit, the capacitor's charge and
// self-discharge, the times and voltages visible in the waveforms, and the resistors that set its
// thresholds.
//
// The board: a solar cell on V_IN, a ceramic capacitor of nominally 100 uF on V_STOR = V_BAT, 1
// kOhm on V_OUT = 1.8 V. Variant 2: BAT_OK enables the buck converter. Variant 3: the converter is
// always on, and BAT_OK switches the load. A logic analyser of 2 MOhm hangs on V_BAT.
struct Bq25570Board {
  sunfleck::EfficiencyTable boost;
  sunfleck::EfficiencyTable buck;
  std::vector<sunfleck::Volts> bias_voltage;  // of the capacitor alone, from its charge curve
  std::vector<sunfleck::Farads> capacitance;
  sunfleck::Ohms insulation;         // of the capacitor alone, from its self-discharge
  sunfleck::Farads parallel;         // what the board has besides that capacitor
  sunfleck::Farads output;           // on V_OUT, from its decay into the load
  sunfleck::Volts rail;              // V_OUT while the load is on
  double share = 0.0;                // V_IN while harvesting over V_IN in the pauses
  sunfleck::RunTime check_interval;  // of BAT_OK
  sunfleck::RunTime pause;           // in which V_oc is sampled
  sunfleck::RunTime interval;        // between two pauses
};

inline constexpr sunfleck::Ohms board_load{1000.0};
inline constexpr sunfleck::Ohms analyser{2e6};

// Derives all of it from the files below `folder`, which must be there.
Bq25570Board measure_board(const std::filesystem::path& folder);

// The power path of the board with these parameters.
sunfleck::PowerPathConfig board_path(const Bq25570Board& board, bool always_on);

// A recording's lines of numbers, in columns; lines with anything else are left out. Fields are
// parted by ';' (then the decimal sign may be a comma) or ','.
using Columns = std::vector<std::vector<double>>;
Columns read_columns(const std::filesystem::path& file);
