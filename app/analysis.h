#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/energy/attribution.h"
#include "core/energy/energy_curve.h"
#include "core/telemetry/records.h"
#include "core/timeline/timeline.h"

namespace sunfleck::app {

// What is gathered of a run, live or from the store, for the analysis.
class RunData final : public SampleSink {
 public:
  void on_samples(const SampleBlock& block) override { energy.append(block); }
  void on_edge(const MarkEdge& edge) override { edges.push_back(edge); }

  EnergyCurve energy;
  std::vector<MarkEdge> edges;
  std::vector<TimedRecord> records;
};

struct Analysis {
  Timeline timeline;
  Attribution attribution;
};

// What the analysis knows of a run beside its data.
struct AnalysisOf {
  std::size_t layers = 0;  // of its network; 0: as many tasks as its records name
  std::uint8_t marks = 0;  // mark pins that mean something, by bit
  RunTime end{};
  MeterNoise noise;
};

// Timeline and attribution of a run.
Analysis analyse(const RunData& data, const AnalysisOf& run);

}  // namespace sunfleck::app
