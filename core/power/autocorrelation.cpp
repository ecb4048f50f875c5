#include "core/power/autocorrelation.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace sunfleck {

void Autocorrelation::Level::add(double value) {
  if (end == recent.size()) {
    std::copy(recent.end() - lags, recent.end(), recent.begin());
    end = lags;
  }
  const double* before = &recent[end - lags];
  for (std::size_t i = 0; i < lags; ++i)
    products[i] += value * before[i];
  squares += value * value;
  sum += value;
  if (count < lags) first[count] = value;
  ++count;
  recent[end++] = value;
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
  const double* last = &recent[end - lag];
  const double earlier = sum - std::accumulate(last, last + lag, 0.0);
  const double later = sum - std::accumulate(first.data(), first.data() + lag, 0.0);
  const double products_of_lag = lag == 0 ? squares : products[lags - lag];
  return products_of_lag / pairs - earlier / pairs * (later / pairs);
}

void Autocorrelation::add(double value, std::uint64_t count) {
  if (count == 0) return;
  if (levels_.empty()) {
    levels_.emplace_back();
    origin_ = value;
  }
  add_to(0, value - origin_, count);
}

void Autocorrelation::add_to(std::size_t level, double value, std::uint64_t count) {
  if (level == levels_.size()) levels_.emplace_back();
  std::uint64_t same = 0;
  while (count > 0 && (same < lags || levels_[level].half)) {
    levels_[level].add(value);
    --count;
    ++same;
    std::optional<double>& half = levels_[level].half;
    if (!half) {
      half = value;
      continue;
    }
    const double mean = 0.5 * (*half + value);
    half.reset();
    add_to(level + 1, mean, 1);
  }
  if (count == 0) return;
  levels_[level].add_same(value, count);
  if (count % 2 == 1) levels_[level].half = value;
  if (count > 1) add_to(level + 1, value, count / 2);
}

std::optional<double> Autocorrelation::decay() const {
  if (levels_.empty()) return std::nullopt;
  const double variance = levels_.front().covariance(0);
  if (!(variance > 0.0)) return std::nullopt;
  constexpr double wanted = 1.0 / std::numbers::e;
  double lag_before = 0.0;
  double before = 1.0;
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    for (std::size_t i = level == 0 ? 1 : lags / 2 + 1; i <= lags; ++i) {
      if (levels_[level].count < 2 * i) return std::nullopt;
      const double lag = std::ldexp(static_cast<double>(i), static_cast<int>(level));
      const double here = levels_[level].covariance(i) / variance;
      if (here <= wanted) {
        const double share = here > 0.0 ? std::log(before / wanted) / std::log(before / here)
                                        : (before - wanted) / (before - here);
        return lag_before + share * (lag - lag_before);
      }
      lag_before = lag;
      before = here;
    }
  }
  return std::nullopt;
}

}  // namespace sunfleck
