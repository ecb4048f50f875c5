#include "app/analysis.h"

namespace sunfleck::app {

Analysis analyse(const RunData& data, std::size_t layers, RunTime end, const MeterNoise& noise) {
  Analysis analysis;
  analysis.timeline = build_timeline(data.records, data.edges, layers, end);
  analysis.attribution = attribute(analysis.timeline, data.energy, noise);
  return analysis;
}

}  // namespace sunfleck::app
