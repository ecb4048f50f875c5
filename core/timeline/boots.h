#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/timeline/clock_fit.h"
#include "core/timeline/timeline.h"

namespace sunfleck {

// The records of one boot of the board, and its clock.
struct Boot {
  std::size_t first = 0;  // records [first, end) of the run
  std::size_t end = 0;
  std::uint32_t power_cycle = 0;
  bool is_complete = true;  // no gap in its sequence from 0 to its last record that was received
  fw_boot_record setup{};   // its own boot record, or else that of another boot of the run
  ClockLine clock{};        // nominal time of its ticks to the run's time

  // Run time at which its ticks were 0.
  RunTime zero() const { return clock.to_reference({}); }
  // What so many ticks take; setup.ticks_per_second > 0.
  RunTime duration(std::uint64_t ticks) const;
};

// The boots of a run, and the drift of the clock that they share.
struct Boots {
  std::vector<Boot> boots;
  std::optional<BoardClock> clock;
};

// When the event of a record happened, and when the board had sent the record.
struct RecordTime {
  RunTime at{};
  RunTime sent{};       // >= at
  RunTime deviation{};  // of `at` by the clock, one deviation
};

// From the rail's rises to its falls. A run whose first edge is a fall began with the rail on.
std::vector<PowerCycle> power_cycles_of(std::span<const MarkEdge> edges, RunTime end);

// Cuts the records into boots, each assigned to the power cycle that it happened in, and fits their
// clocks: one offset for each boot, and one drift for all of them (clock_fit.h). More than one boot
// in a power cycle is a reset without an outage.
//
// A record cannot arrive before it is sent, only after it. With `wire` the time of a frame on the
// line, `sending` what the board says that sending took, and `byte` the time of one byte, a record
// is a mark of the kind `arrival` at
//
//   reference_i = received_i - byte - max(0, sending_i + 2 byte - wire_i),   clock_i = ticks_i
//
// The last term is what the board did between taking the ticks and the line: when sending ends, a
// transmitter has one byte in its shift register and one behind it. Where `sending` is not known it
// is the least of the run. The deviation is 2 byte / sqrt(12), because there are transmitters that
// hold less, and one tick / sqrt(12), in quadrature. The zero of the ticks is not before the rail's
// rise. Where the firmware announces records by its mark pins (edge_marks.h), the boot's clock goes
// by those edges alone; their own deviation may be common to all of them, and stays whole.
//
//   edges            of the rail and the mark pins, in order of time; may be none
//   edge_deviation   of an edge's time against the samples
//
// Ticks are unwrapped by the times of arrival. Without any boot record the ticks mean nothing:
// then setup.ticks_per_second is 0 in every boot.
Boots find_boots(
    std::span<const TimedRecord> records, std::span<const PowerCycle> power_cycles,
    std::span<const MarkEdge> edges = {}, Seconds edge_deviation = {});

// The nominal times of the ticks of a boot's records, unwrapped.
//
//   returns   [boot.end - boot.first]
std::vector<RunTime> clock_times(const Boot& boot, std::span<const TimedRecord> records);

// The records of `boot` on the run's clock. What sending took is what the next record says; of the
// last one, and before a gap, it is the time of its bytes on the line. A record is not taken to
// have happened before the one before it was sent.
//
//   records   of the run; setup.ticks_per_second > 0
//   returns   [boot.end - boot.first]
std::vector<RecordTime> record_times(const Boot& boot, std::span<const TimedRecord> records);

// Board ticks as time, saturating at 2^61 ns.
RunTime ticks_to_time(std::uint64_t ticks, std::uint32_t ticks_per_second);

// Whether `next` came right after `record` in the sequence of one boot.
bool follows(const fw_record_header& record, const fw_record_header& next);

}  // namespace sunfleck
