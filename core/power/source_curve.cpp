#include "core/power/source_curve.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace sunfleck {
namespace {

constexpr double standard_light = 1000.0;  // W/m2, of a panel's data sheet
constexpr double highest_sharpness = 500.0;
constexpr double lowest_best = 0.51;  // of the open voltage
constexpr double highest_best = 0.99;
constexpr double settled = 0.01;  // of the voltage at which a ramp has come to rest

bool is_positive(double value) { return std::isfinite(value) && value > 0.0; }

Status check(const SolarPanel& panel) {
  if (!is_positive(panel.short_circuit.si))
    return fail(
        Errc::invalid_argument, "source.panel.short_circuit: must be above 0 A, got ",
        panel.short_circuit);
  if (!is_positive(panel.open_circuit.si))
    return fail(
        Errc::invalid_argument, "source.panel.open_circuit: must be above 0 V, got ",
        panel.open_circuit);
  const double share = panel.best_voltage / panel.open_circuit;
  if (!(share >= lowest_best && share <= highest_best))
    return fail(
        Errc::invalid_argument, "source.panel.best_voltage: must be ", lowest_best, " to ",
        highest_best, " of open_circuit, ", panel.open_circuit, ", got ", panel.best_voltage);
  return ok;
}

}  // namespace

Status check(const SourceAssumptions& assumptions, const HarvestFormat& format) {
  if (!(assumptions.sharpness > 0.0 && assumptions.sharpness <= highest_sharpness))
    return fail(
        Errc::invalid_argument, "source.sharpness: must be above 0 and at most ", highest_sharpness,
        ", got ", assumptions.sharpness);
  if (!(std::isfinite(assumptions.open_current.si) && assumptions.open_current >= Amperes{}))
    return fail(
        Errc::invalid_argument, "source.open_current: must not be below 0 A, got ",
        assumptions.open_current);
  if (assumptions.panel) TRY(check(*assumptions.panel));
  if (format.kind == HarvestKind::irradiance && !assumptions.panel)
    return fail(
        Errc::invalid_argument,
        "source.panel: the profile gives light, which needs the panel that it falls on");
  return ok;
}

Amperes DiodeLaw::current_at(Volts at) const {
  if (!(a > 0.0 && b > 0.0 && c > 0.0)) return {};
  return {std::max(0.0, a - b * std::expm1(c * at.si))};
}

Volts DiodeLaw::open_voltage() const {
  if (!(a > 0.0 && b > 0.0 && c > 0.0)) return {};
  return {std::log1p(a / b) / c};
}

OperatingPoint DiodeLaw::optimum() const {
  if (!(a > 0.0 && b > 0.0 && c > 0.0)) return {};
  const double wanted = std::log1p(a / b);
  // x + ln(1 + x) is concave and both bounds lie below the root, so that Newton's steps rise to it;
  // three end within 2e-13 of it for any ratio of two floats.
  double x = std::max(0.5 * wanted, wanted - std::log1p(wanted));
  for (int step = 0; step < 3; ++step)
    x += (wanted - x - std::log1p(x)) * (1.0 + x) / (2.0 + x);
  return {.voltage = {x / c}, .current = {(a + b) * x / (1.0 + x)}};
}

DiodeLaw law_of(const SolarPanel& panel) {
  const double ratio = (panel.open_circuit - panel.best_voltage) / panel.best_voltage;
  // ln(1 + x) - ratio x is concave and negative at 1 / ratio^2, so that Newton's steps fall to the
  // root; the most are needed for a best voltage near half the open one.
  double x = 1.0 / (ratio * ratio);
  for (int step = 0; step < 40; ++step)
    x -= (std::log1p(x) - ratio * x) / (1.0 / (1.0 + x) - ratio);
  const double c = x / panel.best_voltage.si;
  const double a = panel.short_circuit.si;
  return {.a = a, .b = a / std::expm1(c * panel.open_circuit.si), .c = c};
}

SourceCurve::SourceCurve(const HarvestFormat& format, const SourceAssumptions& assumptions)
    : kind_(format.kind),
      was_held_(
          format.kind == HarvestKind::operating_point ||
          format.kind == HarvestKind::voltage_into_load),
      resistance_(format.resistance),
      first_(format.lead_in),
      points_(format.points),
      open_current_(assumptions.open_current),
      sharpness_(assumptions.sharpness),
      saturation_(1.0 / std::expm1(assumptions.sharpness)) {
  assert(!is_power(kind_));
  share_ = DiodeLaw{.a = 1.0, .b = saturation_, .c = sharpness_}.optimum();
  if (assumptions.panel) panel_ = law_of(*assumptions.panel);
}

Amperes SourceCurve::current_at(Volts at) const {
  if (sample_ == nullptr) return {};
  if (kind_ == HarvestKind::iv_curve) return swept_current_at(at);
  if (kind_ == HarvestKind::voltage_behind_resistance)
    return std::max(Amperes{}, (Volts{number(0)} - at) / resistance_);
  if (!was_held_) return law().current_at(at);
  const OperatingPoint held = held_point();
  return at <= held.voltage ? held.current : Amperes{};
}

Volts SourceCurve::open_voltage() const {
  if (sample_ == nullptr) return {};
  if (kind_ == HarvestKind::iv_curve) return swept_open_voltage();
  if (was_held_ || kind_ == HarvestKind::voltage_behind_resistance) return {number(0)};
  return law().open_voltage();
}

OperatingPoint SourceCurve::optimum() const {
  if (sample_ == nullptr) return {};
  if (was_held_) return held_point();
  if (kind_ == HarvestKind::iv_curve) return swept_optimum();
  if (kind_ == HarvestKind::isc_voc)
    return {.voltage = number(1) * share_.voltage, .current = number(0) * share_.current};
  if (kind_ != HarvestKind::voltage_behind_resistance) return law().optimum();
  const Volts half{0.5 * number(0)};
  return {.voltage = half, .current = half / resistance_};
}

OperatingPoint SourceCurve::held_point() const {
  const Volts voltage{number(0)};
  if (kind_ == HarvestKind::operating_point) return {.voltage = voltage, .current = {number(1)}};
  return {.voltage = voltage, .current = voltage / resistance_};
}

DiodeLaw SourceCurve::law() const {
  if (kind_ == HarvestKind::diode) return {.a = number(0), .b = number(1), .c = number(2)};
  if (kind_ == HarvestKind::irradiance)
    return {.a = number(0) / standard_light * panel_.a, .b = panel_.b, .c = panel_.c};
  const double open = number(1);
  if (!(open > 0.0)) return {};
  return {.a = number(0), .b = number(0) * saturation_, .c = sharpness_ / open};
}

SourceCurve::Edges SourceCurve::edges() const {
  Edges found;
  for (std::size_t i = first_; i < points_; ++i) {
    const Swept point = swept(i);
    found.highest = std::max(found.highest, point.voltage);
    if (is_lit(point))
      found.highest_lit = std::max(found.highest_lit.value_or(Volts{}), point.voltage);
    else
      found.lowest_dark = std::min(found.lowest_dark.value_or(point.voltage), point.voltage);
  }
  return found;
}

template <class Wanted>
void SourceCurve::collect(const Wanted& wanted) const {
  some_.clear();
  for (std::size_t i = first_; i < points_; ++i) {
    const Swept point = swept(i);
    if (wanted(point)) some_.push_back(point);
  }
}

// The highest voltage which the fewest points contradict.
Volts SourceCurve::cut(Volts lowest_dark, Volts highest_lit) const {
  if (lowest_dark > highest_lit) return lowest_dark;
  collect([&](const Swept& point) {
    return point.voltage >= lowest_dark && point.voltage <= highest_lit;
  });
  std::ranges::sort(some_, {}, &Swept::voltage);
  // Contradictions beyond those of a cut below all disputed points.
  std::ptrdiff_t more = 0;
  std::ptrdiff_t fewest = 0;
  Volts best = lowest_dark;
  for (std::size_t i = 0; i < some_.size(); ++i) {
    more += is_lit(some_[i]) ? -1 : 1;
    const Volts next = i + 1 < some_.size() ? some_[i + 1].voltage
                                            : Volts{std::nextafter(highest_lit.si, HUGE_VAL)};
    if (more > fewest || next == some_[i].voltage) continue;
    fewest = more;
    best = next;
  }
  return best;
}

Volts SourceCurve::swept_open_voltage() const {
  if (!swept_open_) swept_open_ = find_open_voltage();
  return *swept_open_;
}

Volts SourceCurve::find_open_voltage() const {
  const Edges found = edges();
  if (!found.highest_lit) return {};
  if (!found.lowest_dark) return found.highest;
  const Volts from = cut(*found.lowest_dark, *found.highest_lit);
  collect([&](const Swept& point) { return !is_lit(point) && point.voltage >= from; });
  if (some_.empty()) return found.highest;
  const auto ranked = [this](std::size_t rank) {
    const auto nth = some_.begin() + static_cast<std::ptrdiff_t>(rank);
    std::ranges::nth_element(some_, nth, {}, &Swept::voltage);
    return nth->voltage;
  };
  const std::size_t count = some_.size();
  const Volts median = ranked(count / 2);
  const bool at_rest = ranked(3 * count / 4) - ranked(count / 4) <= settled * median;
  return at_rest ? median : ranked(0);
}

Amperes SourceCurve::swept_current_at(Volts at) const {
  const Volts open = swept_open_voltage();
  if (open == Volts{} || at > open) return {};
  struct Mean {
    Amperes sum;
    double count = 0.0;
  };
  Mean with;  // of the lines that have a lit end
  Mean without;
  Swept low = swept(first_);
  Swept high = low;
  for (std::size_t i = first_ + 1; i < points_; ++i) {
    const Swept a = swept(i - 1);
    const Swept b = swept(i);
    if (b.voltage < low.voltage) low = b;
    if (b.voltage > high.voltage) high = b;
    if ((a.voltage <= at) == (b.voltage <= at)) continue;
    const double share = (at - a.voltage) / (b.voltage - a.voltage);
    Mean& mean = is_lit(a) || is_lit(b) ? with : without;
    mean.sum += a.current + share * (b.current - a.current);
    mean.count += 1.0;
  }
  const Mean& mean = with.count > 0.0 ? with : without;
  if (mean.count > 0.0) return (1.0 / mean.count) * mean.sum;
  return at < low.voltage ? low.current : high.current;
}

// The maximum of v I(v) on each line, which for a falling one is the top of a parabola.
OperatingPoint SourceCurve::swept_optimum() const {
  const Volts open = swept_open_voltage();
  OperatingPoint best;
  const auto offer = [&best](Volts voltage, Amperes current) {
    if (voltage * current > best.voltage * best.current)
      best = {.voltage = voltage, .current = current};
  };
  for (std::size_t i = first_; i < points_; ++i) {
    const Swept b = swept(i);
    if (b.voltage <= open) offer(b.voltage, b.current);
    if (i == first_) continue;
    const Swept a = swept(i - 1);
    const Volts from = std::min(a.voltage, b.voltage);
    const Volts until = std::min(open, std::max(a.voltage, b.voltage));
    if (from >= until) continue;
    const auto slope = (b.current - a.current) / (b.voltage - a.voltage);
    const Volts top =
        slope.si < 0.0 ? std::clamp(0.5 * (a.voltage - a.current / slope), from, until) : until;
    offer(top, a.current + slope * (top - a.voltage));
  }
  return best;
}

}  // namespace sunfleck
