#pragma once

#include "core/base/units.h"

namespace sunfleck {

// Where the energy of a power path went since it began. The planes of DESIGN.md section 3: what is
// harvested is at the source, what is stored at the capacitor, what is delivered at the rail.
//
// It closes: harvested + stored_at_start =
//   input_loss + clamped + leaked + esr_loss + output_loss + delivered + stored.
struct PowerLedger {
  Joules harvested;        // taken from the source, before rectifier and converter
  Joules input_loss;       // in rectifier, diode or boost converter, with its quiescent current
  Joules clamped;          // converted, but the capacitor was full
  Joules leaked;           // in the capacitor's leakage
  Joules esr_loss;         // in the capacitor's series resistance
  Joules output_loss;      // in the regulator: drop, efficiency, quiescent current, start-up charge
  Joules delivered;        // to the board, at the rail
  Joules stored;           // in the capacitor now
  Joules stored_at_start;  // in the capacitor when the path began

  // What does not balance; rounding only.
  Joules unbalanced() const {
    return harvested + stored_at_start -
        (input_loss + clamped + leaked + esr_loss + output_loss + delivered + stored);
  }
};

}  // namespace sunfleck
