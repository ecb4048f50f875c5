#include "app/analysis.h"

#include <algorithm>

#include "core/timeline/marks.h"
#include "core/timeline/progress.h"

namespace sunfleck::app {
namespace {

// One more than the highest task that a record proves to have been worked on.
std::size_t tasks_of(std::span<const TimedRecord> records) {
  std::size_t tasks = 0;
  for (const TimedRecord& timed : records)
    if (const std::optional<LayerOf> at = layer_before(timed.record))
      tasks = std::max<std::size_t>(tasks, at->layer + std::size_t{1});
  return tasks;
}

}  // namespace

Analysis analyse(const RunData& data, const AnalysisOf& run) {
  const std::size_t layers = run.layers > 0 ? run.layers : tasks_of(data.records);
  Analysis analysis;
  analysis.timeline = with_marks(
      build_timeline(data.records, data.edges, layers, run.end, to_seconds(run.noise.edge_time)),
      data.edges, run.marks);
  analysis.attribution = attribute(analysis.timeline, data.energy, run.noise);
  return analysis;
}

}  // namespace sunfleck::app
