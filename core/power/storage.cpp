#include "core/power/storage.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace sunfleck {
namespace {

using Segment = Storage::Segment;

// The last segment that does not begin above `value`, in the quantity that `member` names.
template <class Unit>
const Segment& segment_at(
    const std::vector<Segment>& segments, Unit value, Unit Segment::* member) {
  const auto above = std::ranges::upper_bound(segments, value, {}, member);
  return above == segments.begin() ? segments.front() : *std::prev(above);
}

Coulombs charge_within(const Segment& segment, Volts rise) {
  return (segment.capacitance + 0.5 * segment.slope * rise) * rise;
}

// The integral of (C + s y) (v + y) dy over the rise.
Joules energy_within(const Segment& segment, Volts rise) {
  const Farads linear = segment.capacitance + segment.slope * segment.from;
  return (segment.capacitance * segment.from +
          (0.5 * linear + 1.0 / 3.0 * segment.slope * rise) * rise) *
      rise;
}

// The root of a function that grows with slope `slope`, between two voltages: Newton's steps, or a
// halving where one would leave the bracket.
template <class Value, class Slope>
Volts root_between(Volts low, Volts high, Volts guess, const Value& value, const Slope& slope) {
  constexpr int most_steps = 100;
  constexpr double rounding = 1e-15;
  Volts at = std::clamp(guess, low, high);
  for (int step = 0; step < most_steps; ++step) {
    const auto error = value(at);
    if (error.si == 0.0) break;
    (error.si > 0.0 ? high : low) = at;
    const Volts next = at - error / slope(at);
    const Volts moved = next >= low && next <= high ? next : 0.5 * (low + high);
    const bool arrived = std::abs((moved - at).si) <= rounding * at.si;
    at = moved;
    if (arrived) break;
  }
  return at;
}

}  // namespace

Storage::Storage(const Capacitor& capacitor) {
  const auto& nodes = capacitor.bias_voltage;
  const auto share = [&](std::size_t i) { return capacitor.bias_share[i] * capacitor.capacitance; };
  const auto add = [this](Volts from, Farads capacitance, Quantity<-2, 1, 1> slope) {
    Segment next{
        .from = from, .capacitance = capacitance, .slope = slope, .energy = {}, .charge = {}};
    if (!segments_.empty()) {
      const Segment& last = segments_.back();
      next.energy = last.energy + energy_within(last, from - last.from);
      next.charge = last.charge + charge_within(last, from - last.from);
    }
    segments_.push_back(next);
  };
  if (nodes.empty()) add({}, capacitor.capacitance, {});
  if (!nodes.empty() && nodes.front() > Volts{}) add({}, share(0), {});
  for (std::size_t i = 0; i + 1 < nodes.size(); ++i)
    add(nodes[i], share(i), (share(i + 1) - share(i)) / (nodes[i + 1] - nodes[i]));
  if (!nodes.empty()) add(nodes.back(), share(nodes.size() - 1), {});
}

Farads Storage::capacitance_at(Volts voltage) const {
  if (is_constant()) return segments_.front().capacitance;
  const Segment& segment = segment_at(segments_, voltage, &Segment::from);
  return segment.capacitance + segment.slope * (voltage - segment.from);
}

Joules Storage::energy_at(Volts voltage) const {
  const Segment& segment = segment_at(segments_, voltage, &Segment::from);
  return segment.energy + energy_within(segment, voltage - segment.from);
}

Coulombs Storage::charge_at(Volts voltage) const {
  const Segment& segment = segment_at(segments_, voltage, &Segment::from);
  return segment.charge + charge_within(segment, voltage - segment.from);
}

Volts Storage::biased_voltage_of(Joules energy) const {
  const Segment& segment = segment_at(segments_, energy, &Segment::energy);
  const Joules rest = energy - segment.energy;
  const Volts from = segment.from;
  const bool is_last = &segment == &segments_.back();
  // As if the capacitance stayed that at the segment's beginning; exact for the last.
  const Volts guess = sqrt(from * from + 2.0 * rest / segment.capacitance);
  if (is_last) return guess;
  const Volts end = (&segment + 1)->from;
  return root_between(
      from, end, guess,
      [&](Volts at) { return energy_within(segment, at - from) - rest; },
      [&](Volts at) { return (segment.capacitance + segment.slope * (at - from)) * at; });
}

Volts Storage::voltage_with(Farads beside, Coulombs charge) const {
  const Farads least = std::ranges::min(segments_, {}, &Segment::capacitance).capacitance;
  return root_between(
      {}, charge / (least + beside), charge / (segments_.front().capacitance + beside),
      [&](Volts at) { return charge_at(at) + beside * at - charge; },
      [&](Volts at) { return capacitance_at(at) + beside; });
}

}  // namespace sunfleck
