#include "core/power/simulate.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/signal/compensated_sum.h"

namespace sunfleck {
namespace {

// No step is cut below this: the last of the capacitor's charge goes at once.
constexpr RunTime shortest_step = std::chrono::microseconds(1);

class Simulation {
 public:
  Simulation(HarvestSource& source, const SimulationPlan& plan, const OnSimulationSample& on_sample)
      : plan_(plan),
        on_sample_(on_sample),
        cursor_(source, plan.passes),
        path_(plan.path, source.format()),
        until_(plan.until > RunTime{} ? plan.until : RunTime::max()) {
    if (path_.rail_on()) came_on();
    begin_sample();
    result_.lowest_storage = result_.highest_storage = path_.storage_voltage();
  }

  Result<SimulationResult> run(const std::stop_token& stop) {
    RunTime next_sample = plan_.sample_every;
    while (now() < until_ && !cursor_.source_ended()) {
      TRY(step(std::min(until_, next_sample) - now()));
      if (now() < next_sample) continue;
      end_sample();
      next_sample += plan_.sample_every;
      if (stop.stop_requested()) {
        result_.stopped = true;
        break;
      }
    }
    if (sample_.from < now()) end_sample();
    return finished();
  }

 private:
  RunTime now() const { return cursor_.now(); }

  bool connected() const {
    return plan_.load.connected == LoadSwitch::rail ? path_.rail_on() : path_.power_good();
  }

  // Cut where the load would empty the capacitor to its lower threshold, so that the end of a power
  // cycle is not a step late.
  Status step(RunTime most) {
    const Amperes idle = path_.rail_on() ? plan_.load.asleep : Amperes{};
    const Amperes wanted = connected() ? current_of(plan_.load, path_.rail_voltage()) : idle;
    RunTime length = std::min(plan_.step, most);
    Coulombs available;
    if (wanted > Amperes{}) {
      available = path_.charge_to_brownout();
      const Seconds lasts = available / wanted;
      if (lasts < to_seconds(length))
        length = std::min(length, std::max(shortest_step, to_run_time(lasts)));
    }
    const HarvestStep harvest = TRY(cursor_.next(length));
    if (harvest.duration == RunTime{}) return ok;
    advance(harvest, wanted, available);
    return ok;
  }

  void advance(const HarvestStep& harvest, Amperes wanted, Coulombs available) {
    const bool was_on = path_.rail_on();
    const bool was_good = path_.power_good();
    const Volts before = path_.storage_voltage();
    const Coulombs demand = wanted * to_seconds(harvest.duration);
    path_.advance(harvest.pieces(), std::min(demand, available));
    // The load wanted more than there was, and nothing came to its help.
    if (demand > available && path_.rail_on() && path_.storage_voltage() <= before)
      path_.brown_out();
    if (was_on) result_.rail_on += harvest.duration;
    if (was_good) result_.power_good += harvest.duration;
    if (!was_on && path_.rail_on()) came_on();
    if (was_on && !path_.rail_on()) went_off();
    const Volts after = path_.storage_voltage();
    volt_seconds_.add(0.5 * (before.si + after.si) * to_seconds(harvest.duration).si);
    sample_.lowest_storage = std::min(sample_.lowest_storage, after);
    sample_.highest_storage = std::max(sample_.highest_storage, after);
  }

  void came_on() {
    ++result_.power_cycles;
    if (!result_.first_on) result_.first_on = now();
    if (changed_) result_.outages.add(now() - *changed_);
    changed_ = now();
  }

  void went_off() {
    result_.on_times.add(now() - *changed_);
    changed_ = now();
  }

  void begin_sample() {
    sample_ = {.from = now()};
    sample_.lowest_storage = sample_.highest_storage = path_.storage_voltage();
    harvested_ = path_.ledger().harvested;
    delivered_ = path_.ledger().delivered;
    rail_on_ = result_.rail_on;
    good_ = result_.power_good;
  }

  void end_sample() {
    const Seconds lasted = to_seconds(now() - sample_.from);
    sample_.time = now();
    sample_.storage = path_.storage_voltage();
    sample_.rail = path_.rail_voltage();
    sample_.rail_on = path_.rail_on();
    sample_.power_good = path_.power_good();
    sample_.harvested = (path_.ledger().harvested - harvested_) / lasted;
    sample_.delivered = (path_.ledger().delivered - delivered_) / lasted;
    sample_.rail_share = to_seconds(result_.rail_on - rail_on_) / lasted;
    sample_.good_share = to_seconds(result_.power_good - good_) / lasted;
    result_.lowest_storage = std::min(result_.lowest_storage, sample_.lowest_storage);
    result_.highest_storage = std::max(result_.highest_storage, sample_.highest_storage);
    if (on_sample_) on_sample_(sample_);
    begin_sample();
  }

  SimulationResult finished() {
    result_.duration = now();
    result_.ledger = path_.ledger();
    result_.passes = cursor_.passes();
    result_.last_storage = path_.storage_voltage();
    result_.mean_storage = result_.last_storage;
    if (now() > RunTime{}) result_.mean_storage = {volt_seconds_.value() / to_seconds(now()).si};
    return std::move(result_);
  }

  const SimulationPlan& plan_;
  const OnSimulationSample& on_sample_;
  HarvestCursor cursor_;
  PowerPath path_;
  RunTime until_;
  SimulationResult result_;
  SimulationSample sample_;
  Joules harvested_;  // these four at the beginning of the sample
  Joules delivered_;
  RunTime rail_on_{};
  RunTime good_{};
  std::optional<RunTime> changed_;  // when the rail last came on or went off
  CompensatedSum volt_seconds_;
};

struct CurrentAt {
  Volts rail;

  Amperes operator()(Amperes current) const { return current; }
  Amperes operator()(Ohms resistance) const { return rail / resistance; }
  Amperes operator()(Watts power) const { return rail > Volts{} ? power / rail : Amperes{}; }
};

}  // namespace

Amperes current_of(const RailLoad& load, Volts rail) {
  return std::visit(CurrentAt{rail}, load.draws);
}

Status check(const SimulationPlan& plan, const HarvestFormat& format) {
  TRY(check(plan.path, format));
  const auto size = std::visit([](auto draws) { return draws.si; }, plan.load.draws);
  if (!(plan.load.asleep >= Amperes{} && std::isfinite(plan.load.asleep.si)))
    return fail(
        Errc::invalid_argument, "load.asleep: must not be below 0 A, got ", plan.load.asleep);
  const bool is_resistance = std::holds_alternative<Ohms>(plan.load.draws);
  if (!(size >= 0.0) || !std::isfinite(size) || (is_resistance && size == 0.0))
    return fail(
        Errc::invalid_argument,
        "load: a finite current or power of 0 or more, or a resistance "
        "above 0 was expected, got ",
        size);
  if (plan.step <= RunTime{} || plan.sample_every <= RunTime{})
    return fail(
        Errc::invalid_argument, "simulation: steps and samples must be longer than 0 s, and are ",
        to_seconds(plan.step), " and ", to_seconds(plan.sample_every));
  if (plan.passes == 0 && plan.until <= RunTime{})
    return fail(
        Errc::invalid_argument,
        "simulation: a profile that is repeated without end needs a time at which to stop");
  return ok;
}

Result<SimulationResult> simulate(
    HarvestSource& source, const SimulationPlan& plan, const OnSimulationSample& on_sample,
    const std::stop_token& stop) {
  return Simulation(source, plan, on_sample).run(stop);
}

}  // namespace sunfleck
