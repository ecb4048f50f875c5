#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "core/instrument/instrument.h"
#include "core/telemetry/records.h"

namespace sunfleck {

// What the board did in a span of time. Every moment of a run belongs to exactly one span.
enum class Activity : std::uint8_t {
  off,           // the rail is off
  boot,          // from the rail's rise to the boot record
  restore,       // finding the progress in non-volatile memory
  compute,       // of a layer
  checkpoint,    // writing a layer's outputs and committing them
  re_execution,  // compute of a layer that was lost with the power and done again
  telemetry,     // sending records
  sleep,
  unattributed,  // the rail was on, and no record says what for
};

// "re-execution"
const char* name_of(Activity activity);

inline constexpr std::uint16_t no_layer = 0xFFFF;

struct Span {
  RunTime from{};
  RunTime to{};  // > from
  Activity activity = Activity::unattributed;
  std::uint16_t layer = no_layer;  // of compute, checkpoint and re_execution
  std::uint32_t inference = 0;
  std::uint32_t power_cycle = 0;  // index into Timeline::power_cycles; that before, when off
};

// From the rail's rise to its fall.
struct PowerCycle {
  RunTime on{};
  RunTime off{};        // the run's end, when that came first
  bool outage = false;  // ended by a failure of power, not by the end of the run
  std::uint32_t records = 0;
  RunTime clock_offset{};       // run time at which the board's ticks were 0
  RunTime clock_uncertainty{};  // of that, one deviation
};

struct Timeline {
  RunTime end{};
  std::vector<PowerCycle> power_cycles;
  std::vector<Span> spans;                 // in order, without gaps, from 0 to end
  std::vector<std::uint32_t> checkpoints;  // [layers] checkpoints committed in each layer
  std::vector<std::uint32_t> executions;   // [layers] times a layer was entered at its first tile
};

// Puts records and edges on one axis.
//
//   records   in the order they were received, without repeated ones
//   edges     of the rail and the mark pins, in order of time
//   layers    number of layers of the network
//   end       of the run; every edge is before it
//   returns   spans that cover [0, end) exactly. Where records are missing the span is
//   unattributed:
//             none is invented
Timeline build_timeline(
    std::span<const TimedRecord> records, std::span<const MarkEdge> edges, std::size_t layers,
    RunTime end);

}  // namespace sunfleck
