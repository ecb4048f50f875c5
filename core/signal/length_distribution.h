#pragma once

#include <cstdint>
#include <vector>

#include "core/base/clock.h"
#include "core/signal/compensated_sum.h"

namespace sunfleck {

// How long something lasted, each time: outages, power cycles. Takes 16 KiB however many there are.
//
// Source: the scheme of Tene's high dynamic range histogram: 32 classes to each doubling, so that a
// quantile is off by 1.6 % at most.
class LengthDistribution {
 public:
  //   length   >= 0
  void add(RunTime length);

  std::uint64_t count() const { return count_; }
  // Exact; 0 when there are none.
  RunTime shortest() const { return shortest_; }
  RunTime longest() const { return longest_; }
  Seconds mean() const;
  // The length that a share of 0 to 1 of them does not exceed; 0 when there are none. Exact where
  // all are as long.
  RunTime quantile(double share) const;

 private:
  std::vector<std::uint64_t> classes_ = std::vector<std::uint64_t>(2048);
  std::uint64_t count_ = 0;
  RunTime shortest_{};
  RunTime longest_{};
  CompensatedSum total_;  // s
};

}  // namespace sunfleck
