#include "profiles/edit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/power/source_curve.h"
#include "profiles/generators.h"

namespace sunfleck {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A recording of numbered samples, 10 ms each, in blocks that begin where it says.
class Recording final : public HarvestSource {
 public:
  struct Block {
    RunTime first;
    std::vector<float> samples;
  };
  explicit Recording(std::vector<Block> blocks, HarvestFormat format = {.period = milliseconds(10)})
      : blocks_(std::move(blocks)), format_(format) {}
  HarvestFormat format() const override { return format_; }
  Result<HarvestBlock> next() override {
    const Block& block = blocks_.at(index_++);
    return HarvestBlock{
        .first = block.first, .samples = block.samples, .last = index_ == blocks_.size()};
  }
  Status rewind() override {
    index_ = 0;
    return ok;
  }

 private:
  std::vector<Block> blocks_;
  HarvestFormat format_;
  std::size_t index_ = 0;
};

// 1 to 4 from 0 ms on; an outage; 5 to 7 from 100 ms on; 8 from 130 ms on.
std::unique_ptr<HarvestSource> walk() {
  return std::make_unique<Recording>(std::vector<Recording::Block>{
      {milliseconds(0), {1.0F, 2.0F, 3.0F}},
      {milliseconds(30), {4.0F}},
      {milliseconds(100), {5.0F, 6.0F, 7.0F}},
      {milliseconds(130), {8.0F}}});
}

OpenProfile open_walk() {
  return {
      .name = "walk",
      .origin = "numbers",
      .source = walk(),
      .duration = RunTime(milliseconds(140))};
}

using Samples = std::vector<float>;

Samples part(RunTime from, std::optional<RunTime> to) {
  CutSource source(walk(), from, to);
  const auto whole = read_whole(source, 1000);
  EXPECT_TRUE(whole) << whole.error().text;
  return whole ? whole->samples : Samples{};
}

TEST(Cut, KeepsTheSamplesThatBeginBetweenTheTimes) {
  EXPECT_EQ(part(milliseconds(10), milliseconds(40)), (Samples{2, 3, 4}));
  EXPECT_EQ(part(milliseconds(10), milliseconds(20)), (Samples{2}));
  EXPECT_EQ(part(milliseconds(0), milliseconds(40)), (Samples{1, 2, 3, 4}));
  EXPECT_EQ(part(milliseconds(110), std::nullopt), (Samples{6, 7, 8}));
  EXPECT_EQ(part(milliseconds(110), seconds(1'000'000'000)), (Samples{6, 7, 8}));
}

TEST(Cut, TimesBetweenSamplesCountAsTheNext) {
  EXPECT_EQ(part(milliseconds(11), milliseconds(31)), (Samples{3, 4}));
}

TEST(Cut, KeepsOutagesAtBeginMiddleAndEnd) {
  EXPECT_EQ(part(milliseconds(30), milliseconds(110)), (Samples{4, 0, 0, 0, 0, 0, 0, 5}));
  EXPECT_EQ(part(milliseconds(80), milliseconds(120)), (Samples{0, 0, 5, 6}));
  EXPECT_EQ(part(milliseconds(30), milliseconds(70)), (Samples{4, 0, 0, 0}));
  EXPECT_EQ(part(milliseconds(50), milliseconds(70)), (Samples{0, 0}));
  EXPECT_EQ(part(milliseconds(30), milliseconds(100)), (Samples{4, 0, 0, 0, 0, 0, 0}));
}

TEST(Cut, CanBePlayedAgain) {
  CutSource source(walk(), milliseconds(20), milliseconds(110));
  const auto first = read_whole(source, 1000);
  const auto again = read_whole(source, 1000);
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->samples, again->samples);
}

TEST(Cut, OfCurvesKeepsWholeCurves) {
  CutSource source(
      std::make_unique<Recording>(
          std::vector<Recording::Block>{{milliseconds(0), {1, 2, 3, 4, 5, 6, 7, 8}}},
          HarvestFormat{.kind = HarvestKind::iv_curve, .period = milliseconds(10), .points = 2}),
      milliseconds(10), milliseconds(20));
  const auto whole = read_whole(source, 1000);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->samples, (Samples{5, 6, 7, 8}));
}

TEST(Cut, SaysWhatItIsAndHowLong) {
  const auto profile = cut(open_walk(), milliseconds(20), milliseconds(110));
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->origin, "numbers; cut from 0.02 s to 0.11 s");
  EXPECT_EQ(profile->duration, milliseconds(90));
  EXPECT_EQ(cut(open_walk(), milliseconds(20), std::nullopt)->duration, milliseconds(120));
}

TEST(Cut, RefusesTimesThatMakeNoPart) {
  EXPECT_EQ(
      cut(open_walk(), seconds(1), std::nullopt).error().text,
      "from: the profile lasts 0.14 s, got 1 s");
  EXPECT_EQ(
      cut(open_walk(), -seconds(1), seconds(1)).error().text,
      "from: 0 s to 95 years was wanted, got -1 s");
  EXPECT_EQ(
      cut(open_walk(), milliseconds(50), milliseconds(50)).error().text,
      "to: more than 0.05 s was wanted, got 0.05 s");
  EXPECT_EQ(
      cut(open_walk(), milliseconds(1), milliseconds(2)).error().text,
      "to: no sample begins from 0.001 s to 0.002 s, there is one every 0.01 s");
  OpenProfile of_unknown_length = open_walk();
  of_unknown_length.duration.reset();
  const auto late = cut(std::move(of_unknown_length), seconds(1), seconds(2));
  ASSERT_TRUE(late);
  const auto whole = in_memory(*late, 1000);
  ASSERT_FALSE(whole);
  EXPECT_EQ(whole.error().text, "profile: it ends before the part that was wanted, from 1 s on");
}

// A source without end, which must be left as soon as the part is over.
class Endless final : public HarvestSource {
 public:
  HarvestFormat format() const override { return {.period = milliseconds(1)}; }
  Result<HarvestBlock> next() override {
    return HarvestBlock{.first = milliseconds(1000 * blocks_++), .samples = second_};
  }
  Status rewind() override {
    blocks_ = 0;
    return ok;
  }

 private:
  Samples second_ = Samples(1000, 1.0F);
  std::int64_t blocks_ = 0;
};

TEST(Cut, ReadsNoFurtherThanItsEnd) {
  CutSource source(std::make_unique<Endless>(), seconds(3600), seconds(3610));
  const auto whole = read_whole(source, 100'000);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->samples.size(), 10'000U);
}

Samples scaled_samples(HarvestFormat format, Samples sample, double power) {
  format.period = milliseconds(10);
  ScaledSource source(
      std::make_unique<Recording>(
          std::vector<Recording::Block>{{RunTime{}, std::move(sample)}}, format),
      {.power = power});
  return read_whole(source, 1000)->samples;
}

TEST(Scaled, TheStrengthOfEachKindChangesAndNothingElse) {
  EXPECT_EQ(scaled_samples({.kind = HarvestKind::power}, {2, 3}, 0.5), (Samples{1, 1.5F}));
  EXPECT_EQ(scaled_samples({.kind = HarvestKind::received_power}, {2}, 4.0), (Samples{8}));
  EXPECT_EQ(scaled_samples({.kind = HarvestKind::irradiance}, {100}, 4.0), (Samples{400}));
  const Ohms kilohm{1e3};
  EXPECT_EQ(
      scaled_samples({.kind = HarvestKind::voltage_into_load, .resistance = kilohm}, {2}, 4.0),
      (Samples{4}));
  EXPECT_EQ(
      scaled_samples(
          {.kind = HarvestKind::voltage_behind_resistance, .resistance = kilohm}, {2}, 0.25),
      (Samples{1}));
  EXPECT_EQ(
      scaled_samples({.kind = HarvestKind::operating_point}, {2, 4, 3, 6}, 0.5),
      (Samples{2, 2, 3, 3}));
  EXPECT_EQ(scaled_samples({.kind = HarvestKind::isc_voc}, {2, 4}, 0.5), (Samples{1, 4}));
  EXPECT_EQ(scaled_samples({.kind = HarvestKind::diode}, {2, 4, 6}, 0.5), (Samples{1, 2, 6}));
  EXPECT_EQ(
      scaled_samples({.kind = HarvestKind::iv_curve, .points = 3}, {0, 8, 1, 4, 2, 0}, 0.5),
      (Samples{0, 4, 1, 2, 2, 0}));
}

// By the source's own curve, not by the samples: what a harvester at the optimum gets.
double most_of(const HarvestFormat& format, const Samples& sample) {
  SourceCurve curve(format, {.open_current = Amperes{}});
  curve.set(sample.data());
  const OperatingPoint best = curve.optimum();
  return (best.voltage * best.current).si;
}

TEST(Scaled, TheMostThatASourceGivesIsInProportion) {
  struct Case {
    HarvestFormat format;
    Samples sample;
  };
  const RunTime period = milliseconds(10);
  const Case cases[]{
      {{.kind = HarvestKind::voltage_behind_resistance, .resistance = {50.0}, .period = period},
       {1.7F}},
      {{.kind = HarvestKind::voltage_into_load, .resistance = {30e3}, .period = period}, {0.9F}},
      {{.kind = HarvestKind::operating_point, .period = period}, {2.5F, 3e-3F}},
      {{.kind = HarvestKind::isc_voc, .period = period}, {5e-3F, 2.1F}},
      {{.kind = HarvestKind::diode, .period = period}, {5e-3F, 1e-6F, 4.1F}},
      {{.kind = HarvestKind::iv_curve, .period = period, .points = 3},
       {0.0F, 5e-3F, 1.5F, 4e-3F, 2.0F, 0.0F}},
  };
  for (const Case& each : cases) {
    for (const double power : {0.3, 7.0}) {
      const Samples scaled = scaled_samples(each.format, each.sample, power);
      EXPECT_NEAR(most_of(each.format, scaled) / most_of(each.format, each.sample), power, 1e-6)
          << static_cast<int>(each.format.kind);
    }
  }
}

TEST(Scaled, TimeStretchesSamplesAndGaps) {
  ScaledSource source(walk(), {.time = 2.5});
  EXPECT_EQ(source.format().period, milliseconds(25));
  const auto whole = read_whole(source, 1000);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->samples, (Samples{1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 5, 6, 7, 8}));
}

TEST(Scaled, AGapThatIsNoMultipleOfThePeriodIsStretchedToo) {
  ScaledSource source(
      std::make_unique<Recording>(std::vector<Recording::Block>{{milliseconds(12), {1.0F}}}),
      {.time = 2.0});
  EXPECT_EQ(source.next()->first, milliseconds(24));
}

TEST(Scaled, ByOneIsTheSame) {
  const auto original = generate(GaitSource{}, 1);
  ASSERT_TRUE(original);
  const auto same = in_memory(*scaled(opened(*original), {}), original->samples.size());
  ASSERT_TRUE(same);
  EXPECT_EQ(same->samples, original->samples);
  EXPECT_EQ(same->format.period, original->format.period);
}

TEST(Scaled, SaysWhatItIsAndHowLong) {
  const auto profile = scaled(open_walk(), {.power = 10.0, .time = 0.1});
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->origin, "numbers; scaled: power by 10, time by 0.1");
  EXPECT_EQ(profile->duration, milliseconds(14));
}

TEST(Scaled, RefusesFactorsAndWhatTheyLeadTo) {
  const auto words = [](const ProfileScale& scale) {
    const auto profile = scaled(open_walk(), scale);
    if (!profile) return profile.error().text;
    const auto whole = in_memory(*profile, 1000);
    return whole ? std::string("fine") : whole.error().text;
  };
  EXPECT_EQ(words({.power = -1.0}), "power: a factor of 0 to 1e+06 was wanted, got -1");
  EXPECT_EQ(words({.power = std::nan("")}), "power: a factor of 0 to 1e+06 was wanted, got nan");
  EXPECT_EQ(words({.time = 0.0}), "time: a factor of 1e-06 to 1e+06 was wanted, got 0");
  EXPECT_EQ(words({.power = 0.0}), "fine") << "a source that gives nothing";
  OpenProfile fast = opened({.format = {.period = RunTime(1000)}, .samples = {1.0F}});
  EXPECT_EQ(
      scaled(std::move(fast), {.time = 1e-6}).error().text,
      "time: the factor 1e-06 makes the sample period 0.001 ns; it must be 1 ns to "
      "1000000000000000 ns");
  OpenProfile slow = opened({.format = {.period = seconds(100'000)}, .samples = Samples(1000)});
  EXPECT_EQ(
      scaled(std::move(slow), {.time = 1000.0}).error().text,
      "time: the factor 1000 makes the sample period 1e+17 ns; it must be 1 ns to "
      "1000000000000000 ns");
  OpenProfile strong = opened({.format = {.period = seconds(1)}, .samples = {1e38F}});
  const auto stronger = scaled(std::move(strong), {.power = 1e6});
  ASSERT_TRUE(stronger);
  EXPECT_EQ(
      in_memory(*stronger, 10).error().text,
      "profile: scaled, the number 9.999999680285692e+37 is too large");
  OpenProfile long_one = opened({.format = {.period = seconds(10)}, .samples = Samples(100'000)});
  EXPECT_EQ(
      scaled(std::move(long_one), {.time = 1e5}).error().text,
      "profile: scaled, it lasts more than 95 years");
}

}  // namespace
}  // namespace sunfleck
