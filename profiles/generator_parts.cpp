#include "profiles/generator_parts.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "profiles/text_lines.h"

namespace sunfleck {

Status check(std::initializer_list<ParameterRange> ranges) {
  for (const ParameterRange& range : ranges) {
    if (range.value >= range.low && range.value <= range.high) continue;
    return fail(
        Errc::invalid_argument, range.parameter, ": must be between ", range.low, " and ",
        range.high, ", got ", range.value);
  }
  return ok;
}

Result<HarvestProfile> prepared(
    std::string name, HarvestFormat format, const Sampling& sampling, std::string origin) {
  if (sampling.period <= RunTime{})
    return fail(
        Errc::invalid_argument, "sample-period: must be above 0 s, got ",
        to_seconds(sampling.period));
  format.period = sampling.period;
  const std::int64_t count = sampling.duration / sampling.period;
  const auto most = static_cast<std::int64_t>(most_samples / sample_width(format));
  if (count < 1 || count > most)
    return fail(
        Errc::invalid_argument, "duration: 1 to ", most, " samples are possible, got ", count,
        " for ", to_seconds(sampling.duration), " at ", to_seconds(sampling.period));
  HarvestProfile profile{
      .name = std::move(name), .format = format, .samples = {}, .origin = std::move(origin)};
  profile.samples.reserve(static_cast<std::size_t>(count) * sample_width(format));
  return profile;
}

std::size_t count_of(const Sampling& sampling) {
  return static_cast<std::size_t>(sampling.duration / sampling.period);
}

float rounded(double value) {
  constexpr int digits_after_first = 5;
  std::array<char, 32> digits;
  const auto end = std::to_chars(
      digits.data(), digits.data() + digits.size(), value, std::chars_format::scientific,
      digits_after_first);
  float nearest = 0.0F;
  std::from_chars(digits.data(), end.ptr, nearest);
  return nearest;
}

double Alternation::share_of_second(Seconds step) {
  Seconds second{};
  Seconds rest = step;
  while (left_ < rest) {
    if (second_) second += left_;
    rest -= left_;
    second_ = !second_;
    draw();
  }
  left_ -= rest;
  if (second_) second += rest;
  return std::clamp(static_cast<double>(second / step), 0.0, 1.0);
}

void Alternation::draw() {
  const double drawn = random_->uniform();
  const double share = spread_ ? 1.0 + *spread_ * (2.0 * drawn - 1.0) : -std::log(1.0 - drawn);
  left_ = share * means_[second_ ? 1 : 0];
}

CloudCover::CloudCover(const Clouds& clouds, Seconds step, Random& random)
    : clouds_(clouds),
      step_(step),
      follow_(way_in(step, clouds.edge)),
      random_(&random),
      alternation_(clouds.clear, clouds.cloud, random) {}

double CloudCover::advance() {
  const bool cloudy = alternation_.advance(step_);
  if (cloudy && !was_cloudy_)
    wanted_ = clouds_.thickest + (clouds_.thinnest - clouds_.thickest) * random_->uniform();
  if (!cloudy) wanted_ = 1.0;
  was_cloudy_ = cloudy;
  transmitted_ += follow_ * (wanted_ - transmitted_);
  return transmitted_;
}

Status check(const Clouds& clouds) {
  return check(
      {{"clear", clouds.clear.si, smallest_parameter, highest_parameter},
       {"cloud", clouds.cloud.si, smallest_parameter, highest_parameter},
       {"thickest", clouds.thickest, 0.0, 1.0},
       {"thinnest", clouds.thinnest, clouds.thickest, 1.0},
       {"edge", clouds.edge.si, 0.0, highest_parameter}});
}

double way_in(Seconds step, Seconds lag) {
  return lag > Seconds{} ? -std::expm1(-(step / lag)) : 1.0;
}

}  // namespace sunfleck
