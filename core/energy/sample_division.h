#pragma once

#include <vector>

#include "core/energy/energy_curve.h"
#include "core/timeline/timeline.h"

namespace sunfleck {

// What the spans of a timeline got of the samples, and what dividing samples left open.
struct SampleDivision {
  struct OfSpan {
    double energy = 0.0;      // J
    double variance = 0.0;    // J^2, of dividing, that is another in each span
    double divided = 0.0;     // s, of the span, in samples that it shares with others
    double power_from = 0.0;  // W, next to its edges
    double power_to = 0.0;
  };
  // An activity of a layer or mark pin.
  struct Kind {
    Activity activity = Activity::unattributed;
    std::uint16_t layer = no_layer;
    std::uint8_t mark = no_mark;
    double divided = 0.0;    // s, sum over its spans
    double deviation = 0.0;  // J, of its energy, that all its spans have in common
  };
  std::vector<OfSpan> spans;       // [timeline.spans]
  std::vector<std::size_t> kinds;  // [timeline.spans] into `kind`
  std::vector<Kind> kind;
};

// Gives each span the energy of the samples that lie in it, and its part of those that it shares
// with its neighbours. A sample's energy is divided and never changed, so that the spans' energies
// sum to that of the curve to within rounding.
//
// A shared sample cannot be divided by time alone: a commit draws three times what the compute
// before it does, in the same way each time, so that the error would be the same each time. But the
// edges meet the samples in ever other places, which tells the power near an edge finer than a
// sample is. The model is linear: a span draws, at a distance from its nearer edge, a power that
// depends on the distance (in steps of 6, 13, 25, 45 and 100 % of a sample), on its kind, on which
// of its edges that is, and on the activity beyond it. Such a power is the mean power of the kind
// in samples of its own, give or take as much again, or the mean power of the run where that is
// more; that of `off` is 0, so that a sample in which the rail came or went belongs to the time
// that it was on. It is fitted to the shared samples, and to the first and the last sample that a
// span has for itself, by generalised least squares with this prior, where what a part of a sample
// draws beyond the model is a share of its expected energy, the same wherever the same kinds meet,
// taken from the residuals (5 %, worth ten samples, until there are some).
//
//   energy of a part = model + residual of the sample, by the squares of the expected energies
//
// A sample that is missing takes no part in the fit, and its spans get nothing of it.
//
// The errors of the fitted powers are common to all spans of a kind: `deviation` is what the
// posterior covariance makes of them in the sum over the kind. What the residuals leave open
// differs from span to span: `variance`.
//
// Source: Gauss-Markov with a normal prior (ridge regression), Rasmussen and Williams, Gaussian
// Processes for Machine Learning, 2.1; equivalent-time sampling for the idea.
SampleDivision divide_samples(
    const Timeline& timeline, const EnergyCurve& energy, Volts voltage_noise,
    Amperes current_noise);

}  // namespace sunfleck
