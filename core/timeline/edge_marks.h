#pragma once

#include <span>
#include <vector>

#include "core/timeline/boots.h"

namespace sunfleck {

// Pairs records with the edges of mark pins that the firmware makes just before it takes their
// ticks: two-sided marks of the board's clock, where its records only say "not later".
//
//   CHECKPOINT        pin 1 toggles
//   INFERENCE_BEGIN   pin 0 rises
//   INFERENCE_END     pin 0 falls
//
// A record has its pair when exactly one such edge lies within 5 deviations of the clock and 5 us
// of where the record is placed. A boot is taken when it has two pairs or more and four of five
// such records have theirs: pins that mean something else, or edges denser than the clock is sharp,
// pair now and then only.
//
//   boots       with clocks, as arrivals place them
//   edges       of the rail and the mark pins, in order of time
//   deviation   of an edge's time against the samples
//   returns     [boots] marks of the kind `logic_edge`; none for a boot that is not taken
// Source: target_fw/protocol/PROTOCOL.md, marks.
std::vector<std::vector<ClockMark>> edge_marks(
    std::span<const Boot> boots, std::span<const TimedRecord> records,
    std::span<const MarkEdge> edges, Seconds deviation);

// From the pin to the reading of the ticks it is some instructions, and edges are told to a
// microsecond at best: what every edge may be off, one deviation.
inline constexpr Seconds least_edge_deviation{1e-6};

}  // namespace sunfleck
