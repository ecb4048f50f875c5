#include "core/compare/rank_test.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

namespace sunfleck {
namespace {

constexpr std::size_t most_exact = 20;

// Of both sets in one order.
struct Ranks {
  std::vector<std::size_t> twice;  // [n + m] twice the rank of each sample, from the smallest
  double twice_of_a = 0.0;         // the sum of a's
  double ties = 0.0;               // sum of t^3 - t over the sets of t equal samples
};

Ranks rank(std::span<const double> a, std::span<const double> b) {
  std::vector<double> all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&all](std::size_t i) { return all[i]; });
  Ranks ranks;
  for (std::size_t from = 0; from < order.size();) {
    std::size_t to = from + 1;
    while (to < order.size() && all[order[to]] == all[order[from]])
      ++to;
    const std::size_t twice = from + 1 + to;  // the ranks from + 1 to `to` have this mean, twice
    for (std::size_t i = from; i < to; ++i) {
      ranks.twice.push_back(twice);
      if (order[i] < a.size()) ranks.twice_of_a += static_cast<double>(twice);
    }
    const auto equal = static_cast<double>(to - from);
    ranks.ties += equal * equal * equal - equal;
    from = to;
  }
  return ranks;
}

// The share of all choices of `count` ranks whose sum lies at least as far from the mean.
double exact_p(const std::vector<std::size_t>& twice, std::size_t count, double twice_sum) {
  const std::size_t most = std::accumulate(twice.begin(), twice.end(), std::size_t{0});
  // [chosen][sum] ways; at most C(20, 10) in all, so a double counts them exactly.
  std::vector<std::vector<double>> ways(count + 1, std::vector<double>(most + 1, 0.0));
  ways[0][0] = 1.0;
  for (const std::size_t value : twice)
    for (std::size_t chosen = count; chosen > 0; --chosen)
      for (std::size_t sum = value; sum <= most; ++sum)
        ways[chosen][sum] += ways[chosen - 1][sum - value];
  const double mean =
      static_cast<double>(most) * static_cast<double>(count) / static_cast<double>(twice.size());
  const double distance = std::abs(twice_sum - mean) - 1e-9 * mean;
  double all = 0.0;
  double far = 0.0;
  for (std::size_t sum = 0; sum <= most; ++sum) {
    all += ways[count][sum];
    if (std::abs(static_cast<double>(sum) - mean) >= distance) far += ways[count][sum];
  }
  return far / all;
}

double normal_p(double u, double n, double m, double ties) {
  const double all = n + m;
  const double variance = n * m / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)));
  const double distance = std::max(0.0, std::abs(u - 0.5 * n * m) - 0.5);
  return variance > 0.0 ? std::erfc(distance / std::sqrt(2.0 * variance)) : 1.0;
}

}  // namespace

RankTest mann_whitney(std::span<const double> a, std::span<const double> b) {
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  const Ranks ranks = rank(a, b);
  RankTest test;
  test.u = 0.5 * ranks.twice_of_a - 0.5 * n * (n + 1.0);
  test.delta = 2.0 * test.u / (n * m) - 1.0;
  test.exact = a.size() + b.size() <= most_exact;
  test.p = test.exact ? exact_p(ranks.twice, a.size(), ranks.twice_of_a)
                      : normal_p(test.u, n, m, ranks.ties);
  return test;
}

}  // namespace sunfleck
