#include "core/power/autocorrelation.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace sunfleck {

void Autocorrelation::Level::add(double value) {
  if (end == recent.size()) {
    correlate();
    std::copy(recent.end() - lags, recent.end(), recent.begin());
    begin = end = lags;
  }
  if (count < lags) first[count] = value;
  ++count;
  recent[end++] = value;
}

void Autocorrelation::Level::correlate() {
  // Four lags at a time: as many sums as an adder has stages.
  for (std::size_t i = 0; i < lags; i += 4) {
    double a = 0.0;
    double b = 0.0;
    double c = 0.0;
    double d = 0.0;
    for (std::size_t t = begin; t < end; ++t) {
      const double* before = &recent[t - lags + i];
      a += recent[t] * before[0];
      b += recent[t] * before[1];
      c += recent[t] * before[2];
      d += recent[t] * before[3];
    }
    products[i] += a;
    products[i + 1] += b;
    products[i + 2] += c;
    products[i + 3] += d;
  }
  for (; begin < end; ++begin) {
    squares += recent[begin] * recent[begin];
    sum += recent[begin];
  }
}

// As add() `more` times, after the last `lags` values were the same already.
void Autocorrelation::Level::add_same(double value, std::uint64_t more) {
  const auto times = static_cast<double>(more);
  for (double& product : products)
    product += times * value * value;
  squares += times * value * value;
  sum += times * value;
  count += more;
}

double Autocorrelation::Level::covariance(std::size_t lag) const {
  const auto pairs = static_cast<double>(count - lag);
  const double* last = recent.data() + (end - lag);
  const double earlier = sum - std::accumulate(last, last + lag, 0.0);
  const double later = sum - std::accumulate(first.data(), first.data() + lag, 0.0);
  const double products_of_lag = lag == 0 ? squares : products[lags - lag];
  return products_of_lag / pairs - earlier / pairs * (later / pairs);
}

void Autocorrelation::add(double value, std::uint64_t count) {
  if (levels_.empty()) origin_ = value;
  add_to(0, value - origin_, count);
}

void Autocorrelation::add_to(std::size_t level, double value, std::uint64_t count) {
  // One by one until the last values are all the same, and no half of a mean is left over.
  for (std::uint64_t same = 0; count > 0 && (same < lags || levels_[level].half); ++same) {
    add_one(level, value);
    --count;
  }
  if (count == 0) return;
  levels_[level].add_same(value, count);
  if (count % 2 == 1) levels_[level].half = value;
  add_to(level + 1, value, count / 2);
}

void Autocorrelation::add_one(std::size_t level, double value) {
  for (;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    levels_[level].add(value);
    std::optional<double>& half = levels_[level].half;
    if (!half) {
      half = value;
      return;
    }
    value = 0.5 * (*half + value);
    half.reset();
  }
}

std::vector<Autocorrelation::Point> Autocorrelation::points() const {
  std::vector<Level> levels = levels_;
  for (Level& level : levels)
    level.correlate();
  std::vector<Point> found;
  const double variance = levels.empty() ? 0.0 : levels.front().covariance(0);
  if (!(variance > 0.0)) return found;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    for (std::size_t i = level == 0 ? 0 : lags / 2 + 1; i <= lags; ++i) {
      if (levels[level].count < 2 * i) return found;
      found.push_back(
          {.lag = std::ldexp(static_cast<double>(i), static_cast<int>(level)),
           .correlation = levels[level].covariance(i) / variance});
    }
  }
  return found;
}

std::optional<double> Autocorrelation::decay() const {
  constexpr double wanted = 1.0 / std::numbers::e;
  const std::vector<Point> all = points();
  const auto is_below = [](const Point& point) { return point.correlation <= wanted; };
  const auto below = std::ranges::find_if(all, is_below);
  if (below == all.end()) return std::nullopt;
  const Point& before = *std::prev(below);  // there is one: at lag 0 it is 1
  const double share = below->correlation > 0.0
      ? std::log(before.correlation / wanted) / std::log(before.correlation / below->correlation)
      : (before.correlation - wanted) / (before.correlation - below->correlation);
  return before.lag + share * (below->lag - before.lag);
}

}  // namespace sunfleck
