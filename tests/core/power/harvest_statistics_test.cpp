#include "core/power/harvest_statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/base/random.h"

namespace sunfleck {
namespace {

using namespace literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

HarvestProfile profile_of(std::vector<float> samples, RunTime period) {
  return {
      .name = "test",
      .format = {.kind = HarvestKind::power, .resistance = {}, .period = period},
      .samples = std::move(samples),
      .origin = "made for a test"};
}

// A profile in pieces: blocks of so many samples, with time between them.
class PieceSource final : public HarvestSource {
 public:
  PieceSource(HarvestProfile profile, std::size_t block, RunTime gap)
      : profile_(std::move(profile)), block_(block * sample_width(profile_.format)), gap_(gap) {}
  HarvestFormat format() const override { return profile_.format; }
  Result<HarvestBlock> next() override {
    const std::size_t count = std::min(block_, profile_.samples.size() - next_);
    const HarvestBlock block{
        .first = now_,
        .samples = std::span(profile_.samples).subspan(next_, count),
        .last = next_ + count == profile_.samples.size()};
    next_ += count;
    const auto samples = static_cast<std::int64_t>(count / sample_width(profile_.format));
    now_ += samples * profile_.format.period + gap_;
    return block;
  }
  Status rewind() override {
    next_ = 0;
    now_ = {};
    return ok;
  }

 private:
  HarvestProfile profile_;
  std::size_t block_;
  RunTime gap_;
  std::size_t next_ = 0;
  RunTime now_{};
};

TEST(HarvestStatistics, AreThoseOfThePowerThatTheKindAssumes) {
  struct Case {
    HarvestKind kind;
    double mean, peak;
  };
  // Samples 0 2 4 0 0 in a period of 10 ms; resistance 2 Ohm.
  const Case cases[] = {
      {HarvestKind::power, 6.0 / 5.0, 4.0},
      {HarvestKind::received_power, 6.0 / 5.0, 4.0},
      {HarvestKind::voltage_into_load, (2.0 + 8.0) / 5.0, 8.0},
      {HarvestKind::voltage_behind_resistance, (0.5 + 2.0) / 5.0, 2.0},
  };
  for (const Case& c : cases) {
    HarvestProfile profile = profile_of({0.0F, 2.0F, 4.0F, 0.0F, 0.0F}, milliseconds(10));
    profile.format.kind = c.kind;
    profile.format.resistance = {2.0};
    const HarvestStatistics statistics = statistics_of(profile, Watts{});
    EXPECT_NEAR(statistics.mean.si, c.mean, 1e-12);
    EXPECT_NEAR(statistics.peak.si, c.peak, 1e-12);
    EXPECT_NEAR(statistics.share_above, 0.4, 1e-12);
    EXPECT_EQ(statistics.longest_outage, milliseconds(20));
    EXPECT_EQ(statistics.outages, 2U);
    EXPECT_EQ(statistics.duration, milliseconds(50));
    EXPECT_EQ(harvest_kind_called(name_of(c.kind)), c.kind);
    EXPECT_FALSE(assumption_of(c.kind).empty());
  }
  EXPECT_EQ(statistics_of(profile_of({}, milliseconds(1)), Watts{}).samples, 0U);
  EXPECT_FALSE(harvest_kind_called("light"));
}

TEST(HarvestStatistics, ColumnsKeepTheEnergy) {
  const HarvestProfile profile = profile_of({1.0F, 2.0F, 6.0F}, milliseconds(1));
  // Two columns of one and a half samples: (1 + 1) / 1.5 and (1 + 6) / 1.5.
  const std::vector<Watts> two = power_columns(profile, 2);
  ASSERT_EQ(two.size(), 2U);
  EXPECT_NEAR(two[0].si, 4.0 / 3.0, 1e-12);
  EXPECT_NEAR(two[1].si, 14.0 / 3.0, 1e-12);
  Random random(3);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<float> samples(1 + random.below(50));
    double sum = 0.0;
    for (float& value : samples)
      sum += value = static_cast<float>(random.uniform());
    const std::size_t columns = 1 + random.below(80);
    double mean = 0.0;
    for (const Watts column : power_columns(profile_of(samples, milliseconds(1)), columns))
      mean += column.si / static_cast<double>(columns);
    EXPECT_NEAR(mean, sum / static_cast<double>(samples.size()), 1e-6);
  }
}

TEST(HarvestStatistics, OfEveryKindAreOfTheMostThatASampleGives) {
  const SolarPanel panel{.short_circuit = 5.0_mA, .open_circuit = 5.0_V, .best_voltage = 4.0_V};
  struct Case {
    HarvestFormat format;
    std::vector<float> sample;
    std::optional<SolarPanel> panel;
    double watts;
  };
  const auto format = [](HarvestKind kind) {
    return HarvestFormat{.kind = kind, .period = milliseconds(1)};
  };
  HarvestFormat curve = format(HarvestKind::iv_curve);
  curve.points = 3;
  // The optima of the laws are those of source_curve_test.cpp.
  const Case cases[] = {
      {format(HarvestKind::operating_point), {1.5F, 0.25F}, {}, 0.375},
      // (1 V, 2 A) to (2 V, 0 A): v (4 - 2 v) falls from 2 W.
      {curve, {0.0F, 2.0F, 1.0F, 2.0F, 2.0F, 0.0F}, {}, 2.0},
      {format(HarvestKind::isc_voc), {2.0F, 1.5F}, {}, 3.0 * 0.6013262113426788},
      {format(HarvestKind::diode),
       {1e-3F, 1e-9F, 10.0F},
       {},
       1.130546785343479 * 918.7362312069247e-6},
      {format(HarvestKind::irradiance), {500.0F}, {}, 500.0},
      {format(HarvestKind::irradiance), {500.0F}, panel, 3.7302617842088366 * 2.242739949358618e-3},
  };
  for (const Case& c : cases) {
    HarvestProfile profile = profile_of(c.sample, c.format.period);
    profile.format = c.format;
    const HarvestStatistics statistics =
        statistics_of(profile, StatisticsOptions{.source = {.panel = c.panel}});
    EXPECT_EQ(statistics.samples, 1U);
    EXPECT_NEAR(statistics.peak.si / c.watts, 1.0, 1e-6) << name_of(c.format.kind);
    EXPECT_NEAR(statistics.energy.si / c.watts, 1e-3, 1e-9) << name_of(c.format.kind);
    EXPECT_EQ(statistics.power_is.find("panel") != std::string_view::npos, c.panel.has_value());
    EXPECT_EQ(harvest_kind_called(name_of(c.format.kind)), c.format.kind);
  }
}

TEST(HarvestStatistics, CountOutagesWithTheirLengths) {
  // Dark for 1, 2, 30 and 400 ms, with a light sample after each but the last.
  std::vector<float> samples;
  for (const std::size_t length : {2U, 30U, 1U, 400U}) {
    samples.push_back(1.0F);
    samples.insert(samples.end(), length, 0.5F);
  }
  const HarvestStatistics statistics = statistics_of(profile_of(samples, milliseconds(1)), 0.5_W);
  EXPECT_EQ(statistics.outages, 4U);
  EXPECT_EQ(statistics.shortest_outage, milliseconds(1));
  EXPECT_EQ(statistics.longest_outage, milliseconds(400));
  EXPECT_NEAR(to_seconds(statistics.median_outage).si, 2e-3, 0.02e-3);
  ASSERT_EQ(statistics.outage_classes.size(), 3U);
  EXPECT_EQ(statistics.outage_classes[0].at_least, milliseconds(1));
  EXPECT_EQ(statistics.outage_classes[0].count, 2U);
  EXPECT_EQ(statistics.outage_classes[1].at_least, milliseconds(10));
  EXPECT_EQ(statistics.outage_classes[1].count, 1U);
  EXPECT_EQ(statistics.outage_classes[2].count, 1U);
  EXPECT_NEAR(statistics.share_above, 4.0 / 437.0, 1e-12);
  EXPECT_NEAR(statistics.energy.si, (4.0 + 0.5 * 433.0) * 1e-3, 1e-12);
}

TEST(HarvestStatistics, KnowTheMedianOutageWithinAHundredth) {
  Random random(31, "outages");
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<float> samples;
    std::vector<std::int64_t> lengths(1 + 2 * random.below(30));
    for (std::int64_t& length : lengths) {
      length = static_cast<std::int64_t>(1 + random.below(1 + random.below(3000)));
      samples.insert(samples.end(), static_cast<std::size_t>(length), 0.0F);
      samples.push_back(1.0F);
    }
    std::ranges::sort(lengths);
    const RunTime period(1 + static_cast<std::int64_t>(random.below(2'000'000)));
    const HarvestStatistics statistics = statistics_of(profile_of(samples, period), Watts{});
    const auto median = static_cast<double>((lengths[lengths.size() / 2] * period).count());
    EXPECT_NEAR(static_cast<double>(statistics.median_outage.count()) / median, 1.0, 0.01);
    std::uint64_t counted = 0;
    for (const OutageClass& decade : statistics.outage_classes)
      counted += decade.count;
    EXPECT_EQ(counted, statistics.outages);
    EXPECT_LE(statistics.outage_classes.front().at_least, statistics.shortest_outage);
    EXPECT_GT(10 * statistics.outage_classes.back().at_least, statistics.longest_outage);
  }
}

TEST(HarvestStatistics, TakeWhatLiesBetweenBlocksForOutage) {
  // 3 mW for 20 ms, 30 ms of nothing, 3 mW for 20 ms.
  PieceSource source(
      profile_of(std::vector<float>(40, 3e-3F), milliseconds(1)), 20, milliseconds(30));
  const Result<HarvestStatistics> statistics = statistics_of(source, {.columns = 7});
  ASSERT_TRUE(statistics) << statistics.error().text;
  EXPECT_EQ(statistics->samples, 40U);
  EXPECT_EQ(statistics->duration, milliseconds(70));
  EXPECT_EQ(statistics->outages, 1U);
  EXPECT_EQ(statistics->shortest_outage, milliseconds(30));
  EXPECT_EQ(statistics->median_outage, milliseconds(30));
  EXPECT_NEAR(statistics->mean.si, 3e-3 * 4.0 / 7.0, 1e-9);
  EXPECT_NEAR(statistics->share_above, 4.0 / 7.0, 1e-12);
  ASSERT_EQ(statistics->columns.size(), 7U);
  for (std::size_t i = 0; i < 7; ++i)
    EXPECT_NEAR(statistics->columns[i].si, i < 2 || i > 4 ? 3e-3 : 0.0, 1e-9) << i;
}

TEST(HarvestStatistics, BearAGapOfCenturiesInNoTime) {
  PieceSource source(
      profile_of({1.0F, 1.0F}, std::chrono::nanoseconds(1)), 1, std::chrono::hours(1'000'000));
  const Result<HarvestStatistics> statistics = statistics_of(source, {.columns = 4});
  ASSERT_TRUE(statistics);
  EXPECT_EQ(statistics->longest_outage, std::chrono::hours(1'000'000));
  EXPECT_EQ(statistics->columns.size(), 4U);
}

TEST(HarvestStatistics, AreTheSameInWhateverBlocksASourceComes) {
  Random random(37, "blocks");
  std::vector<float> samples(5000);
  for (float& value : samples)
    value = random.below(3) == 0 ? 0.0F : static_cast<float>(random.uniform());
  const HarvestProfile profile = profile_of(samples, milliseconds(2));
  const HarvestStatistics whole = statistics_of(profile, {.threshold = 0.1_W, .columns = 72});
  for (const std::size_t block : {1U, 7U, 4096U, 5000U}) {
    PieceSource source(profile, block, {});
    const Result<HarvestStatistics> pieces =
        statistics_of(source, {.threshold = 0.1_W, .columns = 72});
    ASSERT_TRUE(pieces);
    EXPECT_EQ(pieces->energy, whole.energy);
    EXPECT_EQ(pieces->outages, whole.outages);
    EXPECT_EQ(pieces->median_outage, whole.median_outage);
    EXPECT_EQ(pieces->autocorrelation_time, whole.autocorrelation_time);
    EXPECT_EQ(pieces->columns, whole.columns);
  }
}

TEST(HarvestStatistics, RefuseBlocksThatOverlap) {
  PieceSource source(profile_of({1.0F, 1.0F, 1.0F}, milliseconds(2)), 1, milliseconds(-1));
  const Result<HarvestStatistics> statistics = statistics_of(source, {});
  ASSERT_FALSE(statistics);
  EXPECT_EQ(statistics.error().code, Errc::protocol);
}

TEST(HarvestStatistics, OfALongSourceHaveColumnsWithinAThousandth) {
  // 100 000 samples of a slow sine, more than the equal times that are kept.
  std::vector<float> samples(100'000);
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = static_cast<float>(
        1.0 + std::sin(2.0 * std::numbers::pi * static_cast<double>(i) / 5000.0));
  const HarvestProfile profile = profile_of(samples, milliseconds(1));
  const std::vector<Watts> columns = power_columns(profile, 72);
  for (std::size_t column = 0; column < 72; ++column) {
    // The integral of the sine over a column of 100 s / 72.
    const auto phase = [](double at) { return 2.0 * std::numbers::pi * at / 3.6; };
    const auto from = static_cast<double>(column);
    const double mean =
        1.0 + (std::cos(phase(from)) - std::cos(phase(from + 1.0))) / (phase(1.0) - phase(0.0));
    EXPECT_NEAR(columns[column].si, mean, 1e-3) << column;
  }
  // A sine falls to 1/e at arccos(1/e) of its phase, 0.19 of its period of 5 s.
  const HarvestStatistics statistics = statistics_of(profile, Watts{});
  ASSERT_TRUE(statistics.autocorrelation_time);
  EXPECT_NEAR(
      statistics.autocorrelation_time->si,
      5.0 * std::acos(1.0 / std::numbers::e) / (2.0 * std::numbers::pi), 0.02);
}

}  // namespace
}  // namespace sunfleck
