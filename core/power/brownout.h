#pragma once

#include "core/base/units.h"
#include "core/power/storage.h"

namespace sunfleck {

// The time for which a capacitor gives a power while nothing comes in.
//
//   series   in series with the capacitance, >= 0
//   power    at its terminals, > 0
//   from     voltage without load that it begins at
//   to       and that it ends at; sooner, where the resistance lets the power no longer through
//
// Source: C(v) dv/dt = -I with I (v - R I) = P. With a^2 = 4 R P, below which there is no such
// current, and w = sqrt(v^2 - a^2), 1/I = (v + w) / 2P; with C(v) = k + s v in a segment,
// t = 1/2P [k (v^2 + v w - a^2 ln(v + w)) / 2 + s (v^3 + w^3) / 3].
Seconds time_at_power(const Storage& storage, Ohms series, Watts power, Volts from, Volts to);

}  // namespace sunfleck
