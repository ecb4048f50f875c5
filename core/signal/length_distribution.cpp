#include "core/signal/length_distribution.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

namespace sunfleck {
namespace {

constexpr std::uint64_t per_doubling = 32;
constexpr std::uint64_t mantissa_bits = 5;

// Lengths below per_doubling have a class each; then the five bits below the leading one tell.
std::size_t class_of(std::uint64_t length) {
  if (length < per_doubling) return length;
  const std::uint64_t shift =
      static_cast<std::uint64_t>(std::bit_width(length)) - mantissa_bits - 1;
  return shift * per_doubling + (length >> shift);
}

// The middle of a class.
RunTime middle_of(std::size_t index) {
  if (index < per_doubling) return RunTime(static_cast<std::int64_t>(index));
  const std::size_t shift = index / per_doubling - 1;
  const std::uint64_t low = (per_doubling + index % per_doubling) << shift;
  return RunTime(static_cast<std::int64_t>(low + ((std::uint64_t{1} << shift) >> 1U)));
}

}  // namespace

void LengthDistribution::add(RunTime length) {
  assert(length >= RunTime{});
  ++classes_.at(class_of(static_cast<std::uint64_t>(length.count())));
  shortest_ = count_ == 0 ? length : std::min(shortest_, length);
  longest_ = std::max(longest_, length);
  total_.add(to_seconds(length).si);
  ++count_;
}

Seconds LengthDistribution::mean() const {
  return {count_ == 0 ? 0.0 : total_.value() / static_cast<double>(count_)};
}

RunTime LengthDistribution::quantile(double share) const {
  assert(share >= 0.0 && share <= 1.0);
  if (count_ == 0) return {};
  const auto wanted =
      static_cast<std::uint64_t>(std::max(1.0, std::ceil(share * static_cast<double>(count_))));
  std::uint64_t passed = 0;
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    passed += classes_[i];
    if (passed >= wanted) return std::clamp(middle_of(i), shortest_, longest_);
  }
  return longest_;
}

}  // namespace sunfleck
