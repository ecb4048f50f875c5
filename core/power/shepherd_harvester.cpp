#include "core/power/shepherd_harvester.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "core/power/shepherd_units.h"

namespace sunfleck {
namespace {

constexpr std::uint32_t most_points = 1U << 20;

// The published default of a harvester's own ramp, which bounds its times from below.
constexpr std::int64_t shortest_interval = 8;

// The model's numbers have 32 bit, and it clips what would leave them.
std::int64_t clipped(std::int64_t value) {
  return std::clamp<std::int64_t>(value, 0, (std::int64_t{1} << 32) - 1);
}

double femtowatts(ShepherdPoint point) {
  return static_cast<double>(point.microvolts) * static_cast<double>(point.nanoamperes);
}

}  // namespace

Status check(const ShepherdInput& input) {
  if (input.points > most_points)
    return fail(Errc::invalid_argument, "points: at most ", most_points, ", not ", input.points);
  const bool is_step = input.step > Volts{} && input.step <= Volts{10.0};
  if (input.points > 1 && !is_step)
    return fail(
        Errc::invalid_argument, "step: a ramp's is above 0 V and at most 10 V, not ", input.step);
  return ok;
}

ShepherdHarvester::ShepherdHarvester(
    const ShepherdHarvesterConfig& config, const ShepherdInput& input)
    : kind_(input.points > 1 ? config.kind : ShepherdHarvesting::none),
      extrapolates_(config.extrapolates),
      share_(std::min(255.0, std::nearbyint(256.0 * config.share))),
      lowest_(whole_microvolts(config.lowest)),
      highest_(whole_microvolts(config.highest)),
      open_current_(whole_nanoamperes(config.open_current)),
      ramp_step_(static_cast<std::int64_t>(std::ceil(1e6 * input.step.si))),
      oldest_(2 * std::int64_t{input.points}),
      interval_(std::max(shortest_interval, whole_samples(config.interval))),
      pause_(std::clamp(whole_samples(config.pause), shortest_interval, interval_)),
      aim_(static_cast<double>(whole_microvolts(config.voltage) + 1)),
      // The first interval ends after two ramps, which have shown what there is.
      interval_step_(interval_ > oldest_ ? interval_ - oldest_ : interval_),
      open_voltage_(highest_),
      next_open_voltage_(highest_),
      rising_(config.rising),
      move_(ramp_step_) {}

ShepherdPoint ShepherdHarvester::harvest(ShepherdPoint now) {
  switch (kind_) {
    case ShepherdHarvesting::none:
      return now;
    case ShepherdHarvesting::constant_voltage:
      return hold(now);
    case ShepherdHarvesting::open_circuit_share:
      return track_open_circuit(now);
    case ShepherdHarvesting::perturb_and_observe:
      return perturb(now);
    case ShepherdHarvesting::optimum:
      return track_optimum(now);
  }
  return now;
}

// The point next to the set point, whenever the ramp crosses it; the ramp's return is no crossing.
ShepherdPoint ShepherdHarvester::hold(ShepherdPoint now) {
  const auto near = static_cast<double>(4 * ramp_step_);
  const bool is_below = static_cast<double>(now.microvolts) < aim_;
  const bool is_ramp = std::abs(now.microvolts - last_.microvolts) < 4 * ramp_step_;
  if (is_below != was_below_ && is_ramp) {
    const double distance = std::abs(static_cast<double>(now.microvolts) - aim_);
    const double last_distance = std::abs(static_cast<double>(last_.microvolts) - aim_);
    const bool takes_now = distance < last_distance && distance < near;
    const bool takes_last = last_distance < distance && last_distance < near;
    if (takes_now || takes_last) {
      held_ = takes_now ? now : last_;
      slope_ = {now.microvolts - last_.microvolts, now.nanoamperes - last_.nanoamperes};
    }
  } else if (extrapolates_) {
    extrapolate();
  }
  last_ = now;
  was_below_ = is_below;
  return held_;
}

// One point of the ramp towards the set point, as the ramp went when it last crossed it.
void ShepherdHarvester::extrapolate() {
  const bool is_below = static_cast<double>(held_.microvolts) < aim_;
  const std::int64_t sign = is_below == (slope_.microvolts > 0) ? 1 : -1;
  held_.microvolts = clipped(held_.microvolts + sign * slope_.microvolts);
  held_.nanoamperes = clipped(held_.nanoamperes + sign * slope_.nanoamperes);
}

bool ShepherdHarvester::within_range(ShepherdPoint point) const {
  return point.microvolts >= lowest_ && point.microvolts <= highest_;
}

// Whether a new interval begins with this sample.
bool ShepherdHarvester::next_interval_step() {
  if (++interval_step_ >= interval_) interval_step_ = 0;
  return interval_step_ == 0;
}

ShepherdPoint ShepherdHarvester::track_open_circuit(ShepherdPoint now) {
  next_interval_step();
  ++age_;
  ++next_age_;
  const bool is_open = now.nanoamperes < open_current_ && now.microvolts >= 1000;
  if (is_open && within_range(now) && now.microvolts < next_open_voltage_) {
    next_open_voltage_ = now.microvolts;
    next_age_ = 0;
  }
  if (age_ > oldest_ || next_open_voltage_ <= open_voltage_) {
    age_ = std::exchange(next_age_, 0);
    open_voltage_ = std::exchange(next_open_voltage_, highest_);
  }
  ShepherdPoint taken = hold(now);
  if (interval_step_ < pause_) aim_ = static_cast<double>(highest_);
  if (interval_step_ == pause_)
    aim_ = std::floor(static_cast<double>(open_voltage_) * share_ / 256.0);
  if (interval_step_ <= pause_) taken.nanoamperes = 0;
  return taken;
}

ShepherdPoint ShepherdHarvester::perturb(ShepherdPoint now) {
  const bool is_due = next_interval_step();
  const ShepherdPoint taken = hold(now);
  if (is_due) {
    choose_step(femtowatts(taken));
    bound_aim();
  }
  return taken;
}

// While the power grows, on in the same direction and twice as far each time.
void ShepherdHarvester::choose_step(double power) {
  const bool grows = power > last_power_;
  const bool is_lost = power <= 0.0 && aim_ > 0.0;
  last_power_ = power;
  if (!grows) {
    rising_ = is_lost || !rising_;
    move_ = ramp_step_;
  }
  if (is_lost) {
    aim_ -= static_cast<double>(4 * ramp_step_);
    return;
  }
  aim_ += static_cast<double>(rising_ ? move_ : -move_);
  if (grows) move_ *= 2;
}

void ShepherdHarvester::bound_aim() {
  const auto turn = [this](std::int64_t at, bool rising) {
    aim_ = static_cast<double>(at);
    rising_ = rising;
    move_ = ramp_step_;
  };
  if (aim_ >= static_cast<double>(highest_)) turn(highest_, false);
  const std::int64_t lowest = std::max(lowest_, ramp_step_);
  if (aim_ <= static_cast<double>(lowest)) turn(lowest, true);
}

ShepherdPoint ShepherdHarvester::track_optimum(ShepherdPoint now) {
  ++age_;
  ++next_age_;
  if (within_range(now) && femtowatts(now) >= femtowatts(next_best_)) {
    next_best_ = now;
    next_age_ = 0;
  }
  if (age_ > oldest_ || femtowatts(next_best_) >= femtowatts(best_)) {
    age_ = std::exchange(next_age_, 0);
    best_ = std::exchange(next_best_, {});
  }
  return best_;
}

}  // namespace sunfleck
