#include "core/energy/energy_curve.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {

void EnergyCurve::append(const SampleBlock& block) {
  constexpr RunTime latest(std::int64_t{1} << 62);
  const std::size_t count = std::min(block.voltage.size(), block.current.size());
  if (period_ == RunTime{}) period_ = block.period;
  if (count == 0 || block.period != period_ || period_ <= RunTime{}) return;
  const auto last_index = static_cast<std::uint64_t>(latest / period_);
  if (block.first > last_index || count > last_index - block.first) return;
  if (block.first + count <= next_) return;

  const std::uint64_t first = std::max(block.first, next_);
  if (first > next_) add_gap(next_, first);
  if (first > next_ || runs_.empty()) runs_.push_back({.index = first, .position = power_.size()});
  next_ = first;
  for (std::size_t i = first - block.first; i < count; ++i)
    append_sample(block.voltage[i], block.current[i]);
}

void EnergyCurve::add_gap(std::uint64_t first, std::uint64_t end) {
  if (gaps_.empty() || gaps_.back().end != first)
    gaps_.push_back({.first = first, .end = first, .before = missing_});
  gaps_.back().end = end;
  missing_ += end - first;
}

void EnergyCurve::append_sample(float voltage, float current) {
  if (power_.size() % chunk == 0) chunks_.push_back(sums());
  const bool is_known = std::isfinite(voltage) && std::isfinite(current);
  if (!is_known) add_gap(next_, next_ + 1);
  ++next_;
  const double volts = is_known ? double{voltage} : 0.0;
  const double amperes = is_known ? double{current} : 0.0;
  power_.push_back(static_cast<float>(volts * amperes));

  const double energy = volts * amperes * to_seconds(period_).si;
  const double before = running_.energy;
  running_.energy += energy;
  const bool is_larger = std::abs(before) >= std::abs(energy);
  carry_ += is_larger ? (before - running_.energy) + energy : (energy - running_.energy) + before;
  running_.voltage_squared += volts * volts;
  running_.current_squared += amperes * amperes;
}

EnergyCurve::Sums EnergyCurve::sums() const {
  Sums sums = running_;
  sums.energy += carry_;
  return sums;
}

Joules EnergyCurve::total() const { return {sums().energy}; }

RunTime EnergyCurve::end() const { return static_cast<std::int64_t>(next_) * period_; }

RunTime EnergyCurve::gaps() const { return static_cast<std::int64_t>(missing_) * period_; }

RunTime EnergyCurve::gaps(RunTime from, RunTime to) const {
  return gaps_until(to) - gaps_until(from);
}

RunTime EnergyCurve::gaps_until(RunTime time) const {
  if (gaps_.empty() || time <= RunTime{}) return {};
  const auto index = static_cast<std::uint64_t>(time / period_);
  const auto after = std::ranges::upper_bound(gaps_, index, {}, &Gap::first);
  if (after == gaps_.begin()) return {};
  const Gap& gap = *(after - 1);
  const RunTime within = time - static_cast<std::int64_t>(gap.first) * period_;
  const RunTime whole = static_cast<std::int64_t>(gap.end - gap.first) * period_;
  return static_cast<std::int64_t>(gap.before) * period_ + std::min(within, whole);
}

EnergyCurve::Place EnergyCurve::place(RunTime time) const {
  if (runs_.empty() || time <= RunTime{}) return {};
  const auto index = static_cast<std::uint64_t>(time / period_);
  const auto after = std::ranges::upper_bound(runs_, index, {}, &Run::index);
  if (after == runs_.begin()) return {};
  const Run& run = *(after - 1);
  const std::size_t end = after == runs_.end() ? power_.size() : after->position;
  const std::uint64_t offset = index - run.index;
  if (offset >= end - run.position) return {.position = end};
  const double part = static_cast<double>((time % period_).count());
  return {
      .position = run.position + offset, .fraction = part / static_cast<double>(period_.count())};
}

double EnergyCurve::energy_until(const Place& place) const {
  if (place.position >= power_.size()) return sums().energy;
  const std::size_t which = place.position / chunk;
  double power = 0.0;  // sum over samples
  for (std::size_t i = which * chunk; i < place.position; ++i)
    power += power_[i];
  power += place.fraction * power_[place.position];
  return chunks_[which].energy + power * to_seconds(period_).si;
}

EnergyCurve::Sums EnergyCurve::squares_until(const Place& place) const {
  if (place.position >= power_.size()) return sums();
  const std::size_t which = place.position / chunk;
  const Sums& from = chunks_[which];
  const Sums to = which + 1 < chunks_.size() ? chunks_[which + 1] : sums();
  const std::size_t held = std::min(chunk, power_.size() - which * chunk);
  const double part =
      (static_cast<double>(place.position % chunk) + place.fraction) / static_cast<double>(held);
  Sums sums = from;
  sums.voltage_squared += part * (to.voltage_squared - from.voltage_squared);
  sums.current_squared += part * (to.current_squared - from.current_squared);
  return sums;
}

Joules EnergyCurve::between(RunTime from, RunTime to) const {
  return {energy_until(place(to)) - energy_until(place(from))};
}

Watts EnergyCurve::power_at(RunTime time) const {
  if (period_ <= RunTime{} || time < RunTime{}) return {};
  const RunTime sample = (time / period_) * period_;
  return between(sample, sample + period_) / to_seconds(period_);
}

double EnergyCurve::noise_variance(
    RunTime from, RunTime to, Volts voltage_noise, Amperes current_noise) const {
  const Sums before = squares_until(place(from));
  const Sums after = squares_until(place(to));
  const double period = to_seconds(period_).si;
  const double by_voltage = voltage_noise.si * voltage_noise.si *
      std::max(0.0, after.current_squared - before.current_squared);
  const double by_current = current_noise.si * current_noise.si *
      std::max(0.0, after.voltage_squared - before.voltage_squared);
  return period * period * (by_voltage + by_current);
}

}  // namespace sunfleck
