#include "core/timeline/marks.h"

#include <gtest/gtest.h>

#include "core/energy/attribution.h"

namespace sunfleck {
namespace {

using namespace std::chrono_literals;

// The rail is on with these pins high; `rail` false: it is off.
MarkEdge edge(RunTime time, std::uint32_t pins, bool rail = true) {
  return {.time = time, .marks = (rail ? rail_mark : 0) | pins << first_pin_mark};
}

// "0 off 1 mark0 3": what lies between the times, in milliseconds.
std::string text_of(const Timeline& timeline) {
  std::string text = "0";
  for (const Span& span : timeline.spans) {
    text += std::string(" ") + name_of(span.activity);
    if (span.mark != no_mark) text += std::to_string(span.mark);
    text += " " + std::to_string(span.to / 1ms);
  }
  return text;
}

Timeline marked(const std::vector<MarkEdge>& edges, std::uint8_t pins = 0xFF, RunTime end = 20ms) {
  return with_marks(build_timeline({}, edges, 0, end), edges, pins);
}

TEST(Marks, APinHasTheTimeWhileItIsHighAndTheRestIsUnattributed) {
  const std::vector<MarkEdge> edges{edge(1ms, 0), edge(3ms, 1), edge(6ms, 0), edge(10ms, 0, false)};
  EXPECT_EQ(text_of(marked(edges)), "0 off 1 unattributed 3 mark0 6 unattributed 10 off 20");
}

TEST(Marks, ThePinThatRoseLastHasTheTimeUntilItFalls) {
  // Pin 0 is up from 2 to 12 and pin 3 from 4 to 6 within; pin 1 rises at 8 and outlives pin 0.
  const std::vector<MarkEdge> edges{edge(1ms, 0), edge(2ms, 1),  edge(4ms, 9), edge(6ms, 1),
                                    edge(8ms, 3), edge(12ms, 2), edge(15ms, 0)};
  EXPECT_EQ(
      text_of(marked(edges)),
      "0 off 1 unattributed 2 mark0 4 mark3 6 mark0 8 mark1 15 unattributed 20");
}

TEST(Marks, OfPinsThatRiseTogetherTheHigherNumberCountsAsTheLater) {
  const std::vector<MarkEdge> edges{edge(0ms, 0), edge(2ms, 0b101), edge(5ms, 0b001)};
  EXPECT_EQ(text_of(marked(edges)), "0 unattributed 2 mark2 5 mark0 20");
}

TEST(Marks, PinsThatMeanNothingAreIgnored) {
  const std::vector<MarkEdge> edges{edge(0ms, 0), edge(2ms, 1), edge(4ms, 3), edge(6ms, 2)};
  EXPECT_EQ(text_of(marked(edges, 0b01)), "0 unattributed 2 mark0 6 unattributed 20");
  EXPECT_EQ(text_of(marked(edges, 0)), "0 unattributed 20");
}

TEST(Marks, AnOutageEndsAPinAndItIsCountedAsUnfinished) {
  const std::vector<MarkEdge> edges{edge(0ms, 0),  edge(2ms, 1),  edge(5ms, 0, false), edge(9ms, 0),
                                    edge(10ms, 1), edge(12ms, 0), edge(13ms, 0, false)};
  EXPECT_EQ(
      text_of(marked(edges)),
      "0 unattributed 2 mark0 5 off 9 unattributed 10 mark0 12 unattributed 13 off 20");
  const auto counts = count_marks(edges);
  EXPECT_EQ(counts[0].begun, 2U);
  EXPECT_EQ(counts[0].finished, 1U);
  EXPECT_EQ(counts[1].begun, 0U);
}

TEST(Marks, WhatRecordsExplainStaysAsItIs) {
  Timeline timeline{.end = 10ms, .power_cycles = {{.on = 0ms, .off = 10ms}}};
  timeline.spans = {
      {.from = 0ms, .to = 4ms, .activity = Activity::compute, .layer = 1},
      {.from = 4ms, .to = 8ms, .activity = Activity::unattributed},
      {.from = 8ms, .to = 10ms, .activity = Activity::sleep}};
  const std::vector<MarkEdge> edges{edge(0ms, 0), edge(1ms, 1), edge(6ms, 0), edge(9ms, 1)};
  EXPECT_EQ(
      text_of(with_marks(timeline, edges, 0xFF)), "0 compute 4 mark0 6 unattributed 8 sleep 10");
}

// 1 mA at 3 V in samples of 1 ms: 3 uJ each.
EnergyCurve steady_power() {
  const std::vector<float> voltage(20, 3.0F);
  const std::vector<float> current(20, 1e-3F);
  EnergyCurve energy;
  energy.append({.first = 0, .period = 1ms, .voltage = voltage, .current = current});
  return energy;
}

TEST(Marks, EnergiesOfMarksAreThoseOfTheirTimesAndSumToTheTotal) {
  const std::vector<MarkEdge> edges{
      edge(0ms, 0), edge(2ms, 1), edge(4ms, 3), edge(5ms, 1), edge(9ms, 0)};
  const Attribution attribution =
      attribute(marked(edges), steady_power(), {.voltage = {}, .current = {}, .edge_time = 2us});
  ASSERT_EQ(attribution.shares.size(), 3U);
  const Share& outer = attribution.shares[0];
  const Share& inner = attribution.shares[1];
  EXPECT_EQ(outer.mark, 0);
  EXPECT_NEAR(outer.energy.si, 6 * 3e-6, 1e-12);  // 2 to 4 and 5 to 9 ms
  EXPECT_EQ(inner.mark, 1);
  EXPECT_NEAR(inner.energy.si, 3e-6, 1e-12);
  double sum = 0.0;
  for (const Share& share : attribution.shares)
    sum += share.energy.si;
  EXPECT_NEAR(sum, attribution.total.si, 1e-9 * attribution.total.si);
  // Two edges, each 2 us wide at 3 mW: sqrt(2) * 6 nJ; four for the outer one.
  EXPECT_NEAR(inner.uncertainty.si, std::sqrt(2.0) * 6e-9, 1e-12);
  EXPECT_NEAR(outer.uncertainty.si, 2.0 * 6e-9, 1e-12);
}

}  // namespace
}  // namespace sunfleck
