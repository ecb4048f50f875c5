#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "core/base/random.h"
#include "core/power/harvest_cursor.h"

namespace sunfleck {
namespace {

using namespace literals;
using std::chrono::milliseconds;

HarvestProfile profile_of(std::vector<float> samples, RunTime period) {
  return {
      .name = "test",
      .format = {.kind = HarvestKind::power, .resistance = {}, .period = period},
      .samples = std::move(samples),
      .origin = "made for a test"};
}

// Blocks with times of their own.
class BlockSource final : public HarvestSource {
 public:
  struct Block {
    RunTime first;
    std::vector<float> samples;
  };
  explicit BlockSource(std::vector<Block> blocks) : blocks_(std::move(blocks)) {}
  HarvestFormat format() const override {
    return {.kind = HarvestKind::power, .resistance = {}, .period = milliseconds(1)};
  }
  Result<HarvestBlock> next() override {
    if (next_ == blocks_.size()) return HarvestBlock{.first = {}, .samples = {}, .last = true};
    const Block& block = blocks_[next_++];
    return HarvestBlock{
        .first = block.first, .samples = block.samples, .last = next_ == blocks_.size()};
  }
  Status rewind() override {
    next_ = 0;
    return ok;
  }

 private:
  std::vector<Block> blocks_;
  std::size_t next_ = 0;
};

double value_of(const HarvestPiece& piece, std::uint32_t i) {
  return piece.samples == nullptr ? 0.0 : static_cast<double>(piece.samples[i]);
}

// Energy and time that a cursor gives in all, in steps of `step`, until its end or until `until`.
struct Played {
  double energy = 0.0;
  RunTime time{};
};

Played play(HarvestCursor& cursor, RunTime step, RunTime until) {
  Played played;
  while (!cursor.source_ended() && cursor.now() < until) {
    const auto got = cursor.next(std::min(step, until - cursor.now()));
    EXPECT_TRUE(got);
    if (!got) break;
    for (const HarvestPiece& piece : got->pieces())
      for (std::uint32_t i = 0; i < piece.count; ++i)
        played.energy += value_of(piece, i) * to_seconds(piece.duration).si;
    played.time += got->duration;
  }
  return played;
}

TEST(HarvestCursor, CutsSamplesExactlyWhateverTheStep) {
  std::vector<float> samples(101);
  std::iota(samples.begin(), samples.end(), 1.0F);
  for (const std::int64_t period : {1'000LL, 333'333LL, 10'000'000LL}) {
    const HarvestProfile profile = profile_of(samples, RunTime(period));
    for (const std::int64_t step : {700LL, 1'000LL, 333'333LL, 1'000'000LL, 7'654'321LL}) {
      if (period / step > 10'000) continue;
      ProfileSource source(profile);
      HarvestCursor cursor(source, 1);
      const Played played = play(cursor, RunTime(step), RunTime::max());
      // 1 + 2 + ... + 101 = 5151.
      EXPECT_NEAR(played.energy, 5151.0 * 1e-9 * static_cast<double>(period), 1e-9) << step;
      EXPECT_EQ(played.time, 101 * RunTime(period));
      EXPECT_EQ(cursor.passes(), 1U);
    }
  }
}

TEST(HarvestCursor, GivesThePartsOfSamplesThatAStepCovers) {
  const HarvestProfile profile = profile_of({1.0F, 2.0F, 3.0F}, milliseconds(2));
  ProfileSource source(profile);
  HarvestCursor cursor(source, 1);
  const auto first = cursor.next(milliseconds(3));
  ASSERT_TRUE(first);
  ASSERT_EQ(first->part_count, 2U);
  EXPECT_EQ(value_of(first->parts[0], 0), 1.0F);
  EXPECT_EQ(first->parts[0].duration, milliseconds(2));
  EXPECT_EQ(value_of(first->parts[1], 0), 2.0F);
  EXPECT_EQ(first->parts[1].duration, milliseconds(1));
  EXPECT_FALSE(first->source_ended);
  const auto second = cursor.next(milliseconds(10));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->part_count, 2U);
  EXPECT_EQ(second->duration, milliseconds(3));
  EXPECT_TRUE(second->source_ended);
  EXPECT_EQ(cursor.now(), milliseconds(6));
  const auto third = cursor.next(milliseconds(1));
  ASSERT_TRUE(third);
  EXPECT_TRUE(third->pieces().empty());
  EXPECT_TRUE(third->source_ended);
}

TEST(HarvestCursor, TellsTheEndWithTheLastPiece) {
  const HarvestProfile profile = profile_of({1.0F, 2.0F}, milliseconds(1));
  ProfileSource source(profile);
  HarvestCursor cursor(source, 1);
  const auto step = cursor.next(milliseconds(2));
  ASSERT_TRUE(step);
  EXPECT_TRUE(step->source_ended);
}

TEST(HarvestCursor, RepeatsWithoutDriftAndCountsPasses) {
  const HarvestProfile profile = profile_of({1.0F, 0.0F, 0.0F}, RunTime(333'333));
  ProfileSource source(profile);
  HarvestCursor endless(source, 0);
  const Played played = play(endless, RunTime(100'000), std::chrono::seconds(2));
  EXPECT_EQ(played.time, std::chrono::seconds(2));
  // A pass lasts 999 999 ns: 2000 of them end at 1.999998 s, the rest is sample 1 of the next.
  EXPECT_EQ(endless.passes(), 2000U);
  EXPECT_NEAR(played.energy, 2000 * 333'333e-9 + 2'000e-9, 1e-12);

  ProfileSource again(profile);
  HarvestCursor thrice(again, 3);
  EXPECT_EQ(play(thrice, milliseconds(5), RunTime::max()).time, RunTime(3 * 999'999));
  EXPECT_EQ(thrice.passes(), 3U);
}

TEST(HarvestCursor, WhatLiesBetweenBlocksIsAnOutage) {
  BlockSource source(
      {{milliseconds(2), {1.0F, 1.0F}}, {milliseconds(4), {2.0F}}, {milliseconds(9), {3.0F}}});
  HarvestCursor cursor(source, 1);
  std::vector<float> seen;
  while (!cursor.source_ended()) {
    const auto step = cursor.next(milliseconds(1));
    ASSERT_TRUE(step);
    for (const HarvestPiece& piece : step->pieces())
      for (std::uint32_t i = 0; i < piece.count; ++i)
        seen.push_back(static_cast<float>(value_of(piece, i)));
  }
  EXPECT_EQ(seen, (std::vector<float>{0, 0, 1, 1, 2, 0, 0, 0, 0, 3}));
}

TEST(HarvestCursor, RefusesBlocksThatOverlapAndRepeatingNothing) {
  BlockSource overlapping({{milliseconds(0), {1.0F, 1.0F}}, {milliseconds(1), {2.0F}}});
  HarvestCursor first(overlapping, 1);
  ASSERT_TRUE(first.next(milliseconds(5)));
  const auto step = first.next(milliseconds(5));
  ASSERT_FALSE(step);
  EXPECT_EQ(
      step.error().text,
      "profile: a block begins at 1000000 ns, before the end of the block before it at 2000000 ns");
  BlockSource empty({});
  HarvestCursor second(empty, 0);
  const auto none = second.next(milliseconds(5));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().text, "profile: it has no samples and cannot be repeated");
  HarvestCursor third(empty, 1);
  const auto end = third.next(milliseconds(5));
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->source_ended);
}

}  // namespace
}  // namespace sunfleck
