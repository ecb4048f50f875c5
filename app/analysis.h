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

// Timeline and attribution of a run that lasted until `end`, over a network of `layers` layers.
Analysis analyse(const RunData& data, std::size_t layers, RunTime end, const MeterNoise& noise);

}  // namespace sunfleck::app
