#include "core/compare/comparison.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/compare/samples.h"

namespace sunfleck {
namespace {

bool is_finite(const ComparedRun& run) {
  const auto finite = [](const auto& part) {
    return std::isfinite(part.time.si) && std::isfinite(part.energy.si) &&
        std::isfinite(part.uncertainty.si);
  };
  return std::ranges::all_of(run.attribution->shares, finite) &&
      std::ranges::all_of(run.attribution->by_inference, finite);
}

Status check(const ComparedGroup& group) {
  if (group.runs.empty()) return fail(Errc::invalid_argument, group.name, " has no run");
  for (const ComparedRun& run : group.runs) {
    if (run.inferences == 0)
      return fail(
          Errc::invalid_argument, group.name, " has a run that finished no inference to compare by");
    if (run.attribution->shares.empty())
      return fail(
          Errc::invalid_argument, group.name, " has a run without attributed energy to compare");
    if (!is_finite(run))
      return fail(
          Errc::invalid_argument, group.name, " has a run with an energy that is no finite number");
  }
  return ok;
}

// A group with the resamples of its samples.
struct Drawn {
  GroupSamples samples;
  Resamples resamples;
};

// What a quantity is compared with.
struct BaselineSamples {
  const Samples* samples = nullptr;
  std::vector<double> means{};  // of its resamples
};

// `baseline`: nothing to compare with, when null.
Cost cost_of(
    const Samples& samples, const Resamples& resamples, const BaselineSamples* baseline) {
  Cost cost{.mean = samples.mean(), .deviation = samples.deviation(), .change = {}};
  if (baseline != nullptr)
    cost.change = change_between(
        *baseline->samples, baseline->means, samples, resamples.means(samples.values));
  return cost;
}

// What a group has of a row; of classes it has all, some at no cost.
const RowSamples* find_row(const Drawn& group, const RowKey& key, const RowSamples& nothing) {
  const auto found = group.samples.rows.find(key);
  if (found != group.samples.rows.end()) return &found->second;
  return key.kind == RowKind::layer ? nullptr : &nothing;
}

RowSamples nothing_of(const Drawn& group) {
  const std::vector<double> zeros(group.samples.count, 0.0);
  return {.time = {.values = zeros}, .energy = {.values = zeros}};
}

ComparisonRow row_of(const RowKey& key, const std::vector<Drawn>& groups) {
  const Drawn& first = groups.front();
  const RowSamples nothing_first = nothing_of(first);
  const RowSamples* const baseline = find_row(first, key, nothing_first);
  BaselineSamples time, energy;
  if (baseline != nullptr) {
    time = {&baseline->time, first.resamples.means(baseline->time.values)};
    energy = {&baseline->energy, first.resamples.means(baseline->energy.values)};
  }
  ComparisonRow row{.key = key, .groups = {}};
  for (const Drawn& group : groups) {
    const RowSamples nothing = nothing_of(group);
    const RowSamples* const samples = find_row(group, key, nothing);
    row.groups.emplace_back();
    if (samples == nullptr) continue;
    const bool is_compared = baseline != nullptr && &group != &first;
    row.groups.back() = GroupCost{
        .time = cost_of(samples->time, group.resamples, is_compared ? &time : nullptr),
        .energy = cost_of(samples->energy, group.resamples, is_compared ? &energy : nullptr)};
  }
  return row;
}

// The significances of one group in the rows of a kind, of one quantity.
void adjust(Comparison& comparison, RowKind kind, std::size_t group, Cost GroupCost::*quantity) {
  std::vector<Significance*> found;
  std::vector<double> p;
  for (ComparisonRow& row : comparison.rows) {
    if (row.key.kind != kind || !row.groups[group]) continue;
    std::optional<Change>& change = ((*row.groups[group]).*quantity).change;
    if (!change || !change->significance) continue;
    found.push_back(&*change->significance);
    p.push_back(change->significance->rank.p);
  }
  const std::vector<double> adjusted = holm_adjusted(p);
  for (std::size_t i = 0; i < found.size(); ++i)
    found[i]->p_adjusted = adjusted[i];
}

GroupFacts facts_of(const ComparedGroup& group, const GroupSamples& samples) {
  GroupFacts facts{.name = group.name, .runs = group.runs.size(), .samples = samples.count};
  for (const ComparedRun& run : group.runs)
    facts.inferences += run.inferences;
  facts.inferences_per_sample =
      static_cast<double>(facts.inferences) / static_cast<double>(samples.count);
  facts.autocorrelation = samples.autocorrelation;
  const auto time_of = [&samples](const RowKey& key) {
    const auto found = samples.rows.find(key);
    return found == samples.rows.end() ? 0.0 : found->second.time.mean();
  };
  const double active = time_of({.kind = RowKind::active});
  const double lost = time_of({.kind = RowKind::activity, .activity = Activity::re_execution});
  facts.re_executed = active > 0.0 ? lost / active : 0.0;
  return facts;
}

}  // namespace

const ComparisonRow* Comparison::row(RowKind kind) const {
  const auto found =
      std::ranges::find(rows, kind, [](const ComparisonRow& row) { return row.key.kind; });
  return found == rows.end() ? nullptr : &*found;
}

Result<Comparison> compare(const std::vector<ComparedGroup>& groups, std::uint64_t seed) {
  if (groups.size() < 2)
    return fail(Errc::invalid_argument, "two runs or groups of runs are wanted to compare");
  for (const ComparedGroup& group : groups)
    TRY(check(group));
  Comparison comparison;
  if (std::ranges::all_of(groups, [](const ComparedGroup& group) { return group.runs.size() > 1; }))
    comparison.unit = SampleUnit::run;
  std::vector<Drawn> drawn;
  std::set<RowKey> keys;
  for (const ComparedGroup& group : groups) {
    GroupSamples samples = samples_of(group, comparison.unit);
    comparison.groups.push_back(facts_of(group, samples));
    for (const auto& [key, row] : samples.rows)
      keys.insert(key);
    Resamples resamples(samples.count, seed, join("resamples of group ", drawn.size()));
    drawn.push_back({std::move(samples), std::move(resamples)});
  }
  for (const RowKey& key : keys)
    comparison.rows.push_back(row_of(key, drawn));
  for (std::size_t group = 1; group < groups.size(); ++group)
    for (const RowKind kind : {RowKind::activity, RowKind::layer})
      for (const auto quantity : {&GroupCost::time, &GroupCost::energy})
        adjust(comparison, kind, group, quantity);
  return comparison;
}

}  // namespace sunfleck
