#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/random.h"
#include "core/timeline/timeline.h"

// What can happen to records on their way, and whether a timeline made of the rest is true.

namespace sunfleck {

struct Fate {
  double lost = 0.0;
  double repeated = 0.0;
  double swapped = 0.0;  // with the record after it, as they are passed on
  RunTime delay{};       // mean of what a record is late
};

inline std::vector<TimedRecord> passed_on(
    std::vector<TimedRecord> records, Fate fate, Random& random) {
  std::vector<TimedRecord> passed;
  for (TimedRecord& record : records) {
    const double late = -std::log(1.0 - random.uniform()) * to_seconds(fate.delay).si;
    record.received += to_run_time({late});
    if (random.uniform() < fate.lost) continue;
    passed.push_back(record);
    if (random.uniform() < fate.repeated) passed.push_back(record);
  }
  for (std::size_t i = 0; i + 1 < passed.size(); ++i)
    if (random.uniform() < fate.swapped) std::swap(passed[i], passed[i + 1]);
  return passed;
}

inline bool is_work(Activity activity) {
  return activity == Activity::compute || activity == Activity::re_execution;
}

// Whether what is said is true, or coarser than the truth as timeline.h allows it: the work of a
// layer in an inference may hold its commits and the sending, and what of it was lost.
inline bool is_true(const Span& said, const Span& truth) {
  if (said.activity == Activity::unattributed) return truth.activity != Activity::off;
  const bool is_same_place = said.layer == truth.layer && said.inference == truth.inference;
  if (said.activity == truth.activity) return said.layer == no_layer || is_same_place;
  if (!is_work(said.activity)) return false;
  if (truth.activity == Activity::telemetry) return true;
  return (is_work(truth.activity) || truth.activity == Activity::checkpoint) && is_same_place;
}

struct Piece {
  RunTime from{};
  RunTime to{};
};

// What a timeline says and is not true, as far as its clock can tell. `truth` covers the run too.
//
//   deviations   of the clock that an edge may be off
inline std::vector<Piece> invented(
    const Timeline& timeline, const std::vector<Span>& truth, int deviations = 3) {
  std::vector<Piece> pieces;
  std::size_t i = 0;
  for (const Span& said : timeline.spans) {
    while (i < truth.size() && truth[i].to <= said.from)
      ++i;
    for (std::size_t k = i; k < truth.size() && truth[k].from < said.to; ++k) {
      if (is_true(said, truth[k])) continue;
      const Piece piece{std::max(said.from, truth[k].from), std::min(said.to, truth[k].to)};
      const RunTime known = said.activity == Activity::off
          ? RunTime{}
          : deviations * timeline.power_cycles[said.power_cycle].clock_uncertainty;
      if (piece.to - piece.from > known) pieces.push_back(piece);
    }
  }
  return pieces;
}

inline RunTime unattributed_in(const Timeline& timeline) {
  RunTime sum{};
  for (const Span& span : timeline.spans)
    if (span.activity == Activity::unattributed) sum += span.to - span.from;
  return sum;
}

}  // namespace sunfleck
