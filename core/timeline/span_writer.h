#pragma once

#include <vector>

#include "core/timeline/timeline.h"

namespace sunfleck {

// What a span says, but for its times.
struct Label {
  Activity activity = Activity::unattributed;
  std::uint16_t layer = no_layer;
  std::uint32_t inference = 0;
  std::uint32_t power_cycle = 0;
};

// Writes the spans of a timeline one behind the other, so that they have neither gap nor overlap.
// Neighbours that say the same become one span.
class SpanWriter {
 public:
  // The end of what is written.
  RunTime now() const { return now_; }
  // Goes on to `until` with `label`; does nothing when that is written already.
  void write(RunTime until, const Label& label);
  // Turns the latest `amount` of what was written as `from` into `to`, going back over
  // the sending of records between, but not over anything else.
  //
  //   returns   what of the amount was found
  RunTime reclaim(RunTime amount, const Label& from, const Label& to);

  std::vector<Span> take() { return std::move(spans_); }

 private:
  void append(const Span& span);

  RunTime now_{};
  std::vector<Span> spans_;
};

}  // namespace sunfleck
