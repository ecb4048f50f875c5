#include "drivers/simulated/meter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/drivers/simulated/bench.h"

namespace sunfleck {
namespace {

using namespace literals;
using namespace std::chrono_literals;

double mean_of(const std::vector<float>& values) {
  double sum = 0.0;
  for (const float value : values)
    sum += static_cast<double>(value);
  return sum / static_cast<double>(values.size());
}

double deviation_of(const std::vector<float>& values) {
  const double mean = mean_of(values);
  double sum = 0.0;
  for (const float value : values)
    sum += std::pow(static_cast<double>(value) - mean, 2);
  return std::sqrt(sum / static_cast<double>(values.size()));
}

TEST(SimulatedMeter, GivesMeansOverItsPeriod) {
  SimulatedMeter meter(
      {.sample_period = 100us,
       .current_noise = {},
       .current_step = 0.1_uA,
       .voltage_noise = {},
       .voltage_step = 1.0_mV},
      1);
  RecordingSink sink;
  // 30 us at 10 mA and 3 V, then 70 us of nothing: 3 mA on the average, all of it at 3 V.
  meter.add({.duration = 30us, .charge = 300.0e3_pC, .rail = 3.0_V, .storage = 4.0_V}, sink);
  meter.deliver(sink);
  EXPECT_TRUE(sink.current.empty()) << "the sample is not over";
  meter.add({.duration = 70us, .storage = 4.0_V, .harvested = 1.0e-7_J}, sink);
  meter.deliver(sink);
  ASSERT_EQ(sink.current.size(), 1U);
  EXPECT_NEAR(sink.current[0], 3.0e-3, 1e-9);
  EXPECT_NEAR(sink.voltage[0], 3.0, 1e-6);
  EXPECT_NEAR(sink.storage[0], 4.0, 1e-6);
  EXPECT_NEAR(sink.harvest[0], 1.0e-3, 1e-9);
}

TEST(SimulatedMeter, AddsNoiseOfTheGivenDeviationInSteps) {
  SimulatedMeter meter(
      {.sample_period = 100us,
       .current_noise = 5.0_uA,
       .current_step = 1.0_uA,
       .voltage_noise = 2.0_mV,
       .voltage_step = 0.5_mV},
      7);
  RecordingSink sink;
  constexpr std::size_t count = 20000;
  for (std::size_t i = 0; i < count; ++i)
    meter.add({.duration = 100us, .charge = 100.0e3_pC, .rail = 1.8_V, .storage = 2.5_V}, sink);
  meter.deliver(sink);
  ASSERT_EQ(sink.current.size(), count);
  // One deviation of the mean is 5 uA / sqrt(20000) = 35 nA, of the deviation 25 nA. A step of 1 uA
  // adds 1/12 to the variance of 25.
  EXPECT_NEAR(mean_of(sink.current), 1.0e-3, 5 * 35e-9);
  EXPECT_NEAR(deviation_of(sink.current), std::sqrt(25.0 + 1.0 / 12.0) * 1e-6, 5 * 25e-9);
  EXPECT_NEAR(mean_of(sink.voltage), 1.8, 5 * 14e-6);
  EXPECT_NEAR(deviation_of(sink.voltage), 2.005e-3, 5 * 10e-6);
  for (const float current : sink.current) {
    const double steps = static_cast<double>(current) / 1e-6;
    ASSERT_NEAR(steps, std::round(steps), 1e-3);
  }
}

}  // namespace
}  // namespace sunfleck
