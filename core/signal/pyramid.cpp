#include "core/signal/pyramid.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {
namespace {

std::uint64_t divided_up(std::uint64_t dividend, std::uint64_t divisor) {
  return (dividend + divisor - 1) / divisor;
}

}  // namespace

Bucket bucket_of(double sample) {
  if (!std::isfinite(sample)) return {};
  return {.low = sample, .high = sample, .mean = sample, .count = 1};
}

Bucket combined(const Bucket& a, const Bucket& b) {
  if (a.count == 0) return b;
  if (b.count == 0) return a;
  const std::uint64_t count = a.count + b.count;
  const double part_of_b = static_cast<double>(b.count) / static_cast<double>(count);
  return {
      .low = std::min(a.low, b.low),
      .high = std::max(a.high, b.high),
      .mean = a.mean + (b.mean - a.mean) * part_of_b,
      .count = count};
}

void Pyramid::append(double sample) {
  ++size_;
  Bucket bucket = bucket_of(sample);
  for (Level& level : levels_) {
    level.open = level.count == 0 ? bucket : combined(level.open, bucket);
    if (++level.count < fan) return;
    level.count = 0;
    level.full.push_back(level.open);
    bucket = level.open;  // a bucket that has just closed is one entry of the level above
  }
}

// Full, being filled (with what the levels below have not handed up yet), or empty.
Bucket Pyramid::entry(std::size_t level, std::uint64_t index) const {
  const Level& here = levels_[level];
  if (index < here.full.size()) return here.full[index];
  if (index > here.full.size()) return {};
  const Bucket below = level == 0 ? Bucket{} : entry(level - 1, levels_[level - 1].full.size());
  return here.count == 0 ? below : combined(here.open, below);
}

Overview Pyramid::overview(SampleRange range, std::size_t points) const {
  range.to = std::min(range.to, size_);
  if (range.from >= range.to) return {};
  const Cut cut = cut_for(range, points, 1, levels);
  Overview overview{.first = cut.first, .width = cut.width, .buckets = {}};
  overview.buckets.resize(cut.count);
  const std::uint64_t end = divided_up(range.to, cut.unit);
  for (std::uint64_t index = cut.first / cut.unit; index < end; ++index) {
    Bucket& bucket = overview.buckets[(index * cut.unit - cut.first) / cut.width];
    bucket = combined(bucket, entry(cut.level - 1, index));
  }
  return overview;
}

Cut cut_for(SampleRange range, std::size_t points, std::size_t finest, std::size_t coarsest) {
  const std::uint64_t wanted = divided_up(range.to - range.from, points);
  Cut cut;
  while (cut.level < finest || (cut.level < coarsest && cut.unit * Pyramid::fan <= wanted)) {
    ++cut.level;
    cut.unit *= Pyramid::fan;
  }
  cut.first = range.from - range.from % cut.unit;
  const std::uint64_t length = range.to - cut.first;
  cut.width = divided_up(divided_up(length, points), cut.unit) * cut.unit;
  cut.count = divided_up(length, cut.width);
  return cut;
}

}  // namespace sunfleck
