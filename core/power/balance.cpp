#include "core/power/balance.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {
namespace {

// One piece with a share of its load.
class Piece {
 public:
  Piece(const Before& before, const Feed& feed, const Draw& load, double served)
      : before_(before),
        feed_(feed),
        power_(served * load.power),
        current_(served * load.current),
        served_(served),
        ramp_(before.duration / before.capacitance),
        half_(0.5 * ramp_ + before.series) {}

  // Whether the capacitor can bear the load; `flow` is set in any case.
  bool solve(Flow& flow) const;

 private:
  struct Terminals {
    Volts voltage{};
    bool exist = true;
  };

  Terminals terminals(Amperes in, Watts power) const;
  bool book(Flow& flow, Amperes in, Watts arriving) const;
  Amperes current_in() const;
  Amperes offered(Amperes in) const;
  Amperes offered_against(Amperes drawn) const;
  Amperes resistive(Volts level, Amperes drawn) const;

  const Before& before_;
  const Feed& feed_;
  Watts power_;      // drawn
  Amperes current_;  // likewise
  double served_;
  Ohms ramp_;  // dt / C
  Ohms half_;  // dt / 2C + R: mean rise of the terminals per current into them
};

bool Piece::solve(Flow& flow) const {
  flow = {.lost = feed_.stage_loss, .served = served_};
  if (feed_.arrives_whole()) {
    flow.arriving = feed_.power;
    return book(flow, {}, feed_.power);
  }
  const Amperes in = current_in();
  flow.lost += in * (feed_.drop + feed_.series * in);
  return book(flow, in, {});
}

// The voltage at which a current and a power into the capacitor hold the terminals, `current_` and
// `power_` included; the upper root, in the form that does not cancel.
Piece::Terminals Piece::terminals(Amperes in, Watts power) const {
  const Volts alone = before_.voltage + half_ * (in - current_);
  const auto pushed = half_ * (power - power_);
  if (pushed.si == 0.0) return {std::max(Volts{}, alone), alone >= Volts{}};
  const auto square = alone * alone + 4.0 * pushed;
  if (square.si < 0.0) return {std::max(Volts{}, 0.5 * alone), false};
  const Volts root = sqrt(square);
  if (alone >= Volts{}) return {0.5 * (alone + root), true};
  const bool is_pushed = pushed.si > 0.0;
  return {is_pushed ? 2.0 * pushed / (root - alone) : Volts{}, is_pushed};
}

bool Piece::book(Flow& flow, Amperes in, Watts power) const {
  const Amperes current = in - current_;
  const Watts net_power = power - power_;
  const bool has_resistance = before_.series > Ohms{};
  flow.terminals = before_.voltage;
  if (!has_resistance && current == Amperes{}) {
    flow.rise = net_power * before_.duration;
    return before_.energy + flow.rise >= Joules{};
  }
  const auto [voltage, exist] = terminals(in, power);
  flow.terminals = voltage;
  flow.net = current;
  if (net_power != Watts{} && voltage > Volts{}) flow.net += net_power / voltage;
  flow.arriving = power + in * voltage;
  flow.esr_loss = flow.net * flow.net * before_.series;
  flow.rise = (net_power + current * voltage - flow.esr_loss) * before_.duration;
  return exist && before_.voltage + ramp_ * flow.net >= Volts{} &&
      before_.energy + flow.rise >= Joules{};
}

// What the source gives when `in` comes from it.
Amperes Piece::offered(Amperes in) const {
  const Volts at = terminals(in, {}).voltage;
  if (feed_.kind == Feed::Kind::curve)
    return feed_.curve->current_at(at + feed_.drop + feed_.series * in);
  return offered_against(at > Volts{} ? current_ + power_ / at : current_);
}

// What the source gives while the capacitor gives `drawn`; not for a curve.
Amperes Piece::offered_against(Amperes drawn) const {
  const Volts level = before_.voltage + feed_.drop;
  const Volts sag = level - half_ * drawn;
  const Ohms rise = half_ + feed_.series;
  switch (feed_.kind) {
    case Feed::Kind::power: {
      // The positive root of I (sag + rise I) = P.
      if (feed_.power <= Watts{}) return {};
      const Volts root = sqrt(sag * sag + 4.0 * rise * feed_.power);
      return sag > Volts{} ? 2.0 * feed_.power / (sag + root) : (root - sag) / (2.0 * rise);
    }
    case Feed::Kind::current: {
      // No more than what ends the piece, or leaves its mean, where the source stops.
      const Volts room = feed_.open - level;
      const Ohms way = room > Volts{} ? ramp_ + before_.series : half_;
      return std::clamp((room + way * drawn) / (way + feed_.series), Amperes{}, feed_.current);
    }
    case Feed::Kind::resistance:
      return resistive(level, drawn);
    case Feed::Kind::curve:
      break;
  }
  return {};
}

// Rising, the capacitor follows its exponential. Falling, the mean of a straight line lies above
// that of the exponential, and only Ohm's law for the means keeps the source within its power.
Amperes Piece::resistive(Volts level, Amperes drawn) const {
  const Ohms resistance = feed_.resistance + feed_.series;
  const Amperes falling = (feed_.open - level + half_ * drawn) / (resistance + half_);
  if (falling <= Amperes{}) return {};
  const double relaxed = -std::expm1(-(ramp_ / (resistance + before_.series)));
  const Amperes rising =
      relaxed * (feed_.open - resistance * drawn - level) / ramp_ + drawn;
  return std::max(Amperes{}, std::min(rising, falling));
}

// The current at which the source gives as much as comes from it. offered(x) - x falls, so that
// there is one: sought by the Illinois method, whose lower end the source can always give.
Amperes Piece::current_in() const {
  const bool is_closed = power_ == Watts{} && feed_.kind != Feed::Kind::curve;
  if (is_closed) return offered_against(current_);
  constexpr int most_steps = 60;
  const Amperes most = offered({});
  const Amperes near = 1e-11 * most;
  Amperes low;
  Amperes high = most;
  Amperes low_gap = most;  // offered(x) - x
  Amperes high_gap = offered(high) - high;
  int side = 0;  // of the last step
  for (int step = 0; step < most_steps && high - low > near && low_gap > near; ++step) {
    const Amperes at = low + (low_gap / (low_gap - high_gap)) * (high - low);
    const Amperes gap = offered(at) - at;
    if (gap >= Amperes{}) {
      low = at;
      low_gap = gap;
      if (side > 0) high_gap = 0.5 * high_gap;
      side = 1;
    } else {
      high = at;
      high_gap = gap;
      if (side < 0) low_gap = 0.5 * low_gap;
      side = -1;
    }
  }
  return low;
}

}  // namespace

Flow balance(const Before& before, const Feed& feed, const Draw& load) {
  Flow flow;
  if (Piece(before, feed, load, 1.0).solve(flow)) return flow;
  double low = 0.0;
  double high = 1.0;
  constexpr int halvings = 52;
  for (int i = 0; i < halvings; ++i) {
    const double middle = 0.5 * (low + high);
    (Piece(before, feed, load, middle).solve(flow) ? low : high) = middle;
  }
  Piece(before, feed, load, low).solve(flow);
  return flow;
}

}  // namespace sunfleck
