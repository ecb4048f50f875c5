#include "core/power/shepherd_source.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace sunfleck {
namespace {

constexpr std::size_t looked_at = 2000;  // samples

Volts volts(double microvolts) { return {microvolts * 1e-6}; }
Watts watts(double femtowatts) { return {femtowatts * 1e-15}; }

// Cut towards zero, in 32 bit and a sign.
std::int64_t whole(double value) {
  return static_cast<std::int64_t>(std::clamp(value, -4294967295.0, 4294967295.0));
}

Volts ramp_step(const HarvestFormat& format, std::span<const float> samples) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < std::min(looked_at, samples.size() / 2); ++i)
    if (i % format.points > format.lead_in)
      steps.push_back(std::abs(double{samples[2 * i]} - double{samples[2 * i - 2]}));
  if (steps.empty()) return {};
  const auto typical = steps.end() - 1 - static_cast<std::ptrdiff_t>(steps.size() / 50);
  std::ranges::nth_element(steps, typical);
  return {*typical};
}

}  // namespace

Result<ShepherdInput> shepherd_input(const HarvestFormat& format, std::span<const float> first) {
  const bool ramps = format.kind == HarvestKind::iv_curve;
  if (!ramps && format.kind != HarvestKind::operating_point)
    return fail(
        Errc::unsupported,
        "profile: Shepherd's virtual source takes V-I samples and I-V curves only");
  const auto points = static_cast<RunTime::rep>(ramps ? format.points : 1U);
  if (format.period != points * shepherd_period)
    return fail(
        Errc::unsupported, "profile: Shepherd's virtual source takes a point every 10 us, not ",
        points, " in ", to_seconds(format.period));
  if (!ramps) return ShepherdInput{};
  const ShepherdInput input{.points = format.points, .step = ramp_step(format, first)};
  TRY(check(input));
  return input;
}

ShepherdSource::ShepherdSource(
    const ShepherdConfig& config, const ShepherdInput& input, const ShepherdTarget& target)
    : harvester_(config.harvester, input), converter_(config, input), target_(target) {}

ShepherdSample ShepherdSource::step(Volts voltage, Amperes current) {
  const ShepherdPoint offered{
      .microvolts = whole(1e6 * voltage.si), .nanoamperes = whole(1e9 * current.si)};
  converter_.take_in(harvester_.harvest(offered));
  converter_.give_out(1e9 * load_.si);
  converter_.move_charge();
  converter_.update_output();
  if (converter_.has_feedback()) harvester_.aim_at(converter_.wanted_microvolts());
  const Volts output = volts(converter_.output_microvolts());
  load_ = current_of(target_, output, converter_.power_good());
  return {
      .input_voltage = volts(static_cast<double>(offered.microvolts)),
      .input_current = {static_cast<double>(offered.nanoamperes) * 1e-9},
      .storage_voltage = volts(converter_.storage_microvolts()),
      .output_voltage = output,
      .load = load_,
      .into_storage = watts(converter_.femtowatts_in()),
      .out_of_storage = watts(converter_.femtowatts_out()),
      .power_good_bits = converter_.power_good_bits(),
      .power_good = converter_.power_good()};
}

void ShepherdSummary::add(const ShepherdSample& sample) {
  ++samples_;
  if (sample.power_good) ++good_;
  into_storage_.add(sample.into_storage.si);
  out_of_storage_.add(sample.out_of_storage.si);
  delivered_.add((sample.output_voltage * sample.load).si);
}

Seconds ShepherdSummary::duration() const {
  return static_cast<double>(samples_) * to_seconds(shepherd_period);
}

Joules ShepherdSummary::into_storage() const {
  return Watts{into_storage_.value()} * to_seconds(shepherd_period);
}

Joules ShepherdSummary::out_of_storage() const {
  return Watts{out_of_storage_.value()} * to_seconds(shepherd_period);
}

Joules ShepherdSummary::delivered() const {
  return Watts{delivered_.value()} * to_seconds(shepherd_period);
}

double ShepherdSummary::power_good_share() const {
  return samples_ == 0 ? 0.0 : static_cast<double>(good_) / static_cast<double>(samples_);
}

}  // namespace sunfleck
