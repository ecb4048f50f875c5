#include "core/timeline/clock_fit.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/timeline/clock_piece.h"

namespace sunfleck {
namespace {

constexpr double largest_rate = 0.02;  // twice what an RC oscillator is off

// All pieces, under a rate that is sought.
class RateFit {
 public:
  explicit RateFit(std::vector<ClockPiece> pieces) : pieces_(std::move(pieces)) {}

  // Finds rate and mean delay; `free` false: the rate is 0.
  void fit(bool free);
  ClockLine line(std::size_t index) const;
  double rate() const { return rate_; }
  // Mean square of the rate about the estimate, and what the marks' own deviations add.
  double rate_variance() const { return moment_ + common_variance(); }
  void take_rate_variance(double variance) { assumed_ = variance; }
  // Moments of the posterior, for line().
  void find_moments();

 private:
  double scale(const ClockPiece& piece) const { return std::hypot(mean_delay_, piece.deviation); }
  double log_density(double rate) const;
  double gradient(double rate, bool right) const;
  double best_rate() const;
  void find_mean_delay(bool free);
  double middle_rate() const;
  void fit_once(bool free);
  enum class Early { all_that_may_be, those_apart };
  bool leave_out(Early early);
  void fit_late(bool free);
  double common_variance() const;
  std::vector<double> delays(const ClockPiece& piece, const std::vector<ClockPoint>& points) const;
  double half_width(double sign) const;

  std::vector<ClockPiece> pieces_;
  double rate_ = 0.0;
  double mean_delay_ = 0.0;             // s
  double moment_ = 0.0;                 // E[(r - rate)^2]
  std::vector<double> cross_, square_;  // [pieces] E[(r - rate) * d], E[d^2], d of the offset at r
  std::optional<double> assumed_;
};

// Up to a constant.
double RateFit::log_density(double rate) const {
  double sum = 0.0;
  for (const ClockPiece& piece : pieces_) {
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
  for (const ClockPiece& piece : pieces_) {
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
  for (const ClockPiece& piece : pieces_) {
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
std::vector<double> RateFit::delays(
    const ClockPiece& piece, const std::vector<ClockPoint>& points) const {
  const double offset = piece.offset(rate_);
  std::vector<double> delays;
  delays.reserve(points.size());
  for (const ClockPoint& point : points)
    delays.push_back(point.y - rate_ * point.x - offset);
  return delays;
}

// The delays above those that the line touches are distributed as all are.
void RateFit::find_mean_delay(bool free) {
  std::vector<double> all;
  std::size_t touched = free ? 1 : 0;
  for (const ClockPiece& piece : pieces_) {
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

// Returns whether there were any.
bool RateFit::leave_out(Early early) {
  bool found = false;
  for (ClockPiece& piece : pieces_) {
    if (piece.may_be_early == 0) continue;
    const std::vector<double> in_order = delays(piece, piece.all);
    std::vector<double> sorted = in_order;
    std::size_t first = piece.may_be_early;
    std::ranges::partial_sort(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(first + 1));
    const double step = 10.0 * mean_delay_ / piece.count + 3.0 * piece.deviation;
    while (early == Early::those_apart && first > 0 && sorted[first] - sorted[first - 1] <= step)
      --first;
    std::vector<ClockPoint> kept;
    for (std::size_t i = 0; i < in_order.size(); ++i)
      if (in_order[i] >= sorted[first]) kept.push_back(piece.all[i]);
    take_arrivals(piece, std::move(kept));
    found = found || first > 0;
  }
  return found;
}

void RateFit::fit_once(bool free) {
  rate_ = free ? best_rate() : 0.0;
  find_mean_delay(free);
}

// Of least squares over the arrivals: a few that are early hardly move it.
double RateFit::middle_rate() const {
  double sxx = 0.0;
  double sxy = 0.0;
  for (const ClockPiece& piece : pieces_) {
    for (const ClockPoint& point : piece.all) {
      const double x = point.x - piece.mean_x;
      sxx += x * x;
      sxy += x * (point.y - piece.mean_y);
    }
  }
  return sxx > 0.0 ? sxy / sxx : 0.0;
}

// Without those that are early, from a line that none of them holds: first all that may be early
// are left out, then those that are apart from the others.
void RateFit::fit_late(bool free) {
  constexpr int rounds = 6;
  rate_ = free ? middle_rate() : 0.0;
  leave_out(Early::all_that_may_be);
  for (int round = 0; round < rounds; ++round) {
    fit_once(free);
    leave_out(round < rounds / 2 ? Early::all_that_may_be : Early::those_apart);
  }
  fit_once(free);
}

// Where there are edges too, the rate depends on the mean delay. A line that early arrivals hold
// makes all others late.
void RateFit::fit(bool free) {
  constexpr double not_later = 1.1;
  fit_once(free);
  fit_once(free);
  const bool some_may_be_early =
      std::ranges::any_of(pieces_, [](const ClockPiece& piece) { return piece.may_be_early > 0; });
  if (!some_may_be_early) return;
  RateFit late = *this;
  late.fit_late(free);
  RateFit without = *this;
  const bool some_apart = without.leave_out(Early::those_apart);
  if (some_apart || mean_delay_ > not_later * late.mean_delay_) *this = std::move(late);
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
  constexpr int steps = 40;
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
  for (const ClockPiece& piece : pieces_) {
    if (piece.points.empty() || !piece.is_envelope()) continue;
    lengths += piece.length() * piece.length();
    variance = std::max(variance, piece.deviation * piece.deviation);
  }
  return lengths > 0.0 ? 2.0 * variance / lengths : 0.0;
}

ClockLine RateFit::line(std::size_t index) const {
  const ClockPiece& piece = pieces_[index];
  ClockLine line{.rate = rate_};
  if (piece.points.empty()) return line;
  double own = 0.0;
  double origin = 0.0;
  double variance = 0.0;
  const double offset = piece.offset(rate_);
  if (piece.is_envelope()) {
    const double late = mean_delay_ / piece.count;
    own = 2.0 * late * late + piece.deviation * piece.deviation;
    origin = piece.hull[piece.touch(rate_, false)].x;
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

ClockFit fit_clock(std::span<const std::vector<ClockMark>> pieces, double drift_bound) {
  std::vector<ClockPiece> kept;
  kept.reserve(pieces.size());
  for (const std::vector<ClockMark>& marks : pieces)
    kept.push_back(piece_of(marks));
  RateFit fit(kept);
  fit.fit(true);
  fit.find_moments();
  const double assumed = drift_bound / std::numbers::sqrt3;
  ClockFit result;
  const double deviation = std::sqrt(fit.rate_variance());
  if (deviation < 0.5 * assumed && std::abs(fit.rate()) < largest_rate) {
    const double drift = 1.0 / (1.0 + fit.rate()) - 1.0;
    result.drift = BoardClock{.drift = drift, .uncertainty = deviation};
  } else {
    fit = RateFit(std::move(kept));
    fit.fit(false);
    fit.take_rate_variance(assumed * assumed);
  }
  result.lines.reserve(pieces.size());
  for (std::size_t i = 0; i < pieces.size(); ++i)
    result.lines.push_back(fit.line(i));
  return result;
}

}  // namespace sunfleck
