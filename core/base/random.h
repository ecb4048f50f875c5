#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sunfleck {

// Random numbers that are the same on every machine and compiler for the same seed and stream.
// Two streams of one seed ("meter", "sram") are independent, so that drawing more numbers for one
// purpose does not change those of another.
//
// Source: xoshiro256++ of Blackman and Vigna (2019), seeded by splitmix64 over the seed and the
// FNV-1a hash of the stream's name.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::string_view stream = {});

  std::uint64_t bits();
  // In [0, 1), a multiple of 2^-53.
  double uniform();
  // In [0, bound), without bias; bound > 0.
  std::uint64_t below(std::uint64_t bound);
  // Mean 0, deviation 1; Marsaglia's polar method.
  double normal();

 private:
  std::array<std::uint64_t, 4> state_{};
  double spare_ = 0.0;
  bool has_spare_ = false;
};

}  // namespace sunfleck
