#include "core/compare/comparison.h"

#include <cmath>

namespace sunfleck {
namespace {

InferenceCost cost_of(const ComparedRun& run, Activity activity) {
  const Share share = run.attribution->of(activity);
  const double each = 1.0 / run.inferences;
  return {each * share.time, each * share.energy, each * share.uncertainty};
}

void add(const InferenceCost& part, InferenceCost& sum) {
  sum.time += part.time;
  sum.energy += part.energy;
  sum.uncertainty.si = std::hypot(sum.uncertainty.si, part.uncertainty.si);
}

void add(const CostPair& part, CostPair& sum) {
  add(part.baseline, sum.baseline);
  add(part.run, sum.run);
}

double share_of(Seconds part, Seconds whole) { return whole.si > 0.0 ? part.si / whole.si : 0.0; }

Status check(const ComparedRun& run, const char* which) {
  if (run.inferences == 0)
    return fail(Errc::invalid_argument, which, " finished no inference to compare by");
  if (run.attribution->shares.empty())
    return fail(Errc::invalid_argument, which, " has no attributed energy to compare");
  return ok;
}

}  // namespace

double CostPair::energy_ratio_uncertainty() const {
  return std::abs(energy_ratio()) *
      std::hypot(run.uncertainty.si / run.energy.si, baseline.uncertainty.si / baseline.energy.si);
}

Result<Comparison> compare(const ComparedRun& baseline, const ComparedRun& run) {
  TRY(check(baseline, "the baseline"));
  TRY(check(run, "the run"));
  Comparison comparison;
  for (int i = 0; i <= static_cast<int>(Activity::unattributed); ++i) {
    const auto activity = static_cast<Activity>(i);
    const CostPair cost{cost_of(baseline, activity), cost_of(run, activity)};
    const bool occurs = cost.baseline.time.si > 0.0 || cost.run.time.si > 0.0;
    if (activity == Activity::off || !occurs) continue;
    comparison.activities.push_back({activity, cost});
    if (activity == Activity::sleep) continue;
    add(cost, comparison.active);
    if (activity != Activity::telemetry && activity != Activity::boot) add(cost, comparison.work);
    if (activity != Activity::re_execution) continue;
    comparison.re_executed = cost.run.time.si;
    comparison.re_executed_baseline = cost.baseline.time.si;
  }
  comparison.re_executed = share_of({comparison.re_executed}, comparison.active.run.time);
  comparison.re_executed_baseline =
      share_of({comparison.re_executed_baseline}, comparison.active.baseline.time);
  return comparison;
}

}  // namespace sunfleck
