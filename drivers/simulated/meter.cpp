#include "drivers/simulated/meter.h"

#include <cassert>
#include <cmath>

namespace sunfleck {

Status check(const MeterConfig& config) {
  const auto bad = [](std::string_view field, auto value) {
    return fail(Errc::invalid_argument, "meter.", field, ": must be above 0, got ", value);
  };
  if (config.sample_period <= RunTime{})
    return bad("sample_period", to_seconds(config.sample_period));
  if (!(config.current_step.si > 0.0)) return bad("current_step", config.current_step);
  if (!(config.voltage_step.si > 0.0)) return bad("voltage_step", config.voltage_step);
  if (!(config.current_noise.si >= 0.0 && config.voltage_noise.si >= 0.0))
    return fail(Errc::invalid_argument, "meter: a noise must not be below 0");
  return ok;
}

SimulatedMeter::SimulatedMeter(const MeterConfig& config, std::uint64_t seed)
    : config_(config), random_(seed, "meter") {}

void SimulatedMeter::add(const Piece& piece, SampleSink& sink) {
  covered_ += piece.duration;
  assert(covered_ <= config_.sample_period);
  const Seconds duration = to_seconds(piece.duration);
  charge_ += piece.charge;
  delivered_ += piece.rail * piece.charge;
  rail_ += piece.rail * duration;
  storage_ += piece.storage * duration;
  harvested_ += piece.harvested;
  if (covered_ < config_.sample_period) return;
  close_sample();
  if (voltage_.size() == block_samples) deliver(sink);
}

float SimulatedMeter::seen(double mean, double noise, double step) {
  return static_cast<float>(std::round((mean + noise * random_.normal()) / step) * step);
}

void SimulatedMeter::close_sample() {
  const Seconds period = to_seconds(config_.sample_period);
  const double volts = config_.voltage_step.si;
  const double noise = config_.voltage_noise.si;
  // Weighted with the current, so that voltage times current is the mean power.
  const Volts rail = charge_ > Coulombs{} ? delivered_ / charge_ : rail_ / period;
  voltage_.push_back(seen(rail.si, noise, volts));
  current_.push_back(
      seen((charge_ / period).si, config_.current_noise.si, config_.current_step.si));
  storage_voltage_.push_back(seen((storage_ / period).si, noise, volts));
  harvest_.push_back(static_cast<float>((harvested_ / period).si));
  covered_ = {};
  charge_ = {};
  delivered_ = {};
  rail_ = storage_ = {};
  harvested_ = {};
}

void SimulatedMeter::deliver(SampleSink& sink) {
  if (voltage_.empty()) return;
  sink.on_samples(
      {.first = first_,
       .period = config_.sample_period,
       .voltage = voltage_,
       .current = current_,
       .storage = storage_voltage_,
       .harvest = harvest_});
  first_ += voltage_.size();
  voltage_.clear();
  current_.clear();
  storage_voltage_.clear();
  harvest_.clear();
}

}  // namespace sunfleck
