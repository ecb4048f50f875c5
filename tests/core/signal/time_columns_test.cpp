#include "core/signal/time_columns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sunfleck {
namespace {

using namespace std::chrono_literals;

TEST(TimeColumns, FewValuesStandAsTheyCame) {
  TimeColumns columns(8);
  for (int i = 0; i < 8; ++i)
    columns.add(i * 10ms, (i + 1) * 10ms, i);
  ASSERT_EQ(columns.columns().size(), 8U);
  EXPECT_EQ(columns.width(), 10ms);
  for (std::size_t i = 0; i < 8; ++i)
    EXPECT_EQ(columns.columns()[i].mean, static_cast<double>(i));
}

TEST(TimeColumns, ALongSignalKeepsItsExtremesAndItsMean) {
  constexpr int count = 100'000;
  TimeColumns columns(64);
  double sum = 0.0;
  for (int i = 0; i < count; ++i) {
    const double value = i == 77'777 ? 1000.0 : std::sin(i * 0.001);
    columns.add(i * 1us, (i + 1) * 1us, value);
    sum += value;
  }
  const auto all = columns.columns();
  EXPECT_LE(all.size(), 64U);
  EXPECT_GE(all.size(), 32U);
  EXPECT_EQ(std::ranges::max(all, {}, &Bucket::high).high, 1000.0);
  Bucket whole;
  for (const Bucket& column : all)
    whole = combined(whole, column);
  EXPECT_EQ(whole.count, 100'000'000U) << "nanoseconds";
  EXPECT_NEAR(whole.mean, sum / count, 1e-9);
}

TEST(TimeColumns, AValueThatLastsCountsByItsTime) {
  TimeColumns columns(2);
  columns.add(0s, 1s, 4.0);  // a column of 1 s
  columns.add(1s, 4s, 0.0);  // three, so that each becomes 2 s
  ASSERT_EQ(columns.columns().size(), 2U);
  EXPECT_EQ(columns.columns()[0].mean, 2.0);
  EXPECT_EQ(columns.columns()[1].high, 0.0);
}

TEST(TimeColumns, WhatIsOutsideOrNotANumberIsLeftOut) {
  TimeColumns columns(4, 10ms, 20ms);
  columns.add(0ms, 12ms, 1.0);
  columns.add(12ms, 14ms, std::nan(""));
  columns.add(19ms, 30ms, 3.0);
  Bucket whole;
  for (const Bucket& column : columns.columns())
    whole = combined(whole, column);
  EXPECT_EQ(whole.count, 3'000'000U);
  EXPECT_EQ(columns.begin(), 10ms);
}

}  // namespace
}  // namespace sunfleck
