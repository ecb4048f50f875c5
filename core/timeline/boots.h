#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/timeline/timeline.h"

namespace sunfleck {

// The records of one boot of the board, and its clock.
struct Boot {
  std::size_t first = 0;  // records [first, end) of the run
  std::size_t end = 0;
  std::uint32_t power_cycle = 0;
  bool is_complete = true;     // no gap in its sequence from 0 to its last record that was received
  fw_boot_record setup{};      // its own boot record, or else that of another boot of the run
  RunTime zero{};              // run time at which its ticks were 0
  RunTime zero_uncertainty{};  // one deviation
};

// When the event of a record happened, and when the board had sent the record.
struct RecordTime {
  RunTime at{};
  RunTime sent{};  // >= at
};

// From the rail's rises to its falls. A run whose first edge is a fall began with the rail on.
std::vector<PowerCycle> power_cycles_of(std::span<const MarkEdge> edges, RunTime end);

// Cuts the records into boots, each assigned to the power cycle that it happened in, and fits their
// clocks. More than one boot in a power cycle is a reset without an outage.
//
// A record cannot arrive before it is sent, only after it. With `wire` the time of a frame on the
// line, `sending` what the board says that sending took, and `byte` the time of one byte,
//
//   zero_i = received_i - byte - ticks_i / ticks_per_second - max(0, sending_i - wire_i)
//
// is never before the true zero of the board's ticks. The last term is what the board did between
// taking the ticks and the line; it is left out where `sending` is not known. The estimate is the
// lower envelope: the smallest zero_i, of 20 records or more the smallest but one in 20 (a
// receiver's time stamp may be early now and then), and not before the rail's rise. Its uncertainty
// adds in quadrature m / n, the error of the smallest of n delays that are distributed
// exponentially with mean m above their floor (m is taken over all boots of the run); 2 byte /
// sqrt(12), for up to two bytes wait in the transmitter when sending ends; one tick / sqrt(12).
//
// Ticks are unwrapped by the times of arrival. Without any boot record the ticks mean nothing:
// then setup.ticks_per_second is 0 in every boot.
std::vector<Boot> find_boots(
    std::span<const TimedRecord> records, std::span<const PowerCycle> power_cycles);

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
