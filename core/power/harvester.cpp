#include "core/power/harvester.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace sunfleck {
namespace {

bool is_positive(double value) { return std::isfinite(value) && value > 0.0; }

Status check_times(const HarvesterConfig& config) {
  if (config.interval < RunTime{})
    return fail(
        Errc::invalid_argument, "harvester.interval: must not be below 0 ns, got ",
        config.interval.count(), " ns");
  if (config.pause < RunTime{} || config.pause > config.interval)
    return fail(
        Errc::invalid_argument, "harvester.pause: must be 0 ns to the interval of ",
        config.interval.count(), " ns, got ", config.pause.count(), " ns");
  return ok;
}

}  // namespace

Status check(const HarvesterConfig& config) {
  const bool tracks = config.kind == HarvesterKind::perturb_and_observe;
  if ((tracks || config.kind == HarvesterKind::fixed) && !is_positive(config.voltage.si))
    return fail(
        Errc::invalid_argument, "harvester.voltage: must be above 0 V, got ", config.voltage);
  if (config.kind == HarvesterKind::fraction) {
    if (!(config.share > 0.0 && config.share < 1.0))
      return fail(
          Errc::invalid_argument, "harvester.share: must be between 0 and 1, got ", config.share);
    TRY(check_times(config));
  }
  if (!tracks) return ok;
  if (config.interval <= RunTime{})
    return fail(
        Errc::invalid_argument, "harvester.interval: must be above 0 ns between two steps, got ",
        config.interval.count(), " ns");
  if (!is_positive(config.step.si))
    return fail(Errc::invalid_argument, "harvester.step: must be above 0 V, got ", config.step);
  return ok;
}

Harvester::Harvester(const HarvesterConfig& config) : config_(config), point_(config.voltage) {
  const bool is_share = config.kind == HarvesterKind::fraction;
  if (!is_share) config_.pause = {};
  if (!is_share && config.kind != HarvesterKind::perturb_and_observe) config_.interval = {};
}

Volts Harvester::set_point(const SourceCurve& curve) const {
  if (config_.kind != HarvesterKind::fraction) return point_;
  return config_.share * (open_ ? *open_ : curve.open_voltage());
}

OperatingPoint Harvester::hold(const SourceCurve& curve) const {
  if (curve.was_held() || config_.kind == HarvesterKind::optimum) return curve.optimum();
  if (is_pausing()) return {.voltage = curve.open_voltage(), .current = {}};
  const Volts point = set_point(curve);
  const Amperes current = curve.current_at(point);
  if (current > Amperes{}) return {.voltage = point, .current = current};
  return {.voltage = std::min(point, curve.open_voltage()), .current = {}};
}

RunTime Harvester::until_event() const {
  if (!has_events()) return RunTime::max();
  return (is_pausing() ? config_.pause : config_.interval) - elapsed_;
}

void Harvester::pass(const SourceCurve& curve, RunTime time) {
  if (!has_events()) return;
  assert(time <= until_event());
  const bool was_pausing = is_pausing();
  elapsed_ += time;
  const bool pause_ended = was_pausing && !is_pausing();
  const bool interval_ended = elapsed_ == config_.interval;
  if (interval_ended) elapsed_ = {};
  if (config_.kind == HarvesterKind::perturb_and_observe) {
    if (interval_ended) take_step(curve);
  } else if (pause_ended || (config_.pause == RunTime{} && (interval_ended || !open_))) {
    open_ = curve.open_voltage();
  }
}

void Harvester::take_step(const SourceCurve& curve) {
  const OperatingPoint held = hold(curve);
  const Watts power = held.voltage * held.current;
  if (!(power > power_)) direction_ = -direction_;
  power_ = power;
  const Volts highest = std::max(config_.step, curve.open_voltage());
  point_ = std::clamp(point_ + direction_ * config_.step, config_.step, highest);
}

}  // namespace sunfleck
