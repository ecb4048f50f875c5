#include "app/report/run_lanes.h"

#include <gtest/gtest.h>

#include <chrono>

namespace sunfleck::app {
namespace {

using namespace std::chrono_literals;

sunfleck::Span span(RunTime from, RunTime to, Activity activity, std::uint16_t layer = no_layer) {
  return {.from = from, .to = to, .activity = activity, .layer = layer};
}

const Lane* lane_called(const std::vector<Lane>& lanes, const std::string& name) {
  for (const Lane& lane : lanes)
    if (lane.name == name) return &lane;
  return nullptr;
}

TEST(RunLanes, ALayerHasItsCheckpointsInItAndOutagesStandWhereTheyWere) {
  const std::vector<sunfleck::Span> spans{
      span(0s, 1s, Activity::off),           span(1s, 2s, Activity::compute, 0),
      span(2s, 3s, Activity::checkpoint, 0), span(3s, 4s, Activity::compute, 0),
      span(4s, 5s, Activity::compute, 1),    span(5s, 7s, Activity::off)};
  const auto lanes = lanes_of(spans, {}, {LayerRow{.op = "CONV_2D"}}, 0s, 7s, 1ms);
  const Lane* const layers = lane_called(lanes, "Layers");
  ASSERT_NE(layers, nullptr);
  ASSERT_EQ(layers->spans.size(), 2U);
  EXPECT_EQ(layers->spans[0].from, 1.0);
  EXPECT_EQ(layers->spans[0].to, 4.0);
  EXPECT_EQ(layers->spans[0].text, "0");
  EXPECT_NE(layers->spans[0].colour, layers->spans[1].colour);
  const Lane* const outages = lane_called(lanes, "Outages");
  ASSERT_NE(outages, nullptr);
  ASSERT_EQ(outages->spans.size(), 2U);
  EXPECT_EQ(outages->spans[1].from, 5.0);
  EXPECT_EQ(outages->spans[1].to, 7.0);
  EXPECT_EQ(lane_called(lanes, "Re-executed"), nullptr) << "nothing was";
}

TEST(RunLanes, ThinSpansAreMergedAndShowTheShareTheyFill) {
  std::vector<sunfleck::Span> spans;
  for (int i = 0; i < 10'000; ++i) {  // a quarter of the time
    spans.push_back(span(4us * i, 4us * i + 1us, Activity::checkpoint));
    spans.push_back(span(4us * i + 1us, 4us * i + 4us, Activity::sleep));
  }
  const RunTime end = 40ms;
  const auto lanes = lanes_of(spans, {}, {}, 0us, end, end / 100);
  const Lane* const lane = lane_called(lanes, "Checkpoints");
  ASSERT_NE(lane, nullptr);
  EXPECT_LE(lane->spans.size(), 200U);
  EXPECT_GE(lane->spans.size(), 90U);
  double last = 0.0;
  for (const Span& one : lane->spans) {
    EXPECT_GE(one.from, last) << "in order, none over another";
    EXPECT_GT(one.to, one.from);
    EXPECT_LE(one.to - one.from, 2.0 * 0.4e-3);
    EXPECT_NEAR(one.strength, 0.25 + 0.75 * 0.25, 0.02) << "fainter than a full one";
    last = one.to;
  }
}

TEST(RunLanes, NothingIsMergedAcrossAGapOrOutsideTheWindow) {
  const std::vector<sunfleck::Span> spans{
      span(0s, 1s, Activity::boot), span(10s, 10s + 1ms, Activity::boot),
      span(20s, 20s + 1ms, Activity::boot), span(30s, 40s, Activity::boot)};
  const auto lanes = lanes_of(spans, {}, {}, 5s, 35s, 100ms);
  ASSERT_EQ(lanes.size(), 1U);
  ASSERT_EQ(lanes[0].spans.size(), 3U);
  EXPECT_DOUBLE_EQ(lanes[0].spans[0].to, 10.001);
  EXPECT_EQ(lanes[0].spans[0].strength, 1.0);
  EXPECT_EQ(lanes[0].spans[1].from, 20.0);
  EXPECT_EQ(lanes[0].spans[2].to, 35.0);
}

}  // namespace
}  // namespace sunfleck::app
