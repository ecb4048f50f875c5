#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/base/random.h"

// A damaged copy of a file: bits flipped, bytes overwritten, cut short, a piece repeated or
// removed. What is done is drawn from `random`, so a failure is repeated from its seed.
inline std::vector<std::uint8_t> mutated(
    const std::vector<std::uint8_t>& original, sunfleck::Random& random) {
  std::vector<std::uint8_t> bytes = original;
  for (std::uint64_t change = 0, count = 1 + random.below(8); change < count; ++change) {
    if (bytes.empty()) break;
    const std::size_t at = random.below(bytes.size());
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t piece = std::min<std::size_t>(1 + random.below(64), bytes.size() - at);
    const auto end = place + static_cast<std::ptrdiff_t>(piece);
    switch (random.below(6)) {
      case 0:
        *place = static_cast<std::uint8_t>(*place ^ (1U << random.below(8)));
        break;
      case 1:
        *place = static_cast<std::uint8_t>(random.bits());
        break;
      case 2:
        std::fill(place, end, random.below(2) == 0 ? 0x00 : 0xFF);
        break;
      case 3:
        if (random.below(4) == 0) bytes.resize(at);
        break;
      case 4:
        bytes.erase(place, end);
        break;
      default: {
        const std::vector<std::uint8_t> copy(place, end);
        bytes.insert(place, copy.begin(), copy.end());
      }
    }
  }
  return bytes;
}
