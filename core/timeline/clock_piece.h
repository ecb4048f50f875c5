#pragma once

#include <algorithm>
#include <vector>

#include "core/timeline/clock_fit.h"

// What fit_clock() keeps of the marks of one piece.

namespace sunfleck {

// Seconds of the clock since the piece's first mark, and how far the reference is ahead.
struct ClockPoint {
  double x = 0.0;
  double y = 0.0;
};

// A piece whose offset the arrivals tell, or the other marks.
struct ClockPiece {
  RunTime zero{};                  // of x
  RunTime ahead{};                 // of y: the reference less the clock
  std::vector<ClockPoint> points;  // in order of x; of arrivals, those that are not early
  std::vector<ClockPoint> all;     // the early ones too
  std::vector<ClockPoint> hull;    // of arrivals: the lower convex hull
  std::vector<double> slopes;      // of its edges, growing
  double count = 0.0;
  std::size_t may_be_early = 0;  // of all
  double deviation = 0.0;        // s
  double mean_x = 0.0;           // of the other marks: weighted
  double mean_y = 0.0;
  double weight = 0.0;  // of the other marks: sum of 1 / deviation^2
  double sxx = 0.0;     // of the other marks: sum of weight * (x - mean_x)^2
  double sxy = 0.0;

  bool is_envelope() const { return weight == 0.0; }
  double length() const { return points.back().x - points.front().x; }
  // The first vertex of the hull at which a line of this rate may touch, or the last.
  std::size_t touch(double rate, bool last) const {
    const auto edge =
        last ? std::ranges::upper_bound(slopes, rate) : std::ranges::lower_bound(slopes, rate);
    return static_cast<std::size_t>(edge - slopes.begin());
  }
  // Where the best line of this rate passes x = 0.
  double offset(double rate) const {
    if (!is_envelope()) return mean_y - rate * mean_x;
    const ClockPoint& at = hull[touch(rate, false)];
    return at.y - rate * at.x;
  }
};

ClockPiece piece_of(const std::vector<ClockMark>& marks);
// Makes `points`, in order of x, the arrivals of the piece that are not early.
void take_arrivals(ClockPiece& piece, std::vector<ClockPoint> points);

}  // namespace sunfleck
