#pragma once

#include <variant>

#include "core/base/result.h"
#include "core/base/units.h"

namespace sunfleck {

// A microcontroller without a regulator of its own.
struct ShepherdConstantCurrent {
  Amperes active{};  // while power is good
  Amperes asleep{};  // otherwise
};

// A microcontroller with a switching regulator.
struct ShepherdConstantPower {
  Watts active{};
  Watts asleep{};
};

struct ShepherdResistor {
  Ohms resistance{};      // > 1 mOhm
  bool switched = false;  // draws only while power is good
};

// A light-emitting diode behind a resistor.
struct ShepherdDiode {
  Volts forward_voltage{};    // > 0.2 V
  Amperes forward_current{};  // at that voltage, > 0
  Ohms resistance{};          // > 1 mOhm
  bool switched = false;      // draws only while power is good
};

// What the published simulator lets its virtual source supply.
using ShepherdTarget =
    std::variant<ShepherdConstantCurrent, ShepherdConstantPower, ShepherdResistor, ShepherdDiode>;

// Refuses, naming the field, what is not finite, negative or outside the ranges above.
Status check(const ShepherdTarget& target);

// What the target draws. A constant power draws nothing from a rail of 0 V.
//
// Source: circuit laws; the diode is Shockley's with an ideality of 2 and a junction at 100 C,
// solved as the published model does: at most ten steps, to 1e-6 of the current.
//
//   rail      >= 0
//   returns   >= 0
Amperes current_of(const ShepherdTarget& target, Volts rail, bool power_good);

}  // namespace sunfleck
