#include "core/energy/work_simulation.h"

#include <algorithm>
#include <cmath>

#include "core/power/harvest_cursor.h"

namespace sunfleck {
namespace {

constexpr RunTime shortest_step = std::chrono::microseconds(1);

// The board's place in its work.
class Worker {
 public:
  explicit Worker(const WorkPlan& plan) : plan_(plan) { begin_list(plan.once); }

  bool done() const { return inferences_ >= plan_.inferences; }
  bool stuck() const { return attempts_ >= plan_.attempts; }
  std::uint32_t inferences() const { return inferences_; }
  Cost repeated() const { return repeated_; }

  void power_up() {
    left_ = {plan_.boot, plan_.restore};
    worked_ = {};
  }
  // The unit that was begun is lost.
  void power_down() {
    repeated_ += worked_;
    worked_ = {};
    ++attempts_;
  }

  // What is being done, with all the time it takes.
  const Cost& doing() const {
    for (const Cost& cost : left_)
      if (cost.time > 0.0) return cost;
    return list_->at(unit_).cost;
  }
  // Until it is done.
  double time_left() const {
    for (const Cost& cost : left_)
      if (cost.time > 0.0) return cost.time;
    return std::max(0.0, list_->at(unit_).cost.time - worked_.time);
  }

  void pass(double time) {
    for (Cost& cost : left_) {
      if (!(cost.time > 0.0)) continue;
      const double share = std::min(1.0, time / cost.time);
      cost.energy -= share * cost.energy;
      cost.time -= time;
      if (cost.time < tiny) cost = {};
      return;
    }
    const Cost& unit = list_->at(unit_).cost;
    worked_.time += time;
    worked_.energy += unit.energy * time / unit.time;
    if (unit.time - worked_.time < tiny) next_unit();
  }

 private:
  static constexpr double tiny = 1e-12;  // s

  void begin_list(const std::vector<WorkUnit>& list) {
    list_ = &list;
    unit_ = 0;
    repeats_ = 0;
    skip_empty();
  }
  void next_unit() {
    worked_ = {};
    attempts_ = 0;
    if (++repeats_ >= list_->at(unit_).count) {
      ++unit_;
      repeats_ = 0;
    }
    skip_empty();
  }
  void skip_empty() {
    while (!done()) {
      while (unit_ < list_->size() && !(list_->at(unit_).cost.time > 0.0 && list_->at(unit_).count))
        ++unit_;
      if (unit_ < list_->size()) return;
      if (list_ == &plan_.inference) ++inferences_;
      list_ = &plan_.inference;
      unit_ = 0;
    }
  }

  const WorkPlan& plan_;
  const std::vector<WorkUnit>* list_ = nullptr;
  std::size_t unit_ = 0;
  std::uint32_t repeats_ = 0;
  std::uint32_t inferences_ = 0;
  std::uint32_t attempts_ = 0;
  std::array<Cost, 2> left_{};  // of boot and restore
  Cost worked_;                 // of the unit
  Cost repeated_;
};

class WorkSimulation {
 public:
  WorkSimulation(
      HarvestSource& source, const PowerPathConfig& path, std::uint64_t passes, RunTime until,
      RunTime step, const WorkPlan& plan)
      : plan_(plan),
        cursor_(source, passes),
        path_(path, source.format()),
        until_(until > RunTime{} ? until : RunTime::max()),
        step_(step),
        worker_(plan) {
    if (path_.rail_on()) came_on();
  }

  Result<WorkResult> run(const std::stop_token& stop) {
    constexpr std::uint32_t between_looks = 1024;
    for (std::uint32_t i = 0; !worker_.done() && !worker_.stuck(); ++i) {
      if (cursor_.now() >= until_ || cursor_.source_ended()) break;
      if (i % between_looks == 0 && stop.stop_requested())
        return fail(Errc::cancelled, "predict: stopped");
      TRY(advance());
    }
    result_.end = cursor_.now();
    result_.inferences = worker_.inferences();
    result_.repeated = worker_.repeated();
    result_.stuck = worker_.stuck();
    result_.source_ended = cursor_.source_ended();
    return result_;
  }

 private:
  Status advance() {
    Amperes wanted;
    Coulombs available;
    RunTime length = std::min(step_, until_ - cursor_.now());
    if (path_.rail_on()) {
      const Cost& doing = worker_.doing();
      wanted = Watts{doing.energy / doing.time} / plan_.rail;
      length = std::min(length, std::max(RunTime(1), to_run_time({worker_.time_left()})));
      available = path_.charge_to_brownout();
      if (wanted > Amperes{}) {
        const Seconds lasts = available / wanted;
        if (lasts < to_seconds(length))
          length = std::min(length, std::max(shortest_step, to_run_time(lasts)));
      }
    }
    const HarvestStep harvest = TRY(cursor_.next(length));
    if (harvest.duration > RunTime{}) pass(harvest, wanted, available);
    return ok;
  }

  void pass(const HarvestStep& harvest, Amperes wanted, Coulombs available) {
    const bool was_on = path_.rail_on();
    const Volts before = path_.storage_voltage();
    const Joules delivered = path_.ledger().delivered;
    const double seconds = to_seconds(harvest.duration).si;
    const Coulombs demand = wanted * Seconds{seconds};
    path_.advance(harvest.pieces(), std::min(demand, available));
    if (was_on) {
      result_.drawn.time += seconds;
      result_.drawn.energy += (path_.ledger().delivered - delivered).si;
      if (demand > available && path_.rail_on() && path_.storage_voltage() <= before)
        path_.brown_out();
      else
        worker_.pass(std::min(seconds, worker_.time_left()));
    }
    if (!was_on && path_.rail_on()) came_on();
    if (was_on && !path_.rail_on() && !worker_.done()) {
      ++result_.outages;
      worker_.power_down();
    }
  }

  void came_on() {
    ++result_.power_cycles;
    worker_.power_up();
  }

  const WorkPlan& plan_;
  HarvestCursor cursor_;
  PowerPath path_;
  RunTime until_;
  RunTime step_;
  Worker worker_;
  WorkResult result_;
};

Cost scaled(const Cost& cost, double by) { return {cost.energy * by, cost.time * by}; }

}  // namespace

std::vector<WorkUnit> units_of(
    std::span<const LayerCounts> layers, const NetworkCosts& costs, const Execution& execution,
    const Cost& telemetry) {
  std::vector<WorkUnit> units;
  Cost all;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    Cost cost = costs[i].compute;
    cost += costs[i].checkpoint;
    all += cost;
    std::uint32_t count = commits_of(layers[i], execution);
    if (execution.strategy == Strategy::voltage) count = layers[i].tiles;
    count = std::max<std::uint32_t>(count, 1);
    units.push_back({scaled(cost, 1.0 / count), count});
  }
  if (execution.strategy == Strategy::restart) units = {{all, 1}};
  if (!(all.time > 0.0)) return units;
  for (WorkUnit& unit : units)
    unit.cost += scaled(telemetry, unit.cost.time / all.time);
  return units;
}

Result<WorkResult> simulate_work(
    HarvestSource& source, const PowerPathConfig& path, std::uint64_t passes, RunTime until,
    RunTime step, const WorkPlan& plan, const std::stop_token& stop) {
  return WorkSimulation(source, path, passes, until, step, plan).run(stop);
}

}  // namespace sunfleck
