#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/timeline/timeline.h"

namespace sunfleck {

// Records that do not contradict each other, by boot and in each boot by sequence.
struct SoundRecords {
  std::vector<TimedRecord> records;
  std::uint64_t set_aside = 0;  // repeated ones, and those that the others contradict
};

// Puts records in order and sets aside what cannot be true. (boot, sequence) grows strictly on the
// board, and so do its ticks; a frame whose damage the checksum missed can say anything.
//
// - Boots: records that arrived between those of another boot, because a line or a host passed them
//   on in another order around a reset, go where they belong when that boot has other records. Of
//   boot numbers that contradict the order of arrival, the fewest possible are set aside. A boot of
//   one record is believed when its number is at most one more than the rail rose since the record
//   before it.
// - Boot records: those that do not name the ticks per second that most of the run's name, go.
// - Ticks: within a boot, those go that are off what most records' ticks and times of arrival say by
//   more than a second and a hundredth of the boot's length; of the rest that contradict the
//   sequence, the fewest possible. The record after LOST was made before LOST was, and may say so.
// - Repeated: of records with one (boot, sequence), the first stays.
//
//   records        in the order they were received
//   power_cycles   of the run, in order
SoundRecords sound_records(
    std::span<const TimedRecord> records, std::span<const PowerCycle> power_cycles);

}  // namespace sunfleck
