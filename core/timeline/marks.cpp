#include "core/timeline/marks.h"

#include <algorithm>
#include <vector>

namespace sunfleck {
namespace {

std::uint8_t pins_of(const MarkEdge& edge) {
  const bool is_on = (edge.marks & rail_mark) != 0;
  return is_on ? static_cast<std::uint8_t>(edge.marks >> first_pin_mark) : 0;
}

// From `from` on, until the next one, `pin` has the time; no_mark: none has.
struct Owner {
  RunTime from{};
  std::uint8_t pin = no_mark;
};

// The pins that are high, in the order in which they rose.
class HighPins {
 public:
  void change(std::uint8_t pins) {
    std::erase_if(order_, [pins](std::uint8_t pin) { return (pins >> pin & 1) == 0; });
    for (std::uint8_t pin = 0; pin < mark_pins; ++pin)
      if ((pins >> pin & 1) != 0 && std::ranges::find(order_, pin) == order_.end())
        order_.push_back(pin);
  }
  std::uint8_t last() const { return order_.empty() ? no_mark : order_.back(); }

 private:
  std::vector<std::uint8_t> order_;
};

std::vector<Owner> owners_of(std::span<const MarkEdge> edges, std::uint8_t pins) {
  std::vector<Owner> owners{{}};
  HighPins high;
  for (const MarkEdge& edge : edges) {
    high.change(pins_of(edge) & pins);
    if (high.last() != owners.back().pin) owners.push_back({edge.time, high.last()});
  }
  return owners;
}

// Writes a span in pieces, each of one owner. `owner` is the first that may still matter.
void split(
    const Span& span, const std::vector<Owner>& owners, std::size_t& owner,
    std::vector<Span>& spans) {
  while (owner + 1 < owners.size() && owners[owner + 1].from <= span.from)
    ++owner;
  for (RunTime from = span.from; from < span.to;) {
    const bool is_last = owner + 1 == owners.size() || owners[owner + 1].from >= span.to;
    Span piece = span;
    piece.from = from;
    piece.to = is_last ? span.to : owners[owner + 1].from;
    if (owners[owner].pin != no_mark) {
      piece.activity = Activity::mark;
      piece.mark = owners[owner].pin;
    }
    if (piece.to > piece.from) spans.push_back(piece);
    from = piece.to;
    if (!is_last) ++owner;
  }
}

}  // namespace

Timeline with_marks(Timeline timeline, std::span<const MarkEdge> edges, std::uint8_t pins) {
  const std::vector<Owner> owners = owners_of(edges, pins);
  std::vector<Span> spans;
  std::size_t owner = 0;
  for (const Span& span : timeline.spans) {
    if (span.activity == Activity::unattributed)
      split(span, owners, owner, spans);
    else
      spans.push_back(span);
  }
  timeline.spans = std::move(spans);
  return timeline;
}

std::array<MarkCount, mark_pins> count_marks(std::span<const MarkEdge> edges) {
  std::array<MarkCount, mark_pins> counts{};
  std::uint8_t before = 0;
  for (const MarkEdge& edge : edges) {
    const std::uint8_t now = pins_of(edge);
    const bool is_on = (edge.marks & rail_mark) != 0;
    for (std::size_t pin = 0; pin < mark_pins; ++pin) {
      const std::uint8_t bit = static_cast<std::uint8_t>(1U << pin);
      if ((now & ~before & bit) != 0) ++counts[pin].begun;
      if (is_on && (before & ~now & bit) != 0) ++counts[pin].finished;
    }
    before = now;
  }
  return counts;
}

}  // namespace sunfleck
