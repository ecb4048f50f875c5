#include "core/compare/change.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/base/random.h"

namespace sunfleck {
namespace {

constexpr double normal_975 = 1.959964;
constexpr std::size_t fewest_to_resample = 8;

// Of a mean, from the scatter of its samples; 0 of a single one.
double scatter_variance(const Samples& samples) {
  const auto n = static_cast<double>(samples.values.size());
  if (samples.values.size() < 2) return 0.0;
  const double mean = samples.mean();
  double squares = 0.0;
  for (const double value : samples.values)
    squares += (value - mean) * (value - mean);
  return squares / (n - 1.0) / n;
}

// How many deviations an interval of a combination of two means reaches, given the variances that
// their scatters bring to it.
double reach(double of_baseline, std::size_t baseline_count, double of_group, std::size_t count) {
  if (baseline_count < 2 || count < 2) return normal_975;
  const double all = of_baseline + of_group;
  if (!(all > 0.0)) return normal_975;
  const double baseline_share = of_baseline / all;
  const double share = of_group / all;
  const double freedom = 1.0 /
      (baseline_share * baseline_share / static_cast<double>(baseline_count - 1) +
       share * share / static_cast<double>(count - 1));
  return student_975(std::max(1.0, freedom));
}

// The interval around a value that a combination with these weights of the two means has.
std::optional<Range> linear_range(
    double value, const Samples& baseline, double baseline_weight, const Samples& samples,
    double weight) {
  const double of_baseline = baseline_weight * baseline_weight * scatter_variance(baseline);
  const double of_group = weight * weight * scatter_variance(samples);
  const double scatter = reach(
                             of_baseline, baseline.values.size(), of_group, samples.values.size()) *
      std::sqrt(of_baseline + of_group);
  const double measured =
      normal_975 * std::hypot(baseline_weight * baseline.measurement, weight * samples.measurement);
  const double half = std::hypot(scatter, measured);
  const bool both_scatter = baseline.values.size() > 1 && samples.values.size() > 1;
  if (half == 0.0 && !both_scatter) return std::nullopt;
  return Range{value - half, value + half};
}

double quantile(std::vector<double>& values, double share) {
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

// The ratio's interval from resamples, widened by what the measurement leaves open of the ratio.
Range bootstrap_range(double ratio, std::vector<double>& ratios, double measured) {
  const double low = std::hypot(ratio - quantile(ratios, 0.025), measured);
  const double high = std::hypot(quantile(ratios, 0.975) - ratio, measured);
  return {ratio - low, ratio + high};
}

double bootstrap_p(const std::vector<double>& ratios) {
  const auto up = std::ranges::count_if(ratios, [](double ratio) { return ratio >= 1.0; });
  const auto down = std::ranges::count_if(ratios, [](double ratio) { return ratio <= 1.0; });
  const double tail = static_cast<double>(std::min(up, down) + 1);
  return std::min(1.0, 2.0 * tail / static_cast<double>(ratios.size() + 1));
}

}  // namespace

double Samples::mean() const {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double Samples::deviation() const {
  return std::hypot(std::sqrt(scatter_variance(*this)), measurement);
}

Resamples::Resamples(std::size_t samples, std::uint64_t seed, std::string_view stream)
    : samples_(samples) {
  Random random(seed, stream);
  chosen_.resize(count * samples);
  for (std::uint32_t& chosen : chosen_)
    chosen = static_cast<std::uint32_t>(random.below(samples));
}

std::vector<double> Resamples::means(std::span<const double> values) const {
  std::vector<double> means(count);
  for (std::size_t i = 0; i < count; ++i) {
    double sum = 0.0;
    for (std::size_t k = 0; k < samples_; ++k)
      sum += values[chosen_[i * samples_ + k]];
    means[i] = sum / static_cast<double>(samples_);
  }
  return means;
}

Change change_between(
    const Samples& baseline, std::span<const double> baseline_means, const Samples& samples,
    std::span<const double> means) {
  const double before = baseline.mean();
  const double now = samples.mean();
  Change change;
  change.difference = now - before;
  change.difference_range = linear_range(change.difference, baseline, 1.0, samples, 1.0);
  const bool both = baseline.values.size() > 1 && samples.values.size() > 1;
  if (both) change.significance = Significance{.rank = mann_whitney(samples.values, baseline.values)};
  if (change.significance) change.significance->p_adjusted = change.significance->rank.p;
  if (!(before > 0.0)) return change;
  const double ratio = now / before;
  change.ratio = ratio;
  change.ratio_range = linear_range(ratio, baseline, ratio / before, samples, 1.0 / before);
  if (!both) return change;
  std::vector<double> ratios(means.size());
  for (std::size_t i = 0; i < ratios.size(); ++i)
    ratios[i] = baseline_means[i] > 0.0 ? means[i] / baseline_means[i] : ratio;
  change.significance->p_bootstrap = bootstrap_p(ratios);
  if (std::min(baseline.values.size(), samples.values.size()) < fewest_to_resample) return change;
  const double measured = normal_975 *
      std::hypot(ratio * baseline.measurement, samples.measurement) / before;
  change.ratio_range = bootstrap_range(ratio, ratios, measured);
  return change;
}

std::vector<double> holm_adjusted(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [p](std::size_t i) { return p[i]; });
  std::vector<double> adjusted(p.size());
  double before = 0.0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double raised = std::min(1.0, static_cast<double>(p.size() - i) * p[order[i]]);
    before = std::max(before, raised);
    adjusted[order[i]] = before;
  }
  return adjusted;
}

double student_975(double freedom) {
  constexpr std::array table{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306,
                             2.262,  2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
                             2.110,  2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064,
                             2.060,  2.056, 2.052, 2.048, 2.045, 2.042};
  if (freedom > static_cast<double>(table.size())) return 1.960 + 2.5 / freedom;
  return table.at(static_cast<std::size_t>(std::max(1.0, freedom)) - 1);
}

}  // namespace sunfleck
