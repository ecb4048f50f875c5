#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/compare/change.h"
#include "core/energy/attribution.h"

namespace sunfleck {

// What is known of a run that is compared.
struct ComparedRun {
  std::uint32_t inferences = 0;  // finished ones
  const Attribution* attribution = nullptr;
  std::vector<std::string> operators;  // [layers] of its network: "CONV_2D"
};

// Runs that stand for one thing: a strategy, a version of the firmware.
struct ComparedGroup {
  std::string name;
  std::vector<ComparedRun> runs;  // one or more
};

// What one sample is.
enum class SampleUnit {
  inference,  // or a few in a row: GroupFacts::inferences_per_sample
  run,        // the mean of a run's inferences
};

// A line of a comparison.
enum class RowKind {
  active,    // all but sleep, while the rail is on
  work,      // active, less start-up and telemetry: what the overhead of a strategy is measured by
  activity,  // one class
  layer,     // compute, checkpoints and re-execution of one layer
};

struct RowKey {
  RowKind kind = RowKind::active;
  Activity activity = Activity::unattributed;  // of an activity
  std::uint16_t layer = no_layer;              // of a layer
  std::string op{};                            // of a layer

  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

// A quantity of a group, by the inference, in the SI unit.
struct Cost {
  double mean = 0.0;
  double deviation = 0.0;        // of the mean, one deviation: scatter and measurement
  std::optional<Change> change;  // nothing for the baseline, and where it has no such row
};

struct GroupCost {
  Cost time;    // seconds
  Cost energy;  // joules
};

struct ComparisonRow {
  RowKey key;
  std::vector<std::optional<GroupCost>> groups;  // [groups] nothing where a group has no such layer
};

struct GroupFacts {
  std::string name;
  std::size_t runs = 0;
  std::size_t inferences = 0;  // finished ones, of all its runs
  std::size_t samples = 0;
  double inferences_per_sample = 1.0;  // on average
  double re_executed = 0.0;            // share of the active time
  // Of the active energy of inferences that follow each other; nothing when samples are runs, or
  // below 8. Near 0 they are independent; towards 1 the samples tell less than their number says.
  std::optional<double> autocorrelation{};
};

// Groups set against the first of them, each by the inference.
struct Comparison {
  SampleUnit unit = SampleUnit::inference;
  std::vector<GroupFacts> groups;  // the first is the baseline
  std::vector<ComparisonRow> rows;  // active, work, the activities, the layers

  const ComparisonRow* row(RowKind kind) const;  // the first of a kind, or none
};

// Sets groups of runs against the first.
//
// Rows are aligned by activity, and by index and operator of a layer: a layer whose operator is
// another in one of the groups has no counterpart there. A group has a layer when all its runs have
// it. What a row costs in a sample in which it does not occur is 0.
//
// The samples are the runs, each by the mean of its inferences, when every group has two runs or
// more: runs are independent of each other, the inferences of one run share its clock, its
// capacitor and its profile. Otherwise they are the finished inferences of all runs of a group;
// more than 100 are taken together in a hundred or so stretches of inferences that follow each
// other. A run without energies by the inference is one sample: its shares divided by its
// inferences. Of a single sample only the uncertainty of its attribution is known.
//
// The measurement's part of a deviation is that of the run's shares: of the layers and activities
// in a row they are independent, within an activity they add up, as in Attribution::of(). It is in
// the scatter already when the samples are runs.
//
// p values are adjusted by Holm's method over the rows of a group's activities, and over those of
// its layers.
//
//   fails   invalid_argument without two groups, and, naming the group, for a run that finished no
//           inference, has no attributed energy, or has one that is not finite
Result<Comparison> compare(const std::vector<ComparedGroup>& groups, std::uint64_t seed = 1);

}  // namespace sunfleck
