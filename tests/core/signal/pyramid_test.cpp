#include "core/signal/pyramid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/base/random.h"

namespace sunfleck {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

// Minimum, maximum and mean straight from the samples [from, to).
Bucket from_samples(const std::vector<double>& samples, std::uint64_t from, std::uint64_t to) {
  Bucket bucket;
  double sum = 0.0;
  for (std::uint64_t i = from; i < std::min<std::uint64_t>(to, samples.size()); ++i) {
    if (!std::isfinite(samples[i])) continue;
    bucket.low = bucket.count == 0 ? samples[i] : std::min(bucket.low, samples[i]);
    bucket.high = bucket.count == 0 ? samples[i] : std::max(bucket.high, samples[i]);
    sum += samples[i];
    ++bucket.count;
  }
  if (bucket.count > 0) bucket.mean = sum / static_cast<double>(bucket.count);
  return bucket;
}

void expect_same(const Bucket& got, const Bucket& wanted) {
  EXPECT_EQ(got.count, wanted.count);
  if (wanted.count == 0) {
    EXPECT_TRUE(std::isnan(got.low) && std::isnan(got.high) && std::isnan(got.mean));
    return;
  }
  EXPECT_EQ(got.low, wanted.low);
  EXPECT_EQ(got.high, wanted.high);
  EXPECT_NEAR(got.mean, wanted.mean, 1e-12);
}

std::vector<double> noise(std::size_t count, bool with_gaps) {
  Random random(7, "pyramid");
  std::vector<double> samples;
  for (std::size_t i = 0; i < count; ++i) {
    const bool lost = with_gaps && (random.below(5) == 0 || (i >= 300 && i < 700));
    samples.push_back(lost ? missing : random.uniform() - 0.5);
  }
  return samples;
}

Pyramid pyramid_of(const std::vector<double>& samples) {
  Pyramid pyramid;
  for (const double sample : samples)
    pyramid.append(sample);
  return pyramid;
}

// 0, 1, ... 255: sixteen buckets of level 0 and one of level 1, by hand.
TEST(Pyramid, HasMinimumMaximumAndMeanOfARamp) {
  Pyramid pyramid;
  for (int i = 0; i < 256; ++i)
    pyramid.append(i);
  ASSERT_EQ(pyramid.level(0).size(), 16U);
  EXPECT_EQ(pyramid.level(0)[3].low, 48.0);
  EXPECT_EQ(pyramid.level(0)[3].high, 63.0);
  EXPECT_DOUBLE_EQ(pyramid.level(0)[3].mean, 55.5);
  ASSERT_EQ(pyramid.level(1).size(), 1U);
  EXPECT_EQ(pyramid.level(1)[0].low, 0.0);
  EXPECT_EQ(pyramid.level(1)[0].high, 255.0);
  EXPECT_DOUBLE_EQ(pyramid.level(1)[0].mean, 127.5);
  EXPECT_EQ(pyramid.level(1)[0].count, 256U);
  EXPECT_TRUE(pyramid.level(2).empty());
}

TEST(Pyramid, HasAtEveryLevelWhatTheSamplesHave) {
  for (const bool with_gaps : {false, true}) {
    SCOPED_TRACE(with_gaps);
    const std::vector<double> samples = noise(16 * 16 * 16 * 3 + 77, with_gaps);
    const Pyramid pyramid = pyramid_of(samples);
    EXPECT_EQ(pyramid.size(), samples.size());
    std::uint64_t width = 1;
    for (std::size_t level = 0; level < Pyramid::levels; ++level) {
      width *= Pyramid::fan;
      ASSERT_EQ(pyramid.level(level).size(), samples.size() / width);
      for (std::uint64_t i = 0; i < pyramid.level(level).size(); ++i)
        expect_same(pyramid.level(level)[i], from_samples(samples, i * width, (i + 1) * width));
    }
  }
}

TEST(Pyramid, GivesAnOverviewOfAnyRangeInAsManyPointsAsWereAskedFor) {
  const std::vector<double> samples = noise(9000, true);
  const Pyramid pyramid = pyramid_of(samples);
  Random random(8, "ranges");
  for (int round = 0; round < 300; ++round) {
    const std::uint64_t from = random.below(samples.size());
    const std::uint64_t to = from + 1 + random.below(samples.size());
    const std::size_t points = 1 + random.below(200);
    const Overview overview = pyramid.overview({from, to}, points);
    SCOPED_TRACE(testing::Message() << from << ".." << to << " in " << points);

    EXPECT_LE(overview.buckets.size(), points);
    EXPECT_LE(overview.first, from);
    EXPECT_LT(from, overview.first + overview.width);
    EXPECT_GE(
        overview.first + overview.width * overview.buckets.size(),
        std::min<std::uint64_t>(to, samples.size()));
    // The last entry may reach beyond the range, up to the next multiple of its level's width.
    for (std::size_t i = 0; i + 1 < overview.buckets.size(); ++i) {
      const std::uint64_t start = overview.first + i * overview.width;
      expect_same(overview.buckets[i], from_samples(samples, start, start + overview.width));
    }
  }
}

TEST(Pyramid, ShowsTheSamplesOfBucketsThatAreNotYetFull) {
  const std::vector<double> samples = noise(16 * 16 + 16 * 3 + 5, false);
  const Overview overview = pyramid_of(samples).overview({0, samples.size()}, 1);
  ASSERT_EQ(overview.buckets.size(), 1U);
  expect_same(overview.buckets[0], from_samples(samples, 0, samples.size()));
}

TEST(Pyramid, TakesWhatIsNotFiniteForMissing) {
  Pyramid pyramid;
  for (int i = 0; i < 16; ++i)
    pyramid.append(i == 2 ? 4.0 : missing);
  for (int i = 0; i < 16; ++i)
    pyramid.append(i % 2 == 0 ? HUGE_VAL : -HUGE_VAL);
  expect_same(pyramid.level(0)[0], {.low = 4.0, .high = 4.0, .mean = 4.0, .count = 1});
  expect_same(pyramid.level(0)[1], {});
  EXPECT_TRUE(pyramid.overview({40, 50}, 10).buckets.empty());
}

// Worked by hand: 1000 samples in 10 points want 100 each, so entries of 16 and a width of 112;
// from 5000 samples on, in 10 points, 500 each: entries of 256 from 4864 on, two and a bit a point:
// 768.
TEST(Cut, TakesTheCoarsestLevelThatIsFineEnough) {
  const Cut fine = cut_for({0, 1000}, 10, 0, 6);
  EXPECT_EQ(fine.level, 1U);
  EXPECT_EQ(fine.width, 112U);
  EXPECT_EQ(fine.count, 9U);
  const Cut coarse = cut_for({5000, 10000}, 10, 0, 6);
  EXPECT_EQ(coarse.level, 2U);
  EXPECT_EQ(coarse.first, 4864U);
  EXPECT_EQ(coarse.width, 768U);
  EXPECT_EQ(coarse.count, 7U);
  const Cut single = cut_for({3, 10}, 100, 0, 6);
  EXPECT_EQ(single.level, 0U);
  EXPECT_EQ(single.first, 3U);
  EXPECT_EQ(single.width, 1U);
  EXPECT_EQ(single.count, 7U);
}

}  // namespace
}  // namespace sunfleck
