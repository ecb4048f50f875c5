#include "core/timeline/clock_fit.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace sunfleck {
namespace {

constexpr double largest_rate = 0.02;  // twice what an RC oscillator is off

// Seconds of the clock since the piece's first mark, and how far the reference is ahead.
struct Point {
  double x = 0.0;
  double y = 0.0;
};

// A piece whose offset the arrivals tell, or the other marks.
struct Piece {
  RunTime zero{};              // of x
  RunTime ahead{};             // of y: the reference less the clock
  std::vector<Point> points;   // in order of x; of arrivals, those that are not early
  std::vector<Point> all;      // the early ones too
  std::vector<Point> hull;     // of arrivals: the lower convex hull
  std::vector<double> slopes;  // of its edges, growing
  double count = 0.0;
  std::size_t may_be_early = 0;  // of all
  double deviation = 0.0;  // s
  double mean_x = 0.0;     // of the other marks: weighted
  double mean_y = 0.0;
  double weight = 0.0;  // of the other marks: sum of 1 / deviation^2
  double sxx = 0.0;     // of the other marks: sum of weight * (x - mean_x)^2
  double sxy = 0.0;

  bool is_envelope() const { return weight == 0.0; }
  double length() const { return points.back().x - points.front().x; }
  // The first vertex of the hull at which a line of this rate may touch, or the last.
  std::size_t touch(double rate, bool last) const {
    const auto edge = last ? std::ranges::upper_bound(slopes, rate)
                           : std::ranges::lower_bound(slopes, rate);
    return static_cast<std::size_t>(edge - slopes.begin());
  }
  // Where the best line of this rate passes x = 0.
  double offset(double rate) const {
    if (!is_envelope()) return mean_y - rate * mean_x;
    const Point& at = hull[touch(rate, false)];
    return at.y - rate * at.x;
  }
};

void find_hull(Piece& piece) {
  piece.hull.clear();
  piece.slopes.clear();
  const auto turns_right = [](const Point& a, const Point& b, const Point& c) {
    return (b.x - a.x) * (c.y - a.y) <= (b.y - a.y) * (c.x - a.x);
  };
  for (const Point& point : piece.points) {
    if (!piece.hull.empty() && piece.hull.back().x == point.x) continue;  // y is no lower
    while (piece.hull.size() > 1 &&
           turns_right(piece.hull[piece.hull.size() - 2], piece.hull.back(), point))
      piece.hull.pop_back();
    piece.hull.push_back(point);
  }
  for (std::size_t i = 1; i < piece.hull.size(); ++i)
    piece.slopes.push_back(
        (piece.hull[i].y - piece.hull[i - 1].y) / (piece.hull[i].x - piece.hull[i - 1].x));
}

void take_arrivals(Piece& piece, std::vector<Point> points) {
  piece.points = std::move(points);
  piece.count = static_cast<double>(piece.points.size());
  piece.mean_x = piece.mean_y = 0.0;
  for (const Point& point : piece.points) {
    piece.mean_x += point.x / piece.count;
    piece.mean_y += point.y / piece.count;
  }
  find_hull(piece);
}

void take_edges(Piece& piece, const std::vector<double>& weights) {
  piece.weight = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    piece.mean_x += weights[i] / piece.weight * piece.points[i].x;
    piece.mean_y += weights[i] / piece.weight * piece.points[i].y;
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double x = piece.points[i].x - piece.mean_x;
    piece.sxx += weights[i] * x * x;
    piece.sxy += weights[i] * x * (piece.points[i].y - piece.mean_y);
  }
}

Piece piece_of(const std::vector<ClockMark>& marks) {
  constexpr double least_deviation = 1e-9;  // the resolution of RunTime
  Piece piece;
  if (marks.empty()) return piece;
  piece.zero = marks.front().clock;
  piece.ahead = marks.front().reference - marks.front().clock;
  const bool has_edges =
      std::ranges::any_of(marks, [](const ClockMark& mark) { return mark.kind != MarkKind::arrival; });
  std::vector<double> weights;
  for (const ClockMark& mark : marks) {
    if (has_edges && mark.kind == MarkKind::arrival) continue;
    piece.points.push_back(
        {.x = to_seconds(mark.clock - piece.zero).si,
         .y = to_seconds(mark.reference - mark.clock - piece.ahead).si});
    const double deviation = std::max(least_deviation, mark.deviation.si);
    weights.push_back(1.0 / (deviation * deviation));
    piece.deviation = std::max(piece.deviation, deviation);
  }
  constexpr std::size_t in_so_many = 20;
  if (has_edges) {
    take_edges(piece, weights);
  } else {
    std::ranges::sort(piece.points, [](const Point& a, const Point& b) {
      return a.x != b.x ? a.x < b.x : a.y < b.y;
    });
    piece.all = piece.points;
    piece.may_be_early = piece.all.size() / in_so_many;
    take_arrivals(piece, piece.all);
  }
  return piece;
}

// All pieces, under a rate that is sought.
class RateFit {
 public:
  explicit RateFit(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}

  // Finds rate and mean delay; `free` false: the rate is 0.
  void fit(bool free);
  ClockLine line(std::size_t piece) const;
  double rate() const { return rate_; }
  // Mean square of the rate about the estimate, and what the marks' own deviations add.
  double rate_variance() const { return moment_ + common_variance(); }
  void take_rate_variance(double variance) { assumed_ = variance; }
  // Moments of the posterior, for line().
  void find_moments();

 private:
  double scale(const Piece& piece) const { return std::hypot(mean_delay_, piece.deviation); }
  double log_density(double rate) const;
  double gradient(double rate, bool right) const;
  double best_rate() const;
  void find_mean_delay(bool free);
  double middle_rate() const;
  void fit_once(bool free);
  enum class Early { all_that_may_be, those_apart };
  void leave_out(Early early);
  double common_variance() const;
  std::vector<double> delays(const Piece& piece, const std::vector<Point>& points) const;
  double half_width(double sign) const;

  std::vector<Piece> pieces_;
  double rate_ = 0.0;
  double mean_delay_ = 0.0;  // s
  double moment_ = 0.0;      // E[(r - rate)^2]
  std::vector<double> cross_, square_;  // [pieces] E[(r - rate) * d], E[d^2], d of the offset at r
  std::optional<double> assumed_;
};

// Up to a constant.
double RateFit::log_density(double rate) const {
  double sum = 0.0;
  for (const Piece& piece : pieces_) {
    if (piece.points.empty()) continue;
    if (piece.is_envelope()) {
      const double mean = piece.mean_y - rate * piece.mean_x - piece.offset(rate);
      sum -= piece.count * mean / scale(piece);
    } else {
      sum -= rate * (0.5 * rate * piece.sxx - piece.sxy);
    }
  }
  return sum;
}

double RateFit::gradient(double rate, bool right) const {
  double sum = 0.0;
  for (const Piece& piece : pieces_) {
    if (piece.points.empty()) continue;
    if (piece.is_envelope())
      sum += piece.count * (piece.mean_x - piece.hull[piece.touch(rate, right)].x) / scale(piece);
    else
      sum += piece.sxy - rate * piece.sxx;
  }
  return sum;
}

// Where the gradient changes its sign: at a corner, or between two.
double RateFit::best_rate() const {
  std::vector<double> corners;
  double curvature = 0.0;
  for (const Piece& piece : pieces_) {
    corners.insert(corners.end(), piece.slopes.begin(), piece.slopes.end());
    curvature += piece.sxx;
  }
  std::ranges::sort(corners);
  const auto corner = std::ranges::partition_point(
      corners, [this](double rate) { return gradient(rate, true) > 0.0; });
  if (corner != corners.end() && gradient(*corner, false) >= 0.0) return *corner;
  if (curvature == 0.0) return corner == corners.end() ? 0.0 : *corner;
  const double below = corner != corners.end() ? *corner : corners.empty() ? 0.0 : corners.back();
  return below + gradient(below, corner == corners.end()) / curvature;
}

// Of `points`, above the line; below 0 of those that come before it.
std::vector<double> RateFit::delays(const Piece& piece, const std::vector<Point>& points) const {
  const double offset = piece.offset(rate_);
  std::vector<double> delays;
  delays.reserve(points.size());
  for (const Point& point : points)
    delays.push_back(point.y - rate_ * point.x - offset);
  return delays;
}

// The delays above those that the line touches are distributed as all are.
void RateFit::find_mean_delay(bool free) {
  std::vector<double> all;
  std::size_t touched = free ? 1 : 0;
  for (const Piece& piece : pieces_) {
    if (piece.points.empty() || !piece.is_envelope()) continue;
    const std::vector<double> some = delays(piece, piece.points);
    all.insert(all.end(), some.begin(), some.end());
    ++touched;
  }
  mean_delay_ = 0.0;
  if (all.size() <= touched) return;
  const std::size_t rest = all.size() - touched;
  mean_delay_ = std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(rest);
  constexpr std::size_t enough = 10;
  for (const std::size_t part : {4U, 10U}) {
    if (rest / part < enough) continue;
    const auto quantile = all.begin() + static_cast<std::ptrdiff_t>(touched + rest / part);
    std::nth_element(all.begin(), quantile, all.end());
    mean_delay_ = std::max(mean_delay_, *quantile / -std::log1p(-1.0 / static_cast<double>(part)));
  }
}

void RateFit::leave_out(Early early) {
  for (Piece& piece : pieces_) {
    if (piece.may_be_early == 0) continue;
    const std::vector<double> in_order = delays(piece, piece.all);
    std::vector<double> sorted = in_order;
    std::size_t first = piece.may_be_early;
    std::ranges::partial_sort(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(first + 1));
    const double step = 10.0 * mean_delay_ / piece.count + 3.0 * piece.deviation;
    while (early == Early::those_apart && first > 0 && sorted[first] - sorted[first - 1] <= step)
      --first;
    std::vector<Point> kept;
    for (std::size_t i = 0; i < in_order.size(); ++i)
      if (in_order[i] >= sorted[first]) kept.push_back(piece.all[i]);
    take_arrivals(piece, std::move(kept));
  }
}

void RateFit::fit_once(bool free) {
  rate_ = free ? best_rate() : 0.0;
  find_mean_delay(free);
}

// Of least squares over the arrivals: a few that are early hardly move it.
double RateFit::middle_rate() const {
  double sxx = 0.0;
  double sxy = 0.0;
  for (const Piece& piece : pieces_) {
    for (const Point& point : piece.all) {
      const double x = point.x - piece.mean_x;
      sxx += x * x;
      sxy += x * (point.y - piece.mean_y);
    }
  }
  return sxx > 0.0 ? sxy / sxx : 0.0;
}

// First as if all that may be early were: a line through early arrivals would hide them.
void RateFit::fit(bool free) {
  constexpr int rounds = 8;
  const bool some_may_be_early = std::ranges::any_of(
      pieces_, [](const Piece& piece) { return piece.may_be_early > 0; });
  rate_ = free ? middle_rate() : 0.0;
  leave_out(Early::all_that_may_be);
  for (int round = 0; some_may_be_early && round < rounds; ++round) {
    fit_once(free);
    leave_out(round < rounds / 2 ? Early::all_that_may_be : Early::those_apart);
  }
  fit_once(free);
  fit_once(free);  // where there are edges too, the rate depends on the mean delay
}

// Beyond it the density is negligible, or the rate is none of a clock.
double RateFit::half_width(double sign) const {
  constexpr double negligible = -25.0;
  const double best = log_density(rate_);
  double width = 1e-13;
  while (width < largest_rate && log_density(rate_ + sign * width) - best > negligible)
    width *= 2.0;
  return width;
}

void RateFit::find_moments() {
  constexpr int steps = 100;
  cross_.assign(pieces_.size(), 0.0);
  square_.assign(pieces_.size(), 0.0);
  moment_ = 0.0;
  const double best = log_density(rate_);
  double total = 0.0;
  for (const double sign : {-1.0, 1.0}) {
    const double step = sign * half_width(sign) / steps;
    for (int i = 0; i < steps; ++i) {
      const double away = (i + 0.5) * step;
      const double mass = std::abs(step) * std::exp(log_density(rate_ + away) - best);
      total += mass;
      moment_ += mass * away * away;
      for (std::size_t k = 0; k < pieces_.size(); ++k) {
        if (pieces_[k].points.empty()) continue;
        const double moved = pieces_[k].offset(rate_ + away) - pieces_[k].offset(rate_);
        cross_[k] += mass * away * moved;
        square_[k] += mass * moved * moved;
      }
    }
  }
  moment_ /= total;
  for (std::size_t k = 0; k < pieces_.size(); ++k) {
    cross_[k] /= total;
    square_[k] /= total;
  }
}

double RateFit::common_variance() const {
  double lengths = 0.0;
  double variance = 0.0;
  for (const Piece& piece : pieces_) {
    if (piece.points.empty() || !piece.is_envelope()) continue;
    lengths += piece.length() * piece.length();
    variance = std::max(variance, piece.deviation * piece.deviation);
  }
  return lengths > 0.0 ? 2.0 * variance / lengths : 0.0;
}

ClockLine RateFit::line(std::size_t index) const {
  const Piece& piece = pieces_[index];
  ClockLine line{.rate = rate_};
  if (piece.points.empty()) return line;
  double own = 0.0;
  double origin = 0.0;
  double variance = 0.0;
  double offset = piece.offset(rate_);
  if (piece.is_envelope()) {
    const double late = mean_delay_ / piece.count;
    own = late * late + piece.deviation * piece.deviation;
    origin = piece.hull[piece.touch(rate_, false)].x;
    offset -= late;
  } else {
    own = 1.0 / piece.weight;
    origin = piece.mean_x;
  }
  if (!assumed_ && moment_ > 0.0) {
    origin = -cross_[index] / moment_;
    variance = std::max(0.0, square_[index] - cross_[index] * cross_[index] / moment_);
  }
  line.origin = piece.zero + to_run_time({origin});
  line.offset = to_seconds(piece.ahead).si + offset + rate_ * origin;
  line.offset_deviation = std::sqrt(own + variance);
  line.rate_deviation = std::sqrt(assumed_.value_or(rate_variance()));
  return line;
}

}  // namespace

RunTime ClockLine::to_reference(RunTime clock) const {
  return clock + to_run_time({offset + rate * to_seconds(clock - origin).si});
}

RunTime ClockLine::to_clock(RunTime reference) const {
  const RunTime near = reference - origin - to_run_time({offset});
  return origin + to_run_time({to_seconds(near).si / (1.0 + rate)});
}

Seconds ClockLine::uncertainty_at(RunTime clock) const {
  return {std::hypot(offset_deviation, rate_deviation * to_seconds(clock - origin).si)};
}

ClockFit fit_clock(std::span<const std::vector<ClockMark>> marks, double drift_bound) {
  std::vector<Piece> pieces;
  pieces.reserve(marks.size());
  for (const std::vector<ClockMark>& piece : marks)
    pieces.push_back(piece_of(piece));
  RateFit fit(pieces);
  fit.fit(true);
  fit.find_moments();
  const double assumed = drift_bound / std::numbers::sqrt3;
  ClockFit result;
  const double deviation = std::sqrt(fit.rate_variance());
  if (deviation < 0.5 * assumed && std::abs(fit.rate()) < largest_rate) {
    const double drift = 1.0 / (1.0 + fit.rate()) - 1.0;
    result.drift = BoardClock{.drift = drift, .uncertainty = deviation};
  } else {
    fit = RateFit(std::move(pieces));
    fit.fit(false);
    fit.take_rate_variance(assumed * assumed);
  }
  result.lines.reserve(marks.size());
  for (std::size_t i = 0; i < marks.size(); ++i)
    result.lines.push_back(fit.line(i));
  return result;
}

ClockMap::ClockMap(std::span<const Stretch> stretches, double drift_bound) {
  std::vector<std::vector<ClockMark>> pieces;
  for (const Stretch& stretch : stretches) {
    from_.push_back(stretch.from);
    pieces.push_back(stretch.marks);
  }
  ClockFit fit = fit_clock(pieces, drift_bound);
  lines_ = std::move(fit.lines);
  drift_ = fit.drift;
}

std::size_t ClockMap::stretch_at(RunTime clock) const {
  const auto next = std::ranges::upper_bound(from_, clock);
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(1, next - from_.begin()) - 1);
}

RunTime ClockMap::to_reference(RunTime clock) const {
  return lines_[stretch_at(clock)].to_reference(clock);
}

RunTime ClockMap::to_clock(RunTime reference) const {
  std::size_t i = lines_.size() - 1;
  while (i > 0 && lines_[i].to_reference(from_[i]) > reference)
    --i;
  const RunTime clock = lines_[i].to_clock(reference);
  return i + 1 < lines_.size() ? std::min(clock, from_[i + 1]) : clock;
}

Seconds ClockMap::uncertainty_at(RunTime clock) const {
  return lines_[stretch_at(clock)].uncertainty_at(clock);
}

}  // namespace sunfleck
