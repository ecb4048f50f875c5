#include "db/chunk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "db/signal_ladder.h"
#include "tests/db/store_support.h"

namespace sunfleck::db {
namespace {

std::vector<std::uint32_t> bits_of(const std::vector<float>& samples) {
  std::vector<std::uint32_t> bits(samples.size());
  std::ranges::transform(
      samples, bits.begin(), [](float sample) { return std::bit_cast<std::uint32_t>(sample); });
  return bits;
}

TEST(Chunk, GivesItsSamplesBackBitForBit) {
  std::vector<float> samples = a_signal(chunk_entries, 5);
  samples[7] = std::numeric_limits<float>::quiet_NaN();
  samples[8] = -std::numeric_limits<float>::infinity();
  samples[9] = -0.0F;
  const Chunk chunk{.level = 0, .first = 0, .samples = samples, .buckets = {}};
  const EncodedChunk encoded = encode(chunk);
  EXPECT_STREQ(encoded.codec, "shuffle-zstd");
  EXPECT_LT(encoded.data.size(), 4 * chunk_entries * 3 / 4);
  ASSERT_VALUE(decoded, decode(0, chunk_entries, encoded.codec, encoded.data));
  EXPECT_EQ(bits_of(decoded.samples), bits_of(samples));
}

// Random mantissas and exponents cannot be made shorter.
TEST(Chunk, IsStoredRawWhenCompressionSavesNothing) {
  Random random(1, "raw");
  Chunk chunk;
  for (int i = 0; i < 100; ++i)
    chunk.samples.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random.bits())));
  const EncodedChunk encoded = encode(chunk);
  EXPECT_STREQ(encoded.codec, "raw");
  ASSERT_EQ(encoded.data.size(), 400U);
  EXPECT_EQ(encoded.data[1], std::bit_cast<std::uint32_t>(chunk.samples[0]) >> 8 & 0xFFU);
  ASSERT_VALUE(decoded, decode(0, 100, encoded.codec, encoded.data));
  EXPECT_EQ(bits_of(decoded.samples), bits_of(chunk.samples));
}

TEST(Chunk, GivesItsBucketsBack) {
  Chunk chunk;
  chunk.level = 6;
  chunk.buckets = {{.low = -1.5, .high = 2.0, .mean = 0.25, .count = 1U << 24U}, {}};
  const EncodedChunk encoded = encode(chunk);
  ASSERT_VALUE(decoded, decode(6, 2, encoded.codec, encoded.data));
  EXPECT_EQ(decoded.buckets[0].low, -1.5);
  EXPECT_EQ(decoded.buckets[0].high, 2.0);
  EXPECT_EQ(decoded.buckets[0].mean, 0.25);
  EXPECT_EQ(decoded.buckets[0].count, 1U << 24U);
  EXPECT_EQ(decoded.buckets[1].count, 0U);
  EXPECT_TRUE(std::isnan(decoded.buckets[1].mean));
}

TEST(Chunk, RefusesWhatDoesNotFit) {
  const Chunk chunk{.level = 0, .first = 0, .samples = a_signal(1000, 1), .buckets = {}};
  const std::vector<std::uint8_t> data = encode(chunk).data;
  const std::span<const std::uint8_t> all = data;
  struct Case {
    std::size_t level, count;
    const char* codec;
    std::span<const std::uint8_t> data;
    const char* wanted;
  };
  // clang-format off
  const std::vector<Case> cases{
      {0, 0,     "raw",          {},            "wanted 1 to 16384 entries and got 0"},
      {0, 16385, "raw",          {},            "wanted 1 to 16384 entries and got 16385"},
      {7, 1,     "raw",          {},            "there is no level 7"},
      {0, 2,     "raw",          all.first(7),  "wanted 8 bytes of raw data and got 7"},
      {0, 1,     "gzip",         {},            "there is no codec 'gzip'"},
      {0, 999,   "shuffle-zstd", all,           "cannot decompress its data: Destination buffer is too small"},
      {0, 1001,  "shuffle-zstd", all,           "wanted 4004 bytes of data and got 4000"},
      {0, 1000,  "shuffle-zstd", {},            "wanted 4000 bytes of data and got 0"},
  };
  // clang-format on
  for (const Case& one : cases)
    EXPECT_EQ(error_text(decode(one.level, one.count, one.codec, one.data)), one.wanted);
}

// The few bits that mean nothing to zstd change no sample.
TEST(Chunk, NoticesAFlippedBitInItsData) {
  const Chunk chunk{.level = 0, .first = 0, .samples = a_signal(3000, 1), .buckets = {}};
  const EncodedChunk encoded = encode(chunk);
  Random random(2, "bits");
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint8_t> data = encoded.data;
    const std::size_t at = 6 + random.below(data.size() - 6);
    data[at] = static_cast<std::uint8_t>(data[at] ^ (1U << random.below(8)));
    const Result<Chunk> decoded = decode(0, 3000, encoded.codec, data);
    if (!decoded) {
      ++refused;
      continue;
    }
    EXPECT_EQ(bits_of(decoded->samples), bits_of(chunk.samples)) << "byte " << at;
  }
  EXPECT_GT(refused, 280);
}

// A level 1 bucket that says it stands for 17 samples, or for half a one.
TEST(Chunk, RefusesBucketsThatStandForNoNumberOfSamples) {
  for (const double count : {17.0, 0.5, -1.0}) {
    std::vector<std::uint8_t> data;
    for (const float value : {1.0F, 2.0F, 1.5F, static_cast<float>(count)})
      for (int k = 0; k < 4; ++k)
        data.push_back(static_cast<std::uint8_t>(std::bit_cast<std::uint32_t>(value) >> (8 * k)));
    EXPECT_EQ(error_text(decode(1, 1, "raw", data)), "entry 0 stands for no number of samples");
  }
}

std::vector<Chunk> chunks_of(
    const std::vector<float>& samples, Random& random, std::uint64_t most_in_block) {
  SignalLadder ladder;
  std::vector<Chunk> chunks;
  std::size_t first = 0;
  while (first < samples.size()) {
    const std::size_t count =
        std::min<std::size_t>(1 + random.below(most_in_block), samples.size() - first);
    for (Chunk& chunk : ladder.append(first, std::span(samples).subspan(first, count)))
      chunks.push_back(std::move(chunk));
    first += count;
  }
  for (Chunk& chunk : ladder.unfinished())
    chunks.push_back(std::move(chunk));
  return chunks;
}

TEST(SignalLadder, GivesTheSameChunksHoweverTheSamplesAreCutIntoBlocks) {
  const std::vector<float> samples = a_signal(3 * chunk_entries + 1234, 3);
  Random random(4, "blocks");
  const std::vector<Chunk> at_once = chunks_of(samples, random, samples.size());
  const std::vector<Chunk> in_pieces = chunks_of(samples, random, 700);
  ASSERT_EQ(at_once.size(), in_pieces.size());
  for (std::size_t i = 0; i < at_once.size(); ++i) {
    EXPECT_EQ(at_once[i].level, in_pieces[i].level);
    EXPECT_EQ(at_once[i].first, in_pieces[i].first);
    EXPECT_EQ(encode(at_once[i]).data, encode(in_pieces[i]).data);
  }
}

// 40000 samples: two full chunks and 7232 samples; 2500 entries of 16; 157 of 256, the last of 64
// samples; 10 of 4096; and one of each coarser level.
TEST(SignalLadder, HasTheEntriesOfAllLevels) {
  const std::vector<float> samples = a_signal(40000, 3);
  Random random(4, "blocks");
  std::array<std::size_t, signal_levels> entries{};
  std::array<std::uint64_t, signal_levels> counted{};
  for (const Chunk& chunk : chunks_of(samples, random, 500)) {
    entries.at(chunk.level) += chunk.size();
    counted.at(chunk.level) += chunk.total().count;
  }
  EXPECT_EQ(entries, (std::array<std::size_t, signal_levels>{40000, 2500, 157, 10, 1, 1, 1}));
  for (const std::uint64_t count : counted)
    EXPECT_EQ(count, 40000U);
}

TEST(SignalLadder, SkipsChunksWithoutASample) {
  SignalLadder ladder;
  const std::vector<float> samples{1.0F, 2.0F};
  EXPECT_TRUE(ladder.append(10, samples).empty());
  const std::uint64_t far = (std::uint64_t{1} << 40) + 5;
  std::vector<Chunk> chunks = ladder.append(far, samples);
  ASSERT_EQ(chunks.size(), 1U);
  ASSERT_EQ(chunks[0].samples.size(), 12U);
  EXPECT_TRUE(std::isnan(chunks[0].samples[9]));
  EXPECT_EQ(chunks[0].samples[11], 2.0F);
  for (Chunk& chunk : ladder.unfinished())
    chunks.push_back(std::move(chunk));
  ASSERT_EQ(chunks.size(), 2 * signal_levels);  // one of each level on either side of the gap
  for (const Chunk& chunk : chunks) {
    EXPECT_EQ(chunk.total().count, 2U);
    const std::uint64_t entry = (chunk.first == 0 ? 10 : far) >> (4 * chunk.level);
    EXPECT_EQ(chunk.first, entry - entry % chunk_entries);
    EXPECT_GT(chunk.first + chunk.size(), entry);
  }
}

}  // namespace
}  // namespace sunfleck::db
