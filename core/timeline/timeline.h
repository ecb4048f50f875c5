#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "core/instrument/instrument.h"
#include "core/telemetry/records.h"
#include "core/timeline/clock_fit.h"

namespace sunfleck {

// What the board did in a span of time. Every moment of a run belongs to exactly one span.
//
// Compute is the useful work and nothing else: what power failures waste is booked where it was
// lost, as re_execution of its layer, and the repetition that succeeds is compute. So the compute
// of a layer is that of an uninterrupted board, and re_execution is what intermittence costs.
enum class Activity : std::uint8_t {
  off,         // the rail is off
  boot,        // from the rail's rise to the boot record, and start-up after it
  restore,     // finding the progress in non-volatile memory
  compute,     // of a layer, that was kept
  checkpoint,  // writing a layer's outputs and committing them; of no layer: an inference's commit
  re_execution,  // compute of a layer that was lost with the power, and has to be done again
  telemetry,     // sending records
  sleep,         // after the board said so; a board that cannot go on sleeps as well
  mark,          // no record says what for, but a mark pin does (marks.h)
  unattributed,  // the rail was on, and no record says what for
};

// "re-execution"
const char* name_of(Activity activity);

inline constexpr std::uint16_t no_layer = 0xFFFF;
inline constexpr std::uint8_t mark_pins = 8;
inline constexpr std::uint8_t no_mark = 0xFF;

struct Span {
  RunTime from{};
  RunTime to{};  // > from
  Activity activity = Activity::unattributed;
  std::uint16_t layer = no_layer;  // of compute, checkpoint and re_execution
  std::uint32_t inference = 0;
  std::uint32_t power_cycle = 0;  // index into Timeline::power_cycles; that before, when off
  std::uint8_t mark = no_mark;    // pin, of mark
};

// From the rail's rise to its fall.
struct PowerCycle {
  RunTime on{};
  RunTime off{};        // the run's end, when that came first
  bool outage = false;  // ended by a failure of power, not by the end of the run
  std::uint32_t records = 0;
  RunTime clock_offset{};       // run time at which the board's ticks were 0 (at its first boot)
  RunTime clock_uncertainty{};  // of its records' times: the largest deviation of one of them
};

// Records that are known missing: their numbers are.
//
// Within a boot, from the end of sending the record before to the event of the record after; before
// the first record of a boot, from its power-up (the rail's rise, where its clock is not known) to
// that record's event. Boot numbers that are missing are those of boots of which no record came:
// from the last record before them to the power-up of the boot after them. What a boot that lost
// its power had yet to say is not known, and in no gap.
struct Gap {
  RunTime from{};
  RunTime to{};               // >= from
  std::uint32_t records = 0;  // modulo 2^16
  std::uint32_t boots = 0;    // how many records these had is not known
};

// Spans that are shorter than what their power cycle's clock is known to, and are not claimed.
struct Refused {
  std::uint64_t spans = 0;
  RunTime time{};
};

struct Timeline {
  RunTime end{};
  std::optional<BoardClock> clock;  // against the meter's; nothing when the records do not tell
  std::vector<PowerCycle> power_cycles;
  std::vector<Span> spans;  // in order, without gaps, from 0 to end
  // Of the records that were received: what is missing is not counted.
  std::vector<std::uint32_t> checkpoints;  // [layers] checkpoints committed in each layer
  std::vector<std::uint32_t> executions;   // [layers] times a layer was entered at its first tile
  std::vector<Gap> gaps;                   // in order of time
  Refused refused;
  std::uint64_t set_aside = 0;  // records that are repeated, or that others contradict
};

// Puts records and edges on one axis.
//
// Times: power cycles lie between edges of the rail; without any, a run with records is one power
// cycle. The board's ticks are placed in each boot by find_boots() (boots.h). A checkpoint or
// restore fills the time before its record; what of it does not fit there is taken from the layer's
// latest compute, or from the boot. Sending a record takes what the next one says, or the time of
// its bytes.
//
// Between two records of a boot the board computed a layer when both name that layer: the one
// before left it open, and the one after is of its tiles, checkpoints or end. With record level
// `layers`, or where records between are missing, that compute includes the commits and the sending
// that no record told apart: it is the work of that layer in that inference and nothing else, which
// is the coarser truth, and no invention. Where a gap may hide another layer it is unattributed.
// Everything else between two records is unattributed, but start-up and sleep, for which the
// records must follow each other.
//
// After the last record of a boot nothing lies on the other side. It goes on computing its layer
// when that is proven: the next boot goes on in the same layer, where the strategy commits at least
// once a layer; or the time was shorter than the layer ever took; or no record of the whole run is
// known missing.
//
// Compute is lost (re_execution) in a boot that power or a reset ended, when it lies at or after
// the place where the next boot goes on; where that is not known, when it lies after the last
// commit recorded. That is one rule for all strategies: with `restart` the next boot goes on at the
// inference's begin, with `layer` at a layer's, with `tile` at a tile, with `voltage` where the
// last snapshot was taken; beyond the last checkpoint received when a commit happened and its
// record was cut.
//
// Records that others contradict are set aside first (sound_records.h). A wrong record that passed
// its checksum and contradicts no other can mislead from the record before it to the record after
// it, and no further.
//
// A span that records placed and that is shorter than clock_uncertainty of its power cycle is
// refused: it lies somewhere there, but its energy would be its neighbours'. It becomes
// unattributed and is counted. The rail's edges are the meter's own, but the other end of a span at
// one of them is not.
//
//   records   in the order they were received; they may be repeated or out of order
//   edges     of the rail and the mark pins, in order of time
//   layers    number of layers of the network
//   end       of the run, >= 0; what lies after it is left out
//   edge_deviation   of an edge's time against the samples, one deviation
//   returns   spans that cover [0, end) exactly. Where records are missing the span is
//             unattributed: none is invented
Timeline build_timeline(
    std::span<const TimedRecord> records, std::span<const MarkEdge> edges, std::size_t layers,
    RunTime end, Seconds edge_deviation = {});

}  // namespace sunfleck
