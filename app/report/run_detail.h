#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/run_report.h"
#include "core/energy/attribution.h"
#include "core/signal/pyramid.h"
#include "core/timeline/timeline.h"
#include "db/run_store.h"

namespace sunfleck::app {

// A stretch of a signal, as a figure needs it.
struct SignalView {
  std::string name;  // as stored: "harvest"
  RunTime period{};  // of a sample
  Overview overview;
};

// The signals of a run between two times.
struct RunWindow {
  RunTime from{};
  RunTime to{};
  std::vector<SignalView> signals;
};

// What a run's figures are made of, beyond its report.
struct RunDetail {
  RunWindow whole;
  std::optional<RunWindow> close;     // a few power cycles, of a run of many
  std::vector<sunfleck::Span> spans;  // of the timeline, in order
  std::vector<PowerCycle> power_cycles;
  std::vector<Gap> gaps;  // where records are known missing
  std::vector<Part> by_inference;
  std::vector<Part> by_power_cycle;
  std::optional<BoardClock> clock;
  RunTime sample_period{};  // of the meter
};

// Reads it from the store, signals in as many points as a figure has, however long the run is. The
// timeline is made of records and edges again where none is stored, or records are missing.
//
//   fails   as RunStore
Result<RunDetail> read_run_detail(db::RunStore& store, const RunReport& report);

}  // namespace sunfleck::app
