#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/energy/attribution.h"

namespace sunfleck {

// What a run spent for one finished inference, on average.
struct InferenceCost {
  Seconds time;
  Joules energy;
  Joules uncertainty;  // one deviation
};

// What is known of a run that is compared.
struct ComparedRun {
  std::uint32_t inferences = 0;  // finished ones
  const Attribution* attribution = nullptr;
};

// A cost in two runs.
struct CostPair {
  InferenceCost baseline;
  InferenceCost run;

  // Of the run to the baseline; not a number when the baseline spent nothing.
  double time_ratio() const { return run.time.si / baseline.time.si; }
  double energy_ratio() const { return run.energy.si / baseline.energy.si; }
  // One deviation of the energy's ratio; the runs' uncertainties are independent.
  double energy_ratio_uncertainty() const;
};

struct ActivityPair {
  Activity activity = Activity::unattributed;
  CostPair cost;
};

// Two runs set against each other, each by the inference.
struct Comparison {
  std::vector<ActivityPair> activities;  // those that occur in one of the two, while the rail is on
  CostPair active;                       // all of them but sleep
  CostPair work;                         // active, less start-up and telemetry
  double re_executed = 0.0;              // share of the run's active time
  double re_executed_baseline = 0.0;
};

// Fails with invalid_argument when a run finished no inference or its attribution is empty.
Result<Comparison> compare(const ComparedRun& baseline, const ComparedRun& run);

}  // namespace sunfleck
