#include "profiles/edit.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {
namespace {

constexpr RunTime longest_time = std::chrono::hours(24 * 365 * 95);
constexpr RunTime longest_period(1'000'000'000'000'000);

// How many periods begin before a time; a part of one counts as whole.
std::int64_t periods_until(RunTime time, RunTime period) {
  return time / period + (time % period > RunTime{} ? 1 : 0);
}

RunTime scaled_period(RunTime period, double factor) {
  return RunTime(std::llround(static_cast<double>(period.count()) * factor));
}

// By how much each number of a sample changes when its power changes by a factor.
std::vector<double> factors_of(const HarvestFormat& format, double power) {
  switch (format.kind) {
    case HarvestKind::voltage_into_load:
    case HarvestKind::voltage_behind_resistance:
      return {std::sqrt(power)};
    case HarvestKind::operating_point:
      return {1.0, power};
    case HarvestKind::isc_voc:
      return {power, 1.0};
    case HarvestKind::diode:
      return {power, power, 1.0};
    case HarvestKind::iv_curve: {
      std::vector<double> factors(sample_width(format), 1.0);
      for (std::size_t i = 1; i < factors.size(); i += 2)
        factors[i] = power;
      return factors;
    }
    case HarvestKind::power:
    case HarvestKind::received_power:
    case HarvestKind::irradiance:
      break;
  }
  return {power};
}

std::string with_remark(const std::string& origin, const std::string& remark) {
  return origin.empty() ? remark : origin + "; " + remark;
}

}  // namespace

CutSource::CutSource(std::unique_ptr<HarvestSource> source, RunTime from, std::optional<RunTime> to)
    : source_(std::move(source)), from_(from), to_(RunTime::max()) {
  const RunTime period = source_->format().period;
  from_ = periods_until(from, period) * period;
  if (to && *to < longest_time) to_ = periods_until(*to, period) * period;
}

Result<HarvestBlock> CutSource::next() {
  const HarvestFormat format = source_->format();
  const std::size_t width = sample_width(format);
  while (true) {
    HarvestBlock block = TRY(source_->next());
    const auto count = static_cast<std::int64_t>(block.samples.size() / width);
    const RunTime block_end = block.first + count * format.period;
    const auto before = [&](RunTime time) {  // samples of the block that begin before it
      if (block.first >= time) return std::int64_t{0};
      return std::min(count, periods_until(time - block.first, format.period));
    };
    const std::int64_t begin = before(from_);
    const std::int64_t kept = before(to_) - begin;
    const bool is_past = count > 0 && block_end >= to_;
    if (kept == 0 && is_past) return closing_outage();
    block.last = block.last || is_past;
    if (kept == 0 && !block.last) continue;
    if (kept == 0 && end_ == RunTime{})
      return fail(
          Errc::invalid_argument, "profile: it ends before the part that was wanted, from ",
          to_seconds(from_), " on");
    block.samples = block.samples.subspan(
        static_cast<std::size_t>(begin) * width, static_cast<std::size_t>(kept) * width);
    block.first += begin * format.period - from_;
    end_ = block.first + kept * format.period;
    return block;
  }
}

// The part ends in a gap, which goes on behind it: a sample of zero at its end keeps its length.
HarvestBlock CutSource::closing_outage() {
  const HarvestFormat format = source_->format();
  const RunTime last = to_ - from_ - format.period;
  if (last < end_) return {.first = end_, .samples = {}, .last = true};
  nothing_.assign(sample_width(format), 0.0F);
  return {.first = last, .samples = nothing_, .last = true};
}

Status CutSource::rewind() {
  end_ = {};
  return source_->rewind();
}

Status check(const ProfileScale& scale, const HarvestFormat& format) {
  constexpr double most = 1e6;
  if (!(scale.power >= 0.0 && scale.power <= most))
    return fail(
        Errc::invalid_argument, "power: a factor of 0 to ", most, " was wanted, got ", scale.power);
  if (!(scale.time >= 1.0 / most && scale.time <= most))
    return fail(
        Errc::invalid_argument, "time: a factor of ", 1.0 / most, " to ", most, " was wanted, got ",
        scale.time);
  const double period = static_cast<double>(format.period.count()) * scale.time;
  if (period >= 0.5 && period <= static_cast<double>(longest_period.count())) return ok;
  return fail(
      Errc::invalid_argument, "time: the factor ", scale.time, " makes the sample period ", period,
      " ns; it must be 1 ns to ", longest_period.count(), " ns");
}

ScaledSource::ScaledSource(std::unique_ptr<HarvestSource> source, const ProfileScale& scale)
    : source_(std::move(source)),
      old_period_(source_->format().period),
      format_(source_->format()),
      factors_(factors_of(format_, scale.power)) {
  format_.period = scaled_period(old_period_, scale.time);
}

Result<HarvestBlock> ScaledSource::next() {
  HarvestBlock block = TRY(source_->next());
  const auto count = static_cast<std::int64_t>(block.samples.size() / factors_.size());
  TRY(scaled_time(block.first + count * old_period_));
  TRY(scale_samples(block.samples));
  block.samples = samples_;
  block.first = TRY(scaled_time(block.first));
  return block;
}

Status ScaledSource::scale_samples(std::span<const float> samples) {
  samples_.resize(samples.size());
  const std::size_t width = factors_.size();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples_[i] = static_cast<float>(factors_[i % width] * static_cast<double>(samples[i]));
    if (!std::isfinite(samples_[i]))
      return fail(
          Errc::invalid_argument, "profile: scaled, the number ", static_cast<double>(samples[i]),
          " is too large");
  }
  return ok;
}

Result<RunTime> ScaledSource::scaled_time(RunTime time) const {
  const double factor =
      static_cast<double>(format_.period.count()) / static_cast<double>(old_period_.count());
  if (static_cast<double>(time.count()) * factor > static_cast<double>(longest_time.count()))
    return fail(Errc::invalid_argument, "profile: scaled, it lasts more than 95 years");
  return time / old_period_ * format_.period + scaled_period(time % old_period_, factor);
}

Result<OpenProfile> cut(OpenProfile profile, RunTime from, std::optional<RunTime> to) {
  if (from < RunTime{} || from > longest_time)
    return fail(Errc::invalid_argument, "from: 0 s to 95 years was wanted, got ", to_seconds(from));
  if (to && *to <= from)
    return fail(
        Errc::invalid_argument, "to: more than ", to_seconds(from), " was wanted, got ",
        to_seconds(*to));
  if (profile.duration && from >= *profile.duration)
    return fail(
        Errc::invalid_argument, "from: the profile lasts ", to_seconds(*profile.duration), ", got ",
        to_seconds(from));
  const RunTime period = profile.source->format().period;
  if (to && periods_until(from, period) == periods_until(*to, period))
    return fail(
        Errc::invalid_argument, "to: no sample begins from ", to_seconds(from), " to ",
        to_seconds(*to), ", there is one every ", to_seconds(period));
  profile.origin = with_remark(
      profile.origin,
      to ? join("cut from ", to_seconds(from), " to ", to_seconds(*to))
         : join("cut from ", to_seconds(from), " on"));
  if (profile.duration)
    profile.duration = std::min(to.value_or(*profile.duration), *profile.duration) - from;
  profile.source = std::make_unique<CutSource>(std::move(profile.source), from, to);
  return profile;
}

Result<OpenProfile> scaled(OpenProfile profile, const ProfileScale& scale) {
  const HarvestFormat format = profile.source->format();
  TRY(check(scale, format));
  profile.origin =
      with_remark(profile.origin, join("scaled: power by ", scale.power, ", time by ", scale.time));
  auto source = std::make_unique<ScaledSource>(std::move(profile.source), scale);
  if (profile.duration) profile.duration = TRY(source->scaled_time(*profile.duration));
  profile.source = std::move(source);
  return profile;
}

}  // namespace sunfleck
