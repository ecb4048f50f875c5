#pragma once

#include <optional>
#include <span>

#include "core/energy/energy_curve.h"
#include "core/instrument/instrument.h"

namespace sunfleck {

// What a meter's samples and edges are worth; one deviation each.
struct MeterAccuracy {
  RunTime edge{};  // of an edge's time against the samples
  Amperes current_noise;
  Volts voltage_noise;
};

// The energy at the rail while a mark pin was high.
struct MarkedEnergy {
  RunTime begin{}, end{};
  Joules energy{};
  Joules uncertainty{};  // one deviation
};

// The last time that `pin` (0 to 7) went high and low again.
//
//   edges    in order of time
//   returns  nothing when the pin did not, or when the samples do not cover it
//
// The uncertainty adds the noise of the samples (EnergyCurve::noise_variance), and for each of the
// two edges the step of power there times what is not known of its time; and times f * (1 - f)
// periods, where f is how far into its sample the edge lies: the sample's power is taken as even,
// although the step divides it.
std::optional<MarkedEnergy> energy_of_last_pulse(
    const EnergyCurve& curve, std::span<const MarkEdge> edges, unsigned pin,
    const MeterAccuracy& accuracy);

}  // namespace sunfleck
