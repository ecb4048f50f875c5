#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/energy/attribution.h"
#include "core/target/target.h"
#include "tests/support/rail_truth.h"

namespace sunfleck {

// What a judged run does.
struct JudgedPlan {
  std::string network;  // a name among the shared networks that have inputs
  Strategy strategy = Strategy::tile;
  RecordLevel level = RecordLevel::checkpoints;
  std::uint32_t inferences = 20;
  PowerPathConfig power{};
  Watts harvested{};
  double drift = 0.0;  // of the board's clock
  RunTime step = std::chrono::microseconds(100);
};

// A run of the virtual bench with a meter that makes no errors, and what its board really drew.
struct JudgedRun {
  std::vector<TimedRecord> records;
  std::vector<MarkEdge> edges;
  std::vector<float> voltage, current;
  std::size_t layers = 0;
  RunTime period = std::chrono::microseconds(100);  // of the samples
  RunTime end{};
  double drift = 0.0;
  std::uint32_t inferences = 0;
  RailTruth truth;
  TruthLedger ledger;
};

// What meter and receiver add to a run.
struct RunNoise {
  std::uint64_t seed = 0;
  MeterNoise meter;
  Seconds late;  // mean delay of a record, exponentially distributed
};

// What an analysis sees of a run.
struct SeenRun {
  std::vector<TimedRecord> records;
  EnergyCurve energy;
};

JudgedRun judged_run(const JudgedPlan& plan);
SeenRun seen(const JudgedRun& run, const RunNoise& noise);

using ShareKey = std::pair<Activity, std::uint16_t>;
// The true energies of the timeline's shares: those between the true times of their edges.
std::map<ShareKey, Joules> true_shares(const JudgedRun& run, const Timeline& timeline);

}  // namespace sunfleck
