// The inner loop over runs of samples.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/power/kahan.h"
#include "core/power/power_path.h"

namespace sunfleck {

// A run of samples through a converter into a constant capacitance without series resistance.
// Then all that comes and goes is power, but for what is drawn as a current, and the voltage is
// that of E = C V^2 / 2, taken as the first three terms of its series over the energy. Plain sums,
// folded into the exact ones at the end of the run. All in SI units.
struct PowerPath::Run {
  // Where the voltage is needed, the energy changes over a run by no more than one part in 256, and
  // within its last sample in 64: the series errs by at most 4e-9 and 3e-7 of the voltage.
  static constexpr double usual = 1.0 / 256.0;
  static constexpr double most = 1.0 / 64.0;

  double duration = 0.0;
  double energy = 0.0;   // stored as the run begins
  double voltage = 0.0;  // then
  double slope = 0.0;    // of the voltage over the energy
  double bend = 0.0;     // half its second derivative
  double leak_first = 0.0;
  double leak_later = 0.0;
  double current = 0.0;  // that is drawn
  double power = 0.0;    // that is drawn, if is_fixed
  bool is_fixed = true;  // whether it does not depend on the voltage
  double full = 0.0;     // rise up to the highest energy
  double low = 0.0;      // while `rise` is between these two nothing else happens
  double high = 0.0;
  double furthest_down = 0.0;  // a sample that leads out of these is passed alone
  double furthest_up = 0.0;
  std::uint32_t count = 0;  // of samples passed
  double rise = 0.0;        // of the stored energy
  double taken = 0.0;       // from the source, in watts
  double arriving = 0.0;    // of that at the capacitor
  double drawn = 0.0;       // as a power
  double carried = 0.0;     // drawn as a current
  double leaked = 0.0;
  double clamped = 0.0;

  // Keeps the energy where the series holds.
  void keep_near() {
    low = std::max(low, -usual * energy);
    high = std::min(high, usual * energy);
    keep_within(most * energy);
  }
  void keep_within(double furthest) {
    low = std::max(low, -furthest);
    high = std::min(high, furthest);
    furthest_down = std::max(furthest_down, -furthest);
    furthest_up = std::min(furthest_up, furthest);
  }

  template <class Source, class Power>
  void pass(std::uint32_t samples, const Source& source, const Power& drawn_power);
};

// Passes up to `samples` samples; `count` tells how many. What changes with each of them is in
// local variables meanwhile, and so in registers.
template <class Source, class Power>
void PowerPath::Run::pass(std::uint32_t samples, const Source& source, const Power& drawn_power) {
  const double time = duration;
  const double charge = current * time;
  const double half_slope = 0.5 * slope;
  const double leaked_first = leak_first * energy;
  const double quiet_low = low;
  const double quiet_high = std::min(high, full);
  double risen = 0.0;
  double sum_taken = 0.0;
  double sum_arriving = 0.0;
  double sum_drawn = 0.0;
  double sum_carried = 0.0;
  double sum_leaked = 0.0;
  std::uint32_t passed = 0;
  bool is_last = false;
  while (passed < samples && !is_last) {
    const double at = voltage + risen * (slope + risen * bend);
    const Input::Taken given = source.take(passed, Volts{at});
    const double out = (is_fixed ? power : drawn_power(at)) * time;
    const double in = given.arriving.si * time;
    const double terminals = at + half_slope * (in - out - charge * at);
    const double carried_now = charge * terminals;
    const double net = in - out - carried_now;
    const double lost = leaked_first + leak_first * risen + leak_later * net;
    double next = risen + (net - lost);
    if (!(next > quiet_low && next < quiet_high)) {
      if (!(next > furthest_down && next < furthest_up)) break;
      clamped += std::max(0.0, next - full);
      next = std::min(next, full);
      is_last = !(next > low && next < high);
    }
    risen = next;
    sum_taken += given.taken.si;
    sum_arriving += in;
    sum_drawn += out;
    sum_carried += carried_now;
    sum_leaked += lost;
    ++passed;
    source.passed();
  }
  rise = risen;
  taken = sum_taken;
  arriving = sum_arriving;
  drawn = sum_drawn;
  carried = sum_carried;
  leaked = sum_leaked;
  count = passed;
}

namespace {

// Samples that were recorded behind a converter.
struct Recorded {
  const Input* input;
  const float* samples;
  Input::Taken take(std::uint32_t index, Volts storage) const {
    return input->take_recorded(samples + 2 * static_cast<std::size_t>(index), storage);
  }
  void passed() const {}
};

// Any samples.
struct Sampled {
  Input* input;
  const float* samples;  // null: an outage
  RunTime duration;
  Input::Taken take(std::uint32_t index, Volts storage) const {
    input->set(samples == nullptr ? nullptr : samples + index * input->width());
    const Feed feed = input->feed(storage);
    return {feed.power + feed.stage_loss, feed.power};
  }
  void passed() const { input->pass(duration); }
};

}  // namespace

bool PowerPath::can_run() const {
  return input_.is_converter() && config_.capacitor.series == Ohms{} && storage_.is_constant() &&
      energy_ > Joules{};
}

// How many samples were passed, of those that follow `first`; 0 where the next one must be passed
// alone.
std::uint32_t PowerPath::run_samples(const HarvestPiece& piece, std::uint32_t first) {
  constexpr std::int64_t most = 1024;  // bounds the rounding of plain sums
  if (piece.count < 2 || !can_run()) return 0;
  const RunTime time = std::min(until_check(), input_.until_event());
  const std::int64_t wanted = std::min<std::int64_t>(most, piece.count - first);
  const auto samples =
      static_cast<std::uint32_t>(wanted * piece.duration <= time ? wanted : time / piece.duration);
  const bool draws_power = rail_current_ > Amperes{} && is_switching();
  Run run = begin_run(to_seconds(piece.duration), draws_power);
  if (!(run.low < 0.0 && run.high > 0.0)) return 0;
  const auto power = [this](double at) { return buck_power(Volts{at}).si; };
  const float* from = piece.samples == nullptr ? nullptr : piece.samples + first * input_.width();
  if (from != nullptr && input_.is_recorded())
    run.pass(samples, Recorded{&input_, from}, power);
  else
    run.pass(samples, Sampled{&input_, from, piece.duration}, power);
  if (run.count == 0) return 0;
  end_run(run, draws_power);
  now_ += run.count * piece.duration;
  compare_thresholds();
  return run.count;
}

PowerPath::Run PowerPath::begin_run(Seconds duration, bool draws_power) {
  Run run{.duration = duration.si, .energy = energy_.si, .voltage = voltage_.si};
  const double per_energy = 1.0 / run.energy;
  run.slope = 0.5 * run.voltage * per_energy;  // V sqrt(1 + x) = V (1 + x/2 - x^2/8), x = rise / E
  run.bend = -0.25 * run.slope * per_energy;
  if (std::isfinite(config_.capacitor.leakage.si)) {
    if (duration != leak_.time) set_leak(duration);
    run.leak_first = leak_.first;
    run.leak_later = leak_.later;
  }
  run.current = config_.input.quiescent.si;
  if (stage_runs_) run.current += config_.regulator.output.quiescent.si;
  if (draws_power)
    run.power = known_power_.si;
  else
    run.current += rail_current_.si;
  run.is_fixed = !draws_power || !buck_.has_rows();
  set_limits(run);
  const bool has_tables = !run.is_fixed || input_.has_layers();
  if (run.current > 0.0 || has_tables) run.keep_near();
  // Then no sample moves the voltage further than what is passed in one step.
  if (has_tables) run.keep_within(0.5 * most_voltage_step.si / run.slope);
  return run;
}

void PowerPath::set_limits(Run& run) const {
  double low = 0.0;
  double high = std::numeric_limits<double>::infinity();
  run.furthest_down = -run.energy;
  run.furthest_up = high;
  const auto above = [&](Joules level) { low = std::max(low, level.si); };
  const auto below = [&](Joules level) { high = std::min(high, level.si); };
  if (stage_runs_)
    above(levels_.lockout);
  else if (config_.regulator.output.always_on)
    below(levels_.start);
  if (rail_current_ > Amperes{} && config_.regulator.output.kind != OutputKind::direct) {
    // The sample that passes it has some of both, by its mean.
    const double way = levels_.regulated.si - run.energy;
    if (way <= 0.0) {
      above(levels_.regulated);
      run.furthest_down = std::max(run.furthest_down, way);
    } else {
      below(levels_.regulated);
      run.furthest_up = way;
    }
  }
  if (config_.regulator.check_interval == RunTime{}) {
    if (rail_on_)
      above(levels_.off);
    else
      below(levels_.on);
    if (power_good_)
      above(levels_.good_off);
    else if (rail_on_)
      below(levels_.good_on);
  }
  run.full = levels_.full.si - run.energy;
  run.low = low - run.energy;
  run.high = high - run.energy;
}

void PowerPath::end_run(const Run& run, bool draws_power) {
  const OutputStage& output = config_.regulator.output;
  const Seconds time = run.count * Seconds{run.duration};
  const Joules taken = Watts{run.taken} * Seconds{run.duration};
  const Joules carried{run.carried};
  const auto carried_by = [&](Amperes current) {
    return run.current > 0.0 ? current.si / run.current * carried : Joules{};
  };
  const Joules by_input = carried_by(config_.input.quiescent);
  Joules delivered = rail_current_ * output.voltage * time;
  if (!draws_power && (output.kind == OutputKind::direct || energy_ < levels_.regulated)) {
    // The rail follows the capacitor, all of it or less a drop.
    const Volts drop = output.kind == OutputKind::direct ? Volts{} : output.drop;
    delivered = std::max(Joules{}, carried_by(rail_current_) - rail_current_ * drop * time);
  }
  add_exactly(ledger_.harvested, carry_.harvested, taken);
  add_exactly(ledger_.input_loss, carry_.input_loss, taken - Joules{run.arriving} + by_input);
  add_exactly(ledger_.delivered, carry_.delivered, delivered);
  add_exactly(
      ledger_.output_loss, carry_.output_loss,
      Joules{run.drawn} + (carried - by_input) - delivered);
  add_exactly(ledger_.leaked, carry_.leaked, Joules{run.leaked});
  add_exactly(ledger_.clamped, carry_.clamped, Joules{run.clamped});
  add_exactly(energy_, energy_carry_, Joules{run.rise});
  set_voltage();
  series_drop_ = {};
}

}  // namespace sunfleck
