#pragma once

#include <cstdint>
#include <vector>

#include "core/energy/energy_curve.h"
#include "core/timeline/timeline.h"

namespace sunfleck {

// Energy at the rail that went into one activity, of one layer or mark pin where that has meaning.
struct Share {
  Activity activity = Activity::unattributed;
  std::uint16_t layer = no_layer;
  std::uint8_t mark = no_mark;
  std::uint64_t spans = 0;
  Seconds time;
  Seconds unmeasured;  // of the time: samples are missing, and `energy` has nothing of it
  Joules energy;
  Joules uncertainty;  // one deviation; what it holds, attribute() says
};

// What of a share fell into one inference, or into one power cycle.
struct Part {
  std::uint32_t index = 0;  // the inference, or the power cycle
  Activity activity = Activity::unattributed;
  std::uint16_t layer = no_layer;
  Seconds time;
  Joules energy;
  Joules uncertainty;  // one deviation
};

// Every joule of a run in exactly one share; the shares sum to the total.
struct Attribution {
  std::vector<Share> shares;  // by activity, layer and pin; those that did not occur are absent
  // The energy stack of each inference and of each power cycle: by index, activity and layer, those
  // that did not occur are absent. What lies before the first record of an inference counts to
  // inference 0; `off` is in neither.
  std::vector<Part> by_inference;
  std::vector<Part> by_power_cycle;
  Joules total;  // at the rail, from the samples until the timeline's end
  Seconds duration;

  // The sum of the shares of an activity, over all layers. Uncertainties are summed as they are:
  // the clock error that moves one layer's edge moves the others' too.
  Share of(Activity activity) const;
};

struct MeterNoise {
  Volts voltage;  // of one sample, one deviation
  Amperes current;
  RunTime edge_time{};  // of an edge of a mark pin against the samples, one deviation
};

// Integrates the power over each span of the timeline. A sample that several spans share is divided
// between them by fitted powers (sample_division.h).
//
//   returns   shares whose energies sum to the total to within rounding, and parts that sum to the
//             shares. The uncertainty of a share is the square root of
//
//     sum over power cycles c of (u_c * D_c)^2  +  noise variance of its samples  +  d^2 + v
//     +  (0.05 period * sum over power cycles of D_c)^2,
//     D_c = sum over its spans in c of  P(to) - P(from)
//
//   u_c is the deviation of the power cycle's clock: an error of it moves all edges of the cycle
//   that come from records by the same time, so the edges of one share add up before they are
//   squared, and an edge between two spans of one share has no effect. P is the mean of the fitted
//   powers on both sides of the edge. The rail's edges are the meter's own and do not move: they
//   count as P = 0. The clocks of different power cycles are independent.
//
//   The last term is how sharply samples tell where the power changes: what the board does begins a
//   little before or after the record that names it, in the same way each time.
//
//   d and v are what dividing samples leaves open: d in the same way in all spans of the share, v
//   in each its own. A part has of d what it has of the share's time in divided samples.
//
//   In a power cycle without records, and so without a clock, all edges within it are those of mark
//   pins. Each moves by itself, by noise.edge_time: the variance of a share has (edge_time * P)^2
//   of each of its edges.
//
// Source: propagation of error to first order; EnergyCurve::noise_variance for the samples.
Attribution attribute(const Timeline& timeline, const EnergyCurve& energy, const MeterNoise& noise);

}  // namespace sunfleck
