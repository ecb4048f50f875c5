#include "profiles/generators.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <numbers>

#include "core/base/random.h"
#include "profiles/text_lines.h"

namespace sunfleck {
namespace {

using std::numbers::pi;

struct Range {
  std::string_view parameter;
  double value;
  double low;
  double high;
};

constexpr double highest = 1e9;     // of any parameter; beyond it nothing is meant
constexpr double smallest = 1e-12;  // of what must be above 0

Status check(std::initializer_list<Range> ranges) {
  for (const Range& range : ranges) {
    if (range.value >= range.low && range.value <= range.high) continue;
    return fail(
        Errc::invalid_argument, range.parameter, ": must be between ", range.low, " and ",
        range.high, ", got ", range.value);
  }
  return ok;
}

// An empty profile with room for its samples.
Result<HarvestProfile> prepared(std::string name, const Sampling& sampling, std::string origin) {
  if (sampling.period <= RunTime{})
    return fail(
        Errc::invalid_argument, "period: must be above 0 s, got ", to_seconds(sampling.period));
  const std::int64_t count = sampling.duration / sampling.period;
  if (count < 1 || count > static_cast<std::int64_t>(most_samples))
    return fail(
        Errc::invalid_argument, "duration: 1 to ", most_samples, " samples are possible, got ",
        count, " for ", to_seconds(sampling.duration), " at ", to_seconds(sampling.period));
  HarvestProfile profile{
      .name = std::move(name),
      .format = {.kind = HarvestKind::power, .resistance = {}, .period = sampling.period},
      .samples = {},
      .origin = std::move(origin)};
  profile.samples.reserve(static_cast<std::size_t>(count));
  return profile;
}

std::size_t count_of(const Sampling& sampling) {
  return static_cast<std::size_t>(sampling.duration / sampling.period);
}

float sample(Watts power) { return static_cast<float>(power.si); }

double decibels(double value) { return std::pow(10.0, 0.1 * value); }

// Two states that follow each other after exponential times.
class Alternation {
 public:
  Alternation(Seconds first_mean, Seconds second_mean, Random& random)
      : means_{first_mean, second_mean}, random_(&random) {
    draw();
  }
  // Lets time pass; whether the second state is the present one.
  bool advance(Seconds step) {
    for (left_ -= step; left_ < Seconds{}; draw())
      second_ = !second_;
    return second_;
  }

 private:
  void draw() { left_ += -std::log(1.0 - random_->uniform()) * means_[second_ ? 1 : 0]; }

  std::array<Seconds, 2> means_;
  Random* random_;
  Seconds left_;
  bool second_ = false;
};

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

}  // namespace

Result<HarvestProfile> generate(const ConstantSource& source) {
  TRY(check({{"power", source.power.si, 0.0, highest}}));
  HarvestProfile profile =
      TRY(prepared("constant", source.sampling, join("generated: constant ", source.power)));
  profile.samples.assign(count_of(source.sampling), sample(source.power));
  return profile;
}

Result<HarvestProfile> generate(const OnOffSource& source) {
  TRY(check(
      {{"power", source.power.si, 0.0, highest},
       {"duty", source.duty, 0.0, 1.0},
       {"cycle", to_seconds(source.cycle).si, 1e-9, highest}}));
  HarvestProfile profile = TRY(prepared(
      "on-off", source.sampling,
      join(
          "generated: ", source.power, " for ", source.duty, " of every ",
          to_seconds(source.cycle))));
  const auto cycle = source.cycle.count();
  const auto period = source.sampling.period.count();
  const double lit = source.duty * static_cast<double>(cycle);
  // Time that the source was on from the beginning to a time.
  const auto lit_until = [&](std::int64_t time) {
    return static_cast<double>(time / cycle) * lit +
        std::min(lit, static_cast<double>(time % cycle));
  };
  for (std::size_t i = 0; i < count_of(source.sampling); ++i) {
    const std::int64_t begin = static_cast<std::int64_t>(i) * period;
    const double share =
        (lit_until(begin + period) - lit_until(begin)) / static_cast<double>(period);
    profile.samples.push_back(sample(std::clamp(share, 0.0, 1.0) * source.power));
  }
  return profile;
}

Result<HarvestProfile> generate(const SolarDaySource& source, std::uint64_t seed) {
  TRY(check(
      {{"peak", source.peak.si, 0.0, highest},
       {"daylight", to_seconds(source.daylight).si, 1e-9, highest},
       {"clear_time", source.clear_time.si, smallest, highest},
       {"cloud_time", source.cloud_time.si, smallest, highest},
       {"thickest", source.thickest, 0.0, 1.0},
       {"thinnest", source.thinnest, source.thickest, 1.0},
       {"edge", source.edge.si, 0.0, highest}}));
  HarvestProfile profile = TRY(prepared(
      "solar-day", source.sampling,
      join(
          "generated: clear sky of ", source.peak, " at noon, ", to_seconds(source.daylight),
          " of daylight, clouds of ", source.cloud_time, " every ", source.clear_time, ", seed ",
          seed)));
  Random random(seed, "solar day");
  Alternation clouds(source.clear_time, source.cloud_time, random);
  const Seconds step = to_seconds(source.sampling.period);
  const double follow = source.edge > Seconds{} ? -std::expm1(-(step / source.edge)) : 1.0;
  bool was_cloudy = false;
  double wanted = 1.0;
  double transmitted = 1.0;
  for (std::size_t i = 0; i < count_of(source.sampling); ++i) {
    const bool cloudy = clouds.advance(step);
    if (cloudy && !was_cloudy)
      wanted = source.thickest + (source.thinnest - source.thickest) * random.uniform();
    if (!cloudy) wanted = 1.0;
    was_cloudy = cloudy;
    transmitted += follow * (wanted - transmitted);
    const double day = static_cast<double>(i) * step / to_seconds(source.daylight);
    const double sun = day < 1.0 ? std::sin(pi * day) : 0.0;
    profile.samples.push_back(sample(transmitted * sun * source.peak));
  }
  return profile;
}

Result<HarvestProfile> generate(const RandomWalkSource& source, std::uint64_t seed) {
  TRY(check(
      {{"power_at_metre", source.power_at_metre.si, 0.0, highest},
       {"nearest", source.nearest, 1e-3, highest},
       {"radius", source.radius, source.nearest, highest},
       {"speed", source.speed, 0.0, 1e3},
       {"turning", source.turning, 0.0, 1e3},
       {"shadowing", source.shadowing, 0.0, 30.0},
       {"shadowing_time", source.shadowing_time.si, smallest, highest},
       {"body", source.body, 0.0, 300.0},
       {"facing_time", source.facing_time.si, smallest, highest},
       {"averted_time", source.averted_time.si, smallest, highest},
       {"sensitivity", source.sensitivity.si, 0.0, highest}}));
  HarvestProfile profile = TRY(prepared(
      "random-walk", source.sampling,
      join(
          "generated: ", source.power_at_metre, " at 1 m, carried through a room of ",
          source.radius, " m radius at ", source.speed, " m/s, nothing below ", source.sensitivity,
          ", seed ", seed)));
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
    const Watts power = gain / (distance * distance) * source.power_at_metre;
    profile.samples.push_back(power < source.sensitivity ? 0.0F : sample(power));
  }
  return profile;
}

}  // namespace sunfleck
