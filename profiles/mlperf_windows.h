#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/units.h"

namespace sunfleck {

// One measured window of an MLPerf Tiny energy result: a batch of inferences.
struct MlperfWindow {
  std::size_t first_event = 0;  // from 0: of the two events that bound it
  Seconds from, to;             // as the time stamps say
  std::size_t samples = 0;
  Joules energy;  // the sum of the samples
  Watts power;    // energy by the samples' time
};

// The time stamps of a recording's events: seconds since its first sample.
//
//   text      a JSON array of numbers
//   fails     invalid_argument, with `where`, for no array, more than 100,000 stamps, or one that
//   is
//             no finite number, negative or not later than that before
Result<std::vector<double>> read_mlperf_stamps(std::string_view text, std::string_view where);

// The windows of a recording. The first event belongs to no window (the board's own at its start);
// then each run has one for its begin and one for its end.
//
//   trace     the bytes of an energy recording, as in mlperf_energy.h
//   where     its name for error texts
//   returns   of each window the samples whose time is at or after `from` and before `to`. The time
//             of a sample is the running sum of periods in double precision, as the published
//             program counts: at a stamp that falls on a sample, rounding decides which side it is
//             on, and only the same sum gives the same side
//   fails     invalid_argument for no such recording, an energy that is not finite, an even number
//             of stamps, fewer than 3, or a window that does not lie within the samples
//
// Source: EEMBC's EnergyRunner, as seen in its results in mlcommons/tiny_results: all windows of
// the recordings at hand are those that were published, to their last digit.
Result<std::vector<MlperfWindow>> measure_mlperf_windows(
    std::string_view trace, std::string_view where, const std::vector<double>& stamps);

// What a run's log and result say.
struct MlperfPublished {
  std::vector<Joules> windows;
  std::vector<Joules> by_inference;  // of each window
  std::optional<Joules> median;      // by inference
};

// The numbers of inferences of the batches in a log ("m-infer-start-1000"), in their order; of a
// log without them the one of its configuration ("iterInfer"), or none. At most 100,000.
std::vector<std::uint64_t> mlperf_inferences_in(std::string_view log);

// The energies in a result's text; what is not there stays empty.
MlperfPublished mlperf_published_in(std::string_view results);

// The median: of an even number, the mean of the two in the middle. Not a number without any.
double median_of(std::vector<double> values);

}  // namespace sunfleck
