#include "core/energy/energy_curve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/random.h"

namespace sunfleck {
namespace {

using namespace std::chrono_literals;

SampleBlock block_of(
    std::uint64_t first, const std::vector<float>& voltage, const std::vector<float>& current,
    RunTime period = 100us) {
  return {
      .first = first,
      .period = period,
      .voltage = voltage,
      .current = current,
      .storage = {},
      .harvest = {}};
}

TEST(EnergyCurve, IntegratesSamplesAndPartsOfThem) {
  // 2 V and 1, 2, 3 A for 100 us each: 200, 400 and 600 uJ.
  EnergyCurve curve;
  curve.append(block_of(0, {2.0F, 2.0F, 2.0F}, {1.0F, 2.0F, 3.0F}));
  EXPECT_NEAR(curve.total().si, 1200e-6, 1e-18);
  EXPECT_EQ(curve.end(), 300us);
  EXPECT_EQ(curve.gaps(), 0us);
  struct Case {
    RunTime from, to;
    double energy;
  };
  const Case cases[] = {
      {0us, 100us, 200e-6},  {50us, 150us, 300e-6},  {125us, 175us, 200e-6}, {0us, 300us, 1200e-6},
      {-50us, 50us, 100e-6}, {250us, 900us, 300e-6}, {400us, 500us, 0.0},    {100us, 100us, 0.0},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(join(std::int64_t{c.from.count()}, " to ", std::int64_t{c.to.count()}));
    EXPECT_NEAR(curve.between(c.from, c.to).si, c.energy, 1e-18);
  }
  EXPECT_NEAR(curve.power_at(150us).si, 4.0, 1e-12);
  EXPECT_NEAR(curve.power_at(299us).si, 6.0, 1e-12);
  EXPECT_EQ(curve.power_at(300us), Watts{});
  EXPECT_EQ(curve.power_at(-1ns), Watts{});
}

TEST(EnergyCurve, CountsWhatIsMissingAndTakesItAsNothing) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EnergyCurve curve;
  curve.append(block_of(2, {1.0F, 1.0F}, {1.0F, 1.0F}));      // 2 before it are missing
  curve.append(block_of(10, {1.0F, 1.0F}, {1.0F, nan}));      // 6, and one is no number
  curve.append(block_of(11, {1.0F, 1.0F}, {9.0F, 1.0F}));     // the first of these is there already
  curve.append(block_of(13, {1.0F}, {1.0F}, 50us));           // another clock
  curve.append(block_of(~std::uint64_t{0}, {1.0F}, {1.0F}));  // beyond any run
  EXPECT_EQ(curve.gaps(), 9 * 100us);
  EXPECT_EQ(curve.end(), 1300us);
  EXPECT_NEAR(curve.total().si, 4 * 100e-6, 1e-18);
  EXPECT_NEAR(curve.between(0us, 250us).si, 50e-6, 1e-18);
  EXPECT_NEAR(curve.between(350us, 1050us).si, 100e-6, 1e-18);
  EXPECT_EQ(curve.power_at(500us), Watts{});
  EXPECT_NEAR(curve.power_at(1000us).si, 1.0, 1e-12);
}

TEST(EnergyCurve, AddsUpOverAnyCutOfALongRun) {
  // A million samples whose energies span six decades, against a sum in long double.
  Random random(1, "curve");
  EnergyCurve curve;
  long double wanted = 0.0L;
  std::uint64_t first = 0;
  for (int i = 0; i < 1000; ++i) {
    std::vector<float> voltage;
    std::vector<float> current;
    for (int k = 0; k < 1000; ++k) {
      voltage.push_back(static_cast<float>(1.8 + 1.5 * random.uniform()));
      current.push_back(static_cast<float>(std::pow(10.0, -8.0 + 6.0 * random.uniform())));
      wanted += static_cast<long double>(voltage.back()) * current.back() * 1e-5L;
    }
    curve.append(block_of(first, voltage, current, 10us));
    first += voltage.size();
  }
  const auto total = static_cast<double>(wanted);
  EXPECT_NEAR(curve.total().si, total, 1e-14 * total);
  double sum = 0.0;
  RunTime from{};
  while (from < curve.end()) {
    const RunTime to = std::min(
        curve.end(), from + RunTime(1 + static_cast<std::int64_t>(random.below(3'000'000))));
    sum += curve.between(from, to).si;
    from = to;
  }
  EXPECT_NEAR(sum, total, 1e-11 * total);
}

TEST(EnergyCurve, KnowsTheNoiseOfItsSamples) {
  // 400 samples of 2 V and 3 A, 100 us each; 0.1 V and 0.2 A of noise give a sample
  // 100 us * sqrt((3 * 0.1)^2 + (2 * 0.2)^2) = 50 uJ.
  EnergyCurve curve;
  curve.append(block_of(0, std::vector<float>(400, 2.0F), std::vector<float>(400, 3.0F)));
  const auto deviation = [&](RunTime from, RunTime to) {
    return std::sqrt(curve.noise_variance(from, to, Volts{0.1}, Amperes{0.2}));
  };
  EXPECT_NEAR(deviation(0us, 100us), 50e-6, 1e-12);
  EXPECT_NEAR(deviation(0us, 40ms), 20 * 50e-6, 1e-12);
  EXPECT_NEAR(deviation(20ms, 30ms), 10 * 50e-6, 1e-12);
}

}  // namespace
}  // namespace sunfleck
