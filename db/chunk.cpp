#include "db/chunk.h"

#include <zstd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <optional>

namespace sunfleck::db {
namespace {

constexpr const char* raw = "raw";
constexpr const char* shuffled = "shuffle-zstd";
constexpr int compression_level = 1;
constexpr std::size_t bucket_planes = 4;  // low, high, mean, count

std::size_t planes_of(std::size_t level) { return level == 0 ? 1 : bucket_planes; }

std::vector<float> floats_of(const Chunk& chunk) {
  if (chunk.level == 0) return chunk.samples;
  const std::size_t size = chunk.buckets.size();
  std::vector<float> floats(size * bucket_planes);
  for (std::size_t i = 0; i < size; ++i) {
    const Bucket& bucket = chunk.buckets[i];
    floats[i] = static_cast<float>(bucket.low);
    floats[size + i] = static_cast<float>(bucket.high);
    floats[2 * size + i] = static_cast<float>(bucket.mean);
    floats[3 * size + i] = static_cast<float>(bucket.count);  // exact: at most 16^6
  }
  return floats;
}

// A stored count of samples; nothing when it is not one.
std::optional<std::uint64_t> count_of(float stored, std::size_t level) {
  const auto most = static_cast<float>(std::uint64_t{1} << (4 * level));
  if (!(stored >= 0.0F && stored <= most)) return std::nullopt;
  const auto count = static_cast<std::uint64_t>(stored);
  if (static_cast<float>(count) != stored) return std::nullopt;
  return count;
}

// Byte k of float i stands at k * stride_of_byte + i * stride_of_float.
struct Layout {
  std::size_t stride_of_byte;
  std::size_t stride_of_float;
};
Layout layout_of(std::string_view codec, std::size_t floats) {
  return codec == raw ? Layout{1, sizeof(float)} : Layout{floats, 1};
}

std::vector<std::uint8_t> to_bytes(const std::vector<float>& floats, Layout layout) {
  std::vector<std::uint8_t> bytes(floats.size() * sizeof(float));
  for (std::size_t k = 0; k < sizeof(float); ++k)
    for (std::size_t i = 0; i < floats.size(); ++i)
      bytes[k * layout.stride_of_byte + i * layout.stride_of_float] =
          static_cast<std::uint8_t>(std::bit_cast<std::uint32_t>(floats[i]) >> (8 * k));
  return bytes;
}

std::vector<float> to_floats(std::span<const std::uint8_t> bytes, Layout layout) {
  std::vector<float> floats(bytes.size() / sizeof(float));
  for (std::size_t i = 0; i < floats.size(); ++i) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < sizeof(float); ++k)
      bits |= std::uint32_t{bytes[k * layout.stride_of_byte + i * layout.stride_of_float]}
          << (8 * k);
    floats[i] = std::bit_cast<float>(bits);
  }
  return floats;
}

// Empty when zstd cannot.
std::vector<std::uint8_t> compressed(const std::vector<std::uint8_t>& bytes) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(
      ZSTD_createCCtx(), &ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, compression_level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::vector<std::uint8_t> data(ZSTD_compressBound(bytes.size()));
  const std::size_t size =
      ZSTD_compress2(context.get(), data.data(), data.size(), bytes.data(), bytes.size());
  data.resize(ZSTD_isError(size) != 0 ? 0 : size);
  return data;
}

Result<std::vector<float>> floats_in(
    std::string_view codec, std::span<const std::uint8_t> data, std::size_t count) {
  const std::size_t size = count * sizeof(float);
  if (codec == raw) {
    if (data.size() != size)
      return fail(Errc::protocol, "wanted ", size, " bytes of raw data and got ", data.size());
    return to_floats(data, layout_of(raw, count));
  }
  if (codec != shuffled) return fail(Errc::protocol, "there is no codec '", codec, "'");
  std::vector<std::uint8_t> bytes(size);
  const std::size_t got = ZSTD_decompress(bytes.data(), size, data.data(), data.size());
  if (ZSTD_isError(got) != 0)
    return fail(Errc::protocol, "cannot decompress its data: ", ZSTD_getErrorName(got));
  if (got != size) return fail(Errc::protocol, "wanted ", size, " bytes of data and got ", got);
  return to_floats(bytes, layout_of(shuffled, count));
}

}  // namespace

Bucket Chunk::total() const {
  Bucket total;
  double sum = 0.0;
  for (const float sample : samples) {
    if (!std::isfinite(sample)) continue;
    total.low = total.count == 0 ? sample : std::min<double>(total.low, sample);
    total.high = total.count == 0 ? sample : std::max<double>(total.high, sample);
    sum += sample;
    ++total.count;
  }
  if (total.count > 0) total.mean = sum / static_cast<double>(total.count);
  for (const Bucket& bucket : buckets)
    total = combined(total, bucket);
  return total;
}

EncodedChunk encode(const Chunk& chunk) {
  const std::vector<float> floats = floats_of(chunk);
  std::vector<std::uint8_t> data = compressed(to_bytes(floats, layout_of(shuffled, floats.size())));
  if (!data.empty() && data.size() < floats.size() * sizeof(float))
    return {.codec = shuffled, .data = std::move(data)};
  return {.codec = raw, .data = to_bytes(floats, layout_of(raw, floats.size()))};
}

Result<Chunk> decode(
    std::size_t level, std::size_t count, std::string_view codec,
    std::span<const std::uint8_t> data) {
  if (level >= signal_levels) return fail(Errc::protocol, "there is no level ", level);
  if (count == 0 || count > chunk_entries)
    return fail(Errc::protocol, "wanted 1 to ", chunk_entries, " entries and got ", count);
  std::vector<float> floats = TRY(floats_in(codec, data, count * planes_of(level)));
  Chunk chunk{.level = level, .first = 0, .samples = {}, .buckets = {}};
  if (level == 0) {
    chunk.samples = std::move(floats);
    return chunk;
  }
  chunk.buckets.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::optional<std::uint64_t> samples = count_of(floats[3 * count + i], level);
    if (!samples) return fail(Errc::protocol, "entry ", i, " stands for no number of samples");
    chunk.buckets[i] = {
        .low = floats[i],
        .high = floats[count + i],
        .mean = floats[2 * count + i],
        .count = *samples};
  }
  return chunk;
}

}  // namespace sunfleck::db
