#include <algorithm>
#include <cmath>

#include "profiles/generator_parts.h"

// Sources that are there or not: constant, on-off, random telegraph, a generator over a duct.
namespace sunfleck {

Result<HarvestProfile> generate(const ConstantSource& source) {
  TRY(check({{"power", source.power.si, 0.0, highest_parameter}}));
  HarvestProfile profile =
      TRY(prepared("constant", {}, source.sampling, join("generated: constant ", source.power)));
  profile.samples.assign(count_of(source.sampling), rounded(source.power.si));
  return profile;
}

Result<HarvestProfile> generate(const OnOffSource& source) {
  TRY(check(
      {{"power", source.power.si, 0.0, highest_parameter},
       {"duty", source.duty, 0.0, 1.0},
       {"cycle", to_seconds(source.cycle).si, 1e-9, highest_parameter}}));
  HarvestProfile profile = TRY(prepared(
      "on-off", {}, source.sampling,
      join(
          "generated: ", source.power, " for ", source.duty, " of every ",
          to_seconds(source.cycle))));
  const auto cycle = source.cycle.count();
  const auto period = source.sampling.period.count();
  const double lit = source.duty * static_cast<double>(cycle);
  // Time that the source was on from the beginning to a time.
  const auto lit_until = [&](std::int64_t time) {
    const std::int64_t cycles = time / cycle;
    return static_cast<double>(cycles) * lit +
        std::min(lit, static_cast<double>(time - cycles * cycle));
  };
  for (std::size_t i = 0; i < count_of(source.sampling); ++i) {
    const std::int64_t begin = static_cast<std::int64_t>(i) * period;
    const double share =
        (lit_until(begin + period) - lit_until(begin)) / static_cast<double>(period);
    profile.samples.push_back(rounded(std::clamp(share, 0.0, 1.0) * source.power.si));
  }
  return profile;
}

Result<HarvestProfile> generate(const TelegraphSource& source, std::uint64_t seed) {
  TRY(check(
      {{"low", source.low.si, 0.0, highest_parameter},
       {"high", source.high.si, source.low.si, highest_parameter},
       {"high-time", source.high_time.si, smallest_parameter, highest_parameter},
       {"low-time", source.low_time.si, smallest_parameter, highest_parameter}}));
  HarvestProfile profile = TRY(prepared(
      "telegraph", {}, source.sampling,
      join(
          "generated: ", source.high, " for ", source.high_time, " and ", source.low, " for ",
          source.low_time, " on average, exponential times, seed ", seed)));
  Random random(seed, "telegraph");
  const double duty = source.high_time / (source.high_time + source.low_time);
  const bool high_first = random.uniform() < duty;
  const Seconds first = high_first ? source.high_time : source.low_time;
  const Seconds second = high_first ? source.low_time : source.high_time;
  Alternation state(first, second, random);
  const Seconds step = to_seconds(source.sampling.period);
  for (std::size_t i = 0; i < count_of(source.sampling); ++i) {
    const double second_share = state.share_of_second(step);
    const double share = high_first ? 1.0 - second_share : second_share;
    profile.samples.push_back(rounded(source.low.si + share * (source.high - source.low).si));
  }
  return profile;
}

Result<HarvestProfile> generate(const HvacSource& source, std::uint64_t seed) {
  TRY(check(
      {{"difference", source.difference, 0.0, 1e3},
       {"run", source.run.si, smallest_parameter, highest_parameter},
       {"rest", source.rest.si, smallest_parameter, highest_parameter},
       {"spread", source.spread, 0.0, 1.0},
       {"lag", source.lag.si, smallest_parameter, highest_parameter},
       {"seebeck", source.seebeck, 0.0, 1e3},
       {"resistance", source.resistance.si, smallest_parameter, highest_parameter}}));
  HarvestProfile profile = TRY(prepared(
      "hvac", {.kind = HarvestKind::voltage_behind_resistance, .resistance = source.resistance},
      source.sampling,
      join(
          "generated: a module of ", source.seebeck, " V/K and ", source.resistance,
          " over a duct, up to ", source.difference, " K, blower on for ", source.run,
          " and off for ", source.rest, " on average, lag ", source.lag, ", seed ", seed)));
  Random random(seed, "hvac");
  Alternation rests(source.run, source.rest, random, source.spread);
  const Seconds step = to_seconds(source.sampling.period);
  const double follow = way_in(step, source.lag);
  double difference = 0.0;
  for (std::size_t i = 0; i < count_of(source.sampling); ++i) {
    profile.samples.push_back(rounded(source.seebeck * difference));
    const double running = 1.0 - rests.share_of_second(step);
    difference += follow * (running * source.difference - difference);
  }
  return profile;
}

}  // namespace sunfleck
