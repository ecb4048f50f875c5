#include "core/energy/attribution.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "core/energy/sample_division.h"

namespace sunfleck {
namespace {

// How sharply samples tell where the power changes: a share of their period, one deviation.
constexpr double edge_resolution = 0.05;

// A share that is being summed.
struct Sum {
  Share share;
  double energy = 0.0;  // J, a compensated sum
  double carry = 0.0;
  double variance = 0.0;  // J^2
  double common = 0.0;    // J, of dividing samples, one deviation that all its spans share
  std::uint32_t power_cycle = 0;
  Watts edges;      // of this power cycle: D_c
  Watts all_edges;  // of those before

  void add_energy(double joules) {
    const double sum = energy + joules;
    const bool is_larger = std::abs(energy) >= std::abs(joules);
    carry += is_larger ? (energy - sum) + joules : (joules - sum) + energy;
    energy = sum;
  }

  // Closes the power cycle whose edges were collected.
  void close(const Timeline& timeline) {
    if (power_cycle >= timeline.power_cycles.size()) return;
    const RunTime clock = timeline.power_cycles[power_cycle].clock_uncertainty;
    const Joules moved = edges * to_seconds(clock);
    variance += moved.si * moved.si;
    all_edges += edges;
    edges = {};
  }

  //   period   of the samples
  Joules uncertainty(Seconds period) const {
    const Joules unresolved = all_edges * (edge_resolution * period);
    return {std::sqrt(variance + common * common + unresolved.si * unresolved.si)};
  }
};

// The powers at the two edges of a span; 0 at one of the rail, which does not move.
struct EdgePowers {
  Watts from, to;
};

EdgePowers edge_powers(const Timeline& timeline, const SampleDivision& division, std::size_t i) {
  const Span& span = timeline.spans[i];
  const PowerCycle& cycle = timeline.power_cycles[span.power_cycle];
  const auto moves = [&](RunTime edge) { return edge > cycle.on && edge < cycle.off; };
  EdgePowers powers;
  if (i > 0 && moves(span.from))
    powers.from = {0.5 * (division.spans[i - 1].power_to + division.spans[i].power_from)};
  if (i + 1 < timeline.spans.size() && moves(span.to))
    powers.to = {0.5 * (division.spans[i].power_to + division.spans[i + 1].power_from)};
  return powers;
}

void add_edges(
    Sum& sum, const Timeline& timeline, const SampleDivision& division, std::size_t i,
    RunTime mark_edge) {
  const Span& span = timeline.spans[i];
  if (span.power_cycle >= timeline.power_cycles.size()) return;
  if (sum.power_cycle != span.power_cycle) {
    sum.close(timeline);
    sum.power_cycle = span.power_cycle;
  }
  const EdgePowers powers = edge_powers(timeline, division, i);
  if (timeline.power_cycles[span.power_cycle].clock_uncertainty > RunTime{}) {
    sum.edges += powers.to - powers.from;
    return;
  }
  for (const Watts power : {powers.from, powers.to}) {
    const Joules moved = power * to_seconds(mark_edge);
    sum.variance += moved.si * moved.si;
  }
}

using PartKey = std::tuple<std::uint32_t, Activity, std::uint16_t>;  // index, activity, layer

std::vector<Part> parts_of(std::map<PartKey, Sum>& sums, const Timeline& timeline, Seconds period) {
  std::vector<Part> parts;
  parts.reserve(sums.size());
  for (auto& [key, sum] : sums) {
    sum.close(timeline);
    parts.push_back(
        {.index = std::get<0>(key),
         .activity = std::get<1>(key),
         .layer = std::get<2>(key),
         .time = sum.share.time,
         .energy = {sum.energy + sum.carry},
         .uncertainty = sum.uncertainty(period)});
  }
  return parts;
}

}  // namespace

Share Attribution::of(Activity activity) const {
  Share sum;
  sum.activity = activity;
  for (const Share& share : shares) {
    if (share.activity != activity) continue;
    sum.spans += share.spans;
    sum.time += share.time;
    sum.unmeasured += share.unmeasured;
    sum.energy += share.energy;
    sum.uncertainty += share.uncertainty;
  }
  return sum;
}

Attribution attribute(
    const Timeline& timeline, const EnergyCurve& energy, const MeterNoise& noise) {
  std::map<std::tuple<Activity, std::uint16_t, std::uint8_t>, Sum> shares;
  std::map<PartKey, Sum> inferences, power_cycles;
  const SampleDivision division = divide_samples(timeline, energy, noise.voltage, noise.current);
  for (std::size_t i = 0; i < timeline.spans.size(); ++i) {
    const Span& span = timeline.spans[i];
    const SampleDivision::OfSpan& got = division.spans[i];
    const SampleDivision::Kind& kind = division.kind[division.kinds[i]];
    const auto add_to = [&](Sum& sum) {
      ++sum.share.spans;
      sum.share.time += to_seconds(span.to - span.from);
      sum.share.unmeasured += to_seconds(energy.gaps(span.from, span.to));
      sum.add_energy(got.energy);
      sum.variance += got.variance;
      sum.variance += energy.noise_variance(span.from, span.to, noise.voltage, noise.current);
      if (kind.divided > 0.0) sum.common += got.divided / kind.divided * kind.deviation;
      add_edges(sum, timeline, division, i, noise.edge_time);
    };
    add_to(shares[{span.activity, span.layer, span.mark}]);
    if (span.activity == Activity::off) continue;
    add_to(inferences[{span.inference, span.activity, span.layer}]);
    add_to(power_cycles[{span.power_cycle, span.activity, span.layer}]);
  }
  const Seconds period = to_seconds(energy.period());
  Attribution attribution;
  attribution.total = energy.between(RunTime{}, timeline.end);
  attribution.duration = to_seconds(timeline.end);
  for (auto& [key, sum] : shares) {
    sum.close(timeline);
    std::tie(sum.share.activity, sum.share.layer, sum.share.mark) = key;
    sum.share.energy = {sum.energy + sum.carry};
    sum.share.uncertainty = sum.uncertainty(period);
    attribution.shares.push_back(sum.share);
  }
  attribution.by_inference = parts_of(inferences, timeline, period);
  attribution.by_power_cycle = parts_of(power_cycles, timeline, period);
  return attribution;
}

}  // namespace sunfleck
