#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/clock.h"

namespace sunfleck {

// How fast a clock runs against the one it is compared with.
struct BoardClock {
  double drift = 0.0;        // a share: 20e-6 runs 20 ppm fast
  double uncertainty = 0.0;  // of that, one deviation
};

// How a pair of times was found.
enum class MarkKind : std::uint8_t {
  logic_edge,   // of a pin, seen on both clocks
  supply_step,  // the rail's rise, a step of the current, the transient of a boot
  arrival,      // received: it can be late by any time, and is early by mistake only
};

// One moment on two clocks.
struct ClockMark {
  RunTime clock{};      // on the clock that is fitted
  RunTime reference{};  // on the clock that it is compared with
  MarkKind kind = MarkKind::arrival;
  // One deviation of `reference`; of an arrival, that of its earliest possible time, which all
  // marks of a piece may share.
  Seconds deviation{};
};

// A stretch of a clock without a reset:
//
//   reference = clock + offset + rate * (clock - origin)
//
// `origin` is where the errors of offset and rate do not depend on each other, so that
//
//   uncertainty_at(clock)^2 = offset_deviation^2 + (rate_deviation * (clock - origin))^2
struct ClockLine {
  RunTime origin{};
  double offset = 0.0;            // s
  double offset_deviation = 0.0;  // s
  double rate = 0.0;              // a share: how much faster the reference runs
  double rate_deviation = 0.0;

  RunTime to_reference(RunTime clock) const;
  RunTime to_clock(RunTime reference) const;
  Seconds uncertainty_at(RunTime clock) const;  // one deviation
};

struct ClockFit {
  std::vector<ClockLine> lines;     // one for each piece; of a piece without marks: all zero
  std::optional<BoardClock> drift;  // of the clock against the reference, when the marks tell
};

// A quartz keeps its nominal frequency within this share over temperature and age: what is sold for
// boards is rated 10 to 50 ppm, and the reference is one as well.
inline constexpr double assumed_drift = 100e-6;

// Fits offset and drift of a clock that was reset between the pieces and runs at one rate in all of
// them.
//
// In a piece with marks that are no arrivals, those alone are used, weighted with 1 / deviation^2.
// In the others the line touches the arrivals from below. A delay is taken as distributed
// exponentially above its floor, with one mean m in all pieces: then the likelihood of n arrivals
// is that of a lower envelope,
//
//   log p(rate) = - sum over pieces of (sum of the delays above the touching line) / m
//
// which is concave and made of straight parts, with corners where the line touches two points of
// the lower convex hull. The estimate is its maximum together with the weighted squares of the
// other pieces; m is taken from the delays, the largest of their mean and what their first quartile
// and decile say, each where ten delays or more lie below it. The offset is the touching line less m / n, by which the first of n arrivals is late.
//
// Its uncertainty is the root mean square of the posterior about the estimate, over rates with a
// flat prior and offsets; to that come the marks' own deviation s, whole, because it may be common
// to all marks of a piece, and s * sqrt(2 / sum of the pieces' lengths squared) for the rate.
//
// Early by mistake: of 20 arrivals or more, up to one in 20 that come before the others by more
// than 10 m / n + 3 s are left out.
//
// The marks tell the drift when its uncertainty is below half that of the bound. If not, the rate
// is taken as 0, known to drift_bound / sqrt(3), the deviation of a drift that can be anywhere
// within the bound.
//
//   pieces       each in any order
//   drift_bound  > 0
// Source: Moon, Skelly, Towsley (INFOCOM 1999) for the envelope as a linear programme; the
// posterior of an exponential delay for its uncertainty.
ClockFit fit_clock(
    std::span<const std::vector<ClockMark>> pieces, double drift_bound = assumed_drift);

// A clock in stretches, mapped onto another: the samples of a meter onto the host's time, with a
// new stretch wherever samples were lost or the meter was started again.
class ClockMap {
 public:
  // What is known of a stretch. It lasts until the next one begins.
  struct Stretch {
    RunTime from{};  // on the clock; grows strictly from one stretch to the next
    std::vector<ClockMark> marks;
  };
  //   stretches   one or more, each with one mark or more
  explicit ClockMap(std::span<const Stretch> stretches, double drift_bound = assumed_drift);

  RunTime to_reference(RunTime clock) const;
  // Of a time between two stretches that neither reaches: where the second begins.
  RunTime to_clock(RunTime reference) const;
  Seconds uncertainty_at(RunTime clock) const;  // of to_reference(), one deviation
  const std::optional<BoardClock>& drift() const { return drift_; }

 private:
  std::size_t stretch_at(RunTime clock) const;

  std::vector<RunTime> from_;
  std::vector<ClockLine> lines_;
  std::optional<BoardClock> drift_;
};

}  // namespace sunfleck
