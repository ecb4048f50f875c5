#include "app/stored_timeline.h"

#include <algorithm>

#include "app/analysis.h"
#include "app/board_file.h"

namespace sunfleck::app {
namespace {

// The end of what a run left: of its samples, or its last edge.
Result<RunTime> recorded_end(db::RunStore& store, std::int64_t run, const RunData& data) {
  RunTime end{};
  for (const db::StoredSignal& signal : TRY(store.signals(run)))
    end = std::max(end, static_cast<RunTime::rep>(signal.end) * signal.period);
  if (!data.edges.empty()) end = std::max(end, data.edges.back().time + RunTime(1));
  return end;
}

}  // namespace

Result<Timeline> stored_timeline(db::RunStore& store, std::int64_t run) {
  Timeline timeline;
  timeline.spans = TRY(store.spans(run));
  timeline.power_cycles = TRY(store.power_cycles(run));
  if (!timeline.spans.empty()) {
    timeline.end = timeline.spans.back().to;
    return timeline;
  }
  RunData data;
  data.edges = TRY(store.edges(run));
  data.records = TRY(store.records(run));
  const db::MarkNames names = TRY(store.mark_names(run));
  const AnalysisOf what{
      .layers = TRY(store.layers(run)).size(),
      .marks = named_pins(names),
      .end = TRY(recorded_end(store, run, data)),
      .noise = {}};
  return analyse(data, what).timeline;
}

}  // namespace sunfleck::app
