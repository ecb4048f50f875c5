#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "profiles/generator_parts.h"

// Sources that move: a device carried past a reader, and a shoe.
namespace sunfleck {
namespace {

using std::numbers::pi;

double decibels(double value) { return std::pow(10.0, 0.1 * value); }

// The device's way through the room.
class Walk {
 public:
  Walk(const RandomWalkSource& source, Random& random)
      : source_(&source),
        random_(&random),
        x_(0.5 * source.radius),
        heading_(2.0 * pi * random.uniform()) {}

  // The distance from the reader, in metres, after a step.
  double advance(double seconds) {
    heading_ += source_->turning * std::sqrt(seconds) * random_->normal();
    const double x = x_ + source_->speed * seconds * std::cos(heading_);
    const double y = y_ + source_->speed * seconds * std::sin(heading_);
    if (std::hypot(x, y) > source_->radius) {
      heading_ = std::atan2(-y_, -x_) + (random_->uniform() - 0.5) * pi;
    } else {
      x_ = x;
      y_ = y;
    }
    return std::max(source_->nearest, std::hypot(x_, y_));
  }

 private:
  const RandomWalkSource* source_;
  Random* random_;
  double x_;
  double y_ = 0.0;
  double heading_;
};

// The element's voltage: the imaginary part of a phasor that turns and shrinks.
class Resonator {
 public:
  explicit Resonator(const GaitSource& source)
      : rate_(-1.0 / source.decay.si, 2.0 * pi * source.resonance.si) {}

  void advance(double seconds) { phasor_ *= std::exp(rate_ * seconds); }
  // A strike of this amplitude that was so many seconds ago.
  void hit(double amplitude, double ago) { phasor_ += amplitude * std::exp(rate_ * ago); }
  double voltage() const { return phasor_.imag(); }

 private:
  std::complex<double> rate_;
  std::complex<double> phasor_;
};

}  // namespace

Result<HarvestProfile> generate(const RandomWalkSource& source, std::uint64_t seed) {
  TRY(check(
      {{"power", source.power.si, 0.0, highest_parameter},
       {"nearest", source.nearest, 1e-3, highest_parameter},
       {"radius", source.radius, source.nearest, highest_parameter},
       {"speed", source.speed, 0.0, 1e3},
       {"turning", source.turning, 0.0, 1e3},
       {"shadowing", source.shadowing, 0.0, 30.0},
       {"shadowing-time", source.shadowing_time.si, smallest_parameter, highest_parameter},
       {"body", source.body, 0.0, 300.0},
       {"facing-time", source.facing_time.si, smallest_parameter, highest_parameter},
       {"averted-time", source.averted_time.si, smallest_parameter, highest_parameter},
       {"sensitivity", source.sensitivity.si, 0.0, highest_parameter}}));
  HarvestProfile profile = TRY(prepared(
      "random-walk", {}, source.sampling,
      join(
          "generated: ", source.power, " at 1 m, carried through a room of ", source.radius,
          " m radius at ", source.speed, " m/s, nothing below ", source.sensitivity, ", seed ",
          seed)));
  Random random(seed, "random walk");
  const Seconds step = to_seconds(source.sampling.period);
  Walk walk(source, random);
  Alternation body(source.facing_time, source.averted_time, random);
  const double kept = std::exp(-(step / source.shadowing_time));
  const double renewed = std::sqrt(1.0 - kept * kept);
  double shadow = random.normal();
  for (std::size_t i = 0; i < count_of(source.sampling); ++i) {
    const double distance = walk.advance(step.si);
    shadow = kept * shadow + renewed * random.normal();
    const double loss = body.advance(step) ? source.body : 0.0;
    const double gain = decibels(source.shadowing * shadow - loss);
    const Watts power = gain / (distance * distance) * source.power;
    profile.samples.push_back(power < source.sensitivity ? 0.0F : rounded(power.si));
  }
  return profile;
}

Result<HarvestProfile> generate(const GaitSource& source, std::uint64_t seed) {
  TRY(check(
      {{"stride", source.stride.si, 0.1, 5.0},
       {"jitter", source.jitter, 0.0, 0.2},
       {"peak", source.peak.si, 0.0, highest_parameter},
       {"strength", source.strength, 0.0, 0.3},
       {"resonance", source.resonance.si, 1e-3, highest_parameter},
       {"decay", source.decay.si, 1e-6, highest_parameter},
       {"resistance", source.resistance.si, smallest_parameter, highest_parameter}}));
  HarvestProfile profile = TRY(prepared(
      "gait", {.kind = HarvestKind::voltage_behind_resistance, .resistance = source.resistance},
      source.sampling,
      join(
          "generated: a piezo element in a shoe, ", source.stride, " strides, ", source.peak,
          " at ", source.resonance, ", decay ", source.decay, ", rectified, behind ",
          source.resistance, ", seed ", seed)));
  Random random(seed, "gait");
  Resonator element(source);
  const double step = to_seconds(source.sampling.period).si;
  const double mean_stride = 1.0 / source.stride.si;
  // Seconds from the present sample to the next strike; the first is somewhere in a stride.
  double until_strike = mean_stride * random.uniform();
  for (std::size_t i = 0; i < count_of(source.sampling); ++i) {
    for (; until_strike <= 0.0;
         until_strike += mean_stride * std::max(0.1, 1.0 + source.jitter * random.normal()))
      element.hit(
          source.peak.si * std::max(0.0, 1.0 + source.strength * random.normal()), -until_strike);
    profile.samples.push_back(rounded(std::abs(element.voltage())));
    element.advance(step);
    until_strike -= step;
  }
  return profile;
}

}  // namespace sunfleck
