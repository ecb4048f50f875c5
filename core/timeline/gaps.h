#pragma once

#include <span>
#include <vector>

#include "core/timeline/boots.h"

namespace sunfleck {

// Where records are known missing, in order of time (Gap says how that is known).
//
//   records, times   of the run, [records]; of a boot without a clock the times of arrival are used
std::vector<Gap> find_gaps(
    std::span<const Boot> boots, std::span<const TimedRecord> records,
    std::span<const RecordTime> times, std::span<const PowerCycle> power_cycles);

// Turns each span that records placed and that is shorter than the deviation of its power cycle's
// clock into `unattributed`, and counts it in `timeline.refused`. Neighbours that say the same then
// become one span.
void refuse_short_spans(Timeline& timeline);

}  // namespace sunfleck
