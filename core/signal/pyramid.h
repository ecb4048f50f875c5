#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace sunfleck {

// What a stretch of samples comes to, in their unit. A sample that is not finite is missing and
// counts for nothing; without any other the three are not numbers.
struct Bucket {
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
  double mean = std::numeric_limits<double>::quiet_NaN();
  std::uint64_t count = 0;  // of finite samples
};

Bucket bucket_of(double sample);
// Of the samples of both; the mean is weighted by their counts.
Bucket combined(const Bucket& a, const Bucket& b);

// The samples [from, to) of a signal, counted since the run began.
struct SampleRange {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

// A stretch of a signal in buckets of equal width: bucket i covers `width` samples from
// first + i * width on.
struct Overview {
  std::uint64_t first = 0;
  std::uint64_t width = 0;
  std::vector<Bucket> buckets;
};

// Minimum, maximum and mean of a signal at every zoom, so that a plot draws about as many points as
// it has pixels however long the run is. Level 0 covers `fan` samples a bucket, each next level
// `fan` times more. append() is O(1) amortised; the memory is 2.2 bytes a sample.
class Pyramid {
 public:
  static constexpr std::size_t fan = 16;
  static constexpr std::size_t levels = 8;

  void append(double sample);

  std::uint64_t size() const { return size_; }  // samples so far, missing ones too
  // The full buckets of a level, index < levels.
  std::span<const Bucket> level(std::size_t index) const { return levels_.at(index).full; }
  // The range, cut off at size(), in at most `points` > 0 buckets, the last of which may be part
  // full. Their edges are multiples of `fan`, so that up to a bucket more may be covered at each
  // end. Takes O(points * fan).
  Overview overview(SampleRange range, std::size_t points) const;

 private:
  struct Level {
    std::vector<Bucket> full;
    Bucket open{};          // the bucket being filled,
    std::size_t count = 0;  // with `count` of `fan` entries
  };
  Bucket entry(std::size_t level, std::uint64_t index) const;

  std::array<Level, levels> levels_;
  std::uint64_t size_ = 0;
};

// How a range is cut for a plot: into `count` buckets of `width` samples from `first` on, each put
// together from entries of a pyramid's level.
struct Cut {
  std::size_t level = 0;    // its entries cover fan^level samples; 0: the samples themselves
  std::uint64_t unit = 1;   // fan^level
  std::uint64_t first = 0;  // a multiple of unit
  std::uint64_t width = 1;  // a multiple of unit
  std::size_t count = 0;    // <= points
};

// Takes the coarsest level that is fine enough, between `finest` and `coarsest`.
//
//   range    from < to < 2^62
//   points   > 0
Cut cut_for(SampleRange range, std::size_t points, std::size_t finest, std::size_t coarsest);

}  // namespace sunfleck
