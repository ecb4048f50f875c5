// The inner loop over runs of samples.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/power/kahan.h"
#include "core/power/power_path.h"

namespace sunfleck {

// A run of samples through a converter into a constant capacitance without series resistance, while
// the rail draws a power or nothing. Then all but quiescent currents is power, and needs no voltage;
// that of the capacitor is taken by its tangent over the energy. Plain sums, folded into the exact
// ones at the end of the run. All in SI units.
struct PowerPath::Run {
  // Where the voltage is needed, the energy changes over a run by no more than one part in 512, and
  // within its last sample in 128: the tangent errs by at most 5e-7 and 8e-6 of the voltage.
  static constexpr double usual = 1.0 / 512.0;
  static constexpr double most = 1.0 / 128.0;

  double duration = 0.0;
  double energy = 0.0;   // stored as the run begins
  double voltage = 0.0;  // then
  double slope = 0.0;    // of the voltage over the energy
  double leak_first = 0.0;
  double leak_later = 0.0;
  double quiescent = 0.0;   // A
  double load = 0.0;        // drawn in each sample, where it does not depend on the voltage
  double full = 0.0;        // room up to the highest energy
  double low = 0.0;         // while `rise` is between these two nothing else happens
  double high = 0.0;
  double furthest_down = 0.0;  // what takes it out of these is not for a run
  double furthest_up = 0.0;
  std::uint32_t count = 0;  // of samples passed
  double rise = 0.0;        // of the stored energy
  double taken = 0.0;       // from the source
  double arriving = 0.0;    // of that at the capacitor
  double drawn = 0.0;       // by the load
  double idle = 0.0;        // by quiescent currents
  double leaked = 0.0;
  double clamped = 0.0;

  // Keeps the energy where the tangent holds.
  void keep_near() {
    low = std::max(low, -usual * energy);
    high = std::min(high, usual * energy);
    furthest_down = -most * energy;
    furthest_up = most * energy;
  }

  template <bool needs_voltage, class Source, class Drain>
  void pass(std::uint32_t samples, Source&& source, const Drain& drain);
};

// Passes up to `samples` samples; `count` tells how many.
template <bool needs_voltage, class Source, class Drain>
void PowerPath::Run::pass(std::uint32_t samples, Source&& source, const Drain& drain) {
  while (count < samples) {
    const double at = needs_voltage ? voltage + slope * rise : 0.0;
    const Input::Taken given = source.take(count, Volts{at});
    const double in = given.arriving.si * duration;
    const double out = drain(at);
    double net = in - out;
    double quiet = 0.0;
    if constexpr (needs_voltage) {
      quiet = quiescent * (at + 0.5 * slope * net) * duration;
      net -= quiet;
    }
    const double lost = leak_first * (energy + rise) + leak_later * net;
    double next = rise + (net - lost);
    if (!(next > furthest_down && next < furthest_up)) break;
    if (next > full) {
      clamped += next - full;
      next = full;
    }
    rise = next;
    taken += given.taken.si;
    arriving += in;
    drawn += out;
    idle += quiet;
    leaked += lost;
    ++count;
    source.passed();
    if (!(rise > low && rise < high)) break;
  }
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
      energy_ > Joules{} && (rail_current_ == Amperes{} || is_switching());
}

// How many samples were passed, of those that follow `first`; 0 where each must be passed alone.
std::uint32_t PowerPath::run_samples(const HarvestPiece& piece, std::uint32_t first) {
  constexpr std::int64_t most = 1024;  // bounds the rounding of plain sums
  if (piece.count < 2 || !can_run()) return 0;
  const RunTime time = std::min(until_check(), input_.until_event());
  const auto samples = static_cast<std::uint32_t>(std::min<std::int64_t>(
      {time / piece.duration, static_cast<std::int64_t>(piece.count - first), most}));
  Run run = begin_run(to_seconds(piece.duration));
  const bool has_rows = rail_current_ > Amperes{} && buck_.has_rows();
  const bool needs_voltage = run.quiescent > 0.0 || input_.has_layers() || has_rows;
  if (needs_voltage) run.keep_near();
  if (!(run.low < 0.0 && run.high > 0.0)) return 0;
  const auto pass = [&](auto source) {
    const double load = run.load;
    const auto constant = [load](double) { return load; };
    if (has_rows)
      run.pass<true>(samples, source, [this, &run](double at) {
        return buck_power(Volts{at}).si * run.duration;
      });
    else if (needs_voltage)
      run.pass<true>(samples, source, constant);
    else
      run.pass<false>(samples, source, constant);
  };
  const float* from =
      piece.samples == nullptr ? nullptr : piece.samples + first * input_.width();
  if (from != nullptr && input_.is_recorded())
    pass(Recorded{&input_, from});
  else
    pass(Sampled{&input_, from, piece.duration});
  if (run.count == 0) return 0;
  end_run(run);
  now_ += run.count * piece.duration;
  compare_thresholds();
  return run.count;
}

PowerPath::Run PowerPath::begin_run(Seconds duration) {
  Run run{.duration = duration.si, .energy = energy_.si, .voltage = voltage_.si};
  run.slope = 0.5 * run.voltage / run.energy;  // 1 / C V
  if (std::isfinite(config_.capacitor.leakage.si)) {
    if (duration != leak_.time) set_leak(duration);
    run.leak_first = leak_.first;
    run.leak_later = leak_.later;
  }
  run.quiescent = config_.input.quiescent.si;
  if (stage_runs_) run.quiescent += config_.regulator.output.quiescent.si;
  if (rail_current_ > Amperes{}) run.load = known_power_.si * run.duration;
  set_limits(run);
  return run;
}

void PowerPath::set_limits(Run& run) const {
  double low = 0.0;
  double high = std::numeric_limits<double>::infinity();
  const auto above = [&](Joules level) { low = std::max(low, level.si); };
  const auto below = [&](Joules level) { high = std::min(high, level.si); };
  if (stage_runs_)
    above(levels_.lockout);
  else if (config_.regulator.output.always_on)
    below(levels_.start);
  if (rail_current_ > Amperes{}) above(levels_.buck);
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
  run.furthest_down = -run.energy;
  run.furthest_up = std::numeric_limits<double>::infinity();
}

void PowerPath::end_run(const Run& run) {
  const OutputStage& output = config_.regulator.output;
  const double own = run.quiescent > 0.0
      ? config_.input.quiescent.si / run.quiescent * run.idle
      : 0.0;
  const double delivered =
      rail_current_.si * output.voltage.si * run.duration * static_cast<double>(run.count);
  const auto add = [](Joules& sum, Joules& carry, double value) {
    add_exactly(sum, carry, Joules{value});
  };
  const double taken = run.taken * run.duration;
  add(ledger_.harvested, carry_.harvested, taken);
  add(ledger_.input_loss, carry_.input_loss, taken - run.arriving + own);
  add(ledger_.delivered, carry_.delivered, delivered);
  add(ledger_.output_loss, carry_.output_loss, run.drawn + (run.idle - own) - delivered);
  add(ledger_.leaked, carry_.leaked, run.leaked);
  add(ledger_.clamped, carry_.clamped, run.clamped);
  add(energy_, energy_carry_, run.rise);
  set_voltage();
  series_drop_ = {};
}

}  // namespace sunfleck
