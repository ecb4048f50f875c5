#pragma once

#include "core/base/units.h"
#include "core/power/input.h"

namespace sunfleck {

// The capacitor as a piece of time begins.
struct Before {
  Seconds duration{};  // of the piece, > 0
  Volts voltage{};     // without load
  Joules energy{};
  Farads capacitance{};  // differential, at that voltage
  Ohms series{};
};

// What is drawn at the capacitor's terminals: a power whatever the voltage is, and a current.
struct Draw {
  Watts power{};
  Amperes current{};
};

// Means over a piece.
struct Flow {
  Volts terminals{};    // voltage at the capacitor's terminals
  Watts arriving{};     // at them, from the source
  Watts lost{};         // of the source's, in the stage, its diode and its resistance
  double served = 1.0;  // share of the load that the capacitor can bear, of 0 to 1
  Amperes net{};        // into the capacitor; not known without a series resistance or a current
  Watts esr_loss{};
  Joules rise{};  // of the stored energy
};

// The mean flows that agree with each other while a feed and a load last. With V the voltage
// without load as the piece begins, and I_net the mean current into the capacitor, its terminals
// are at V_t = V + (dt / 2C + R) I_net, where a power P is a current P / V_t. That gives
//
//   V_t^2 - (V + (dt / 2C + R) I) V_t = (dt / 2C + R) P
//
// for a net current I and a net power P. Every energy is the product of a mean current with V_t, or
// of a power with the time, so that their sum is that of the stored energy for pieces of any
// length. Where there is no current and no series resistance, V_t does not matter, and the result
// is exact for any C(v).
//
// A source whose current depends on V_t gives what it can there, never more: where both must be
// found, its current is sought between 0 and its most, and taken at the lower end. The load is
// served as far as the capacitor is not emptied and its resistance lets it.
//
// Source: circuit laws.
Flow balance(const Before& before, const Feed& feed, const Draw& load);

}  // namespace sunfleck
