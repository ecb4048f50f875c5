#include "core/energy/attribution.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace sunfleck {
namespace {

// A share that is being summed.
struct Sum {
  Share share;
  double energy = 0.0;  // J, a compensated sum
  double carry = 0.0;
  double variance = 0.0;  // J^2
  std::uint32_t power_cycle = 0;
  Watts edges;  // of this power cycle: D_c

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
    edges = {};
  }
};

// Mean power within `around` of an edge; 0 at one of the rail, which does not move.
Watts power_of_edge(
    RunTime edge, RunTime around, const PowerCycle& cycle, const EnergyCurve& energy) {
  if (edge <= cycle.on || edge >= cycle.off || around <= RunTime{}) return {};
  return energy.between(edge - around, edge + around) / to_seconds(2 * around);
}

void add_edges(
    Sum& sum, const Span& span, const Timeline& timeline, const EnergyCurve& energy,
    RunTime mark_edge) {
  if (span.power_cycle >= timeline.power_cycles.size()) return;
  if (sum.power_cycle != span.power_cycle) {
    sum.close(timeline);
    sum.power_cycle = span.power_cycle;
  }
  const PowerCycle& cycle = timeline.power_cycles[span.power_cycle];
  const bool has_clock = cycle.clock_uncertainty > RunTime{};
  const RunTime around = has_clock ? cycle.clock_uncertainty : mark_edge;
  const Watts from = power_of_edge(span.from, around, cycle, energy);
  const Watts to = power_of_edge(span.to, around, cycle, energy);
  if (has_clock) {
    sum.edges += to - from;
    return;
  }
  for (const Watts power : {from, to}) {
    const Joules moved = power * to_seconds(around);
    sum.variance += moved.si * moved.si;
  }
}

// What of a sample's energy lies in a part of it. A sample in which the rail came or went has no
// current while the rail was off: its energy is spread over the rest of it.
class RailShare {
 public:
  RailShare(const Timeline& timeline, const EnergyCurve& energy)
      : timeline_(&timeline), energy_(&energy) {}

  Joules of(const Span& span) const {
    const RunTime period = energy_->period();
    if (period <= RunTime{}) return {};
    const RunTime first = span.from / period * period + period;  // end of the sample it begins in
    const RunTime last = (span.to - RunTime(1)) / period * period;  // begin of that it ends in
    if (first > last) return part(span, span.from, span.to, last);
    return part(span, span.from, first, first - period) + energy_->between(first, last) +
        part(span, last, span.to, last);
  }

 private:
  // Of the sample that begins at `sample`, from <= to.
  Joules part(const Span& span, RunTime from, RunTime to, RunTime sample) const {
    const RunTime end = std::min(sample + energy_->period(), timeline_->end);
    const RunTime on = time_on(sample, end);
    if (on == RunTime{} || on == end - sample) return energy_->between(from, to);
    if (span.activity == Activity::off) return {};
    return (to_seconds(to - from) / to_seconds(on)) * energy_->between(sample, end);
  }

  RunTime time_on(RunTime from, RunTime to) const {
    RunTime on{};
    const std::vector<PowerCycle>& cycles = timeline_->power_cycles;
    auto cycle = std::ranges::upper_bound(cycles, from, {}, &PowerCycle::off);
    for (; cycle != cycles.end() && cycle->on < to; ++cycle)
      on += std::min(cycle->off, to) - std::max(cycle->on, from);
    return on;
  }

  const Timeline* timeline_;
  const EnergyCurve* energy_;
};

using PartKey = std::tuple<std::uint32_t, Activity, std::uint16_t>;  // index, activity, layer

std::vector<Part> parts_of(std::map<PartKey, Sum>& sums, const Timeline& timeline) {
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
         .uncertainty = {std::sqrt(sum.variance)}});
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
    sum.energy += share.energy;
    sum.uncertainty += share.uncertainty;
  }
  return sum;
}

Attribution attribute(
    const Timeline& timeline, const EnergyCurve& energy, const MeterNoise& noise) {
  std::map<std::tuple<Activity, std::uint16_t, std::uint8_t>, Sum> shares;
  std::map<PartKey, Sum> inferences, power_cycles;
  const RailShare rail(timeline, energy);
  for (const Span& span : timeline.spans) {
    const auto add_to = [&, joules = rail.of(span).si](Sum& sum) {
      ++sum.share.spans;
      sum.share.time += to_seconds(span.to - span.from);
      sum.add_energy(joules);
      sum.variance += energy.noise_variance(span.from, span.to, noise.voltage, noise.current);
      add_edges(sum, span, timeline, energy, noise.edge_time);
    };
    add_to(shares[{span.activity, span.layer, span.mark}]);
    if (span.activity == Activity::off) continue;
    add_to(inferences[{span.inference, span.activity, span.layer}]);
    add_to(power_cycles[{span.power_cycle, span.activity, span.layer}]);
  }
  Attribution attribution;
  attribution.total = energy.between(RunTime{}, timeline.end);
  attribution.duration = to_seconds(timeline.end);
  for (auto& [key, sum] : shares) {
    sum.close(timeline);
    std::tie(sum.share.activity, sum.share.layer, sum.share.mark) = key;
    sum.share.energy = {sum.energy + sum.carry};
    sum.share.uncertainty = {std::sqrt(sum.variance)};
    attribution.shares.push_back(sum.share);
  }
  attribution.by_inference = parts_of(inferences, timeline);
  attribution.by_power_cycle = parts_of(power_cycles, timeline);
  return attribution;
}

}  // namespace sunfleck
