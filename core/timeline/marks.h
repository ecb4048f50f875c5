#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/instrument/instrument.h"
#include "core/timeline/timeline.h"

namespace sunfleck {

// Gives what no record explains to the board's mark pins: a firmware that sends no records is
// timed by its pins alone.
//
// A moment of a span `unattributed` becomes `mark` of the pin that is high. When several are, it is
// that of the pin which rose last, of pins that rose together the one with the higher number: like
// functions that call each other, a pin raised while another is high counts for itself, and the
// other goes on when it falls. So every moment still belongs to one span, and sums close.
//
//   edges   in order of time; a pin is low while the rail is off
//   pins    bit i: pin i counts; the others are ignored
//   returns the timeline with spans split at edges of the pins; all else is as it was
Timeline with_marks(Timeline timeline, std::span<const MarkEdge> edges, std::uint8_t pins);

// How often a pin rose, and how often it fell again before the power failed.
struct MarkCount {
  std::uint32_t begun = 0;
  std::uint32_t finished = 0;
};
std::array<MarkCount, mark_pins> count_marks(std::span<const MarkEdge> edges);

}  // namespace sunfleck
