#include "core/signal/time_columns.h"

#include <algorithm>
#include <cassert>

namespace sunfleck {

TimeColumns::TimeColumns(std::size_t most, RunTime from, RunTime to)
    : most_(most), from_(from), to_(to) {
  assert(most > 0 && most % 2 == 0);
}

void TimeColumns::add(RunTime from, RunTime to, double value) {
  from = std::max(from, from_);
  to = std::min(to, to_);
  if (from >= to) return;
  if (width_ == RunTime{}) width_ = to - from;
  while ((to - from_ - RunTime(1)) / width_ >= static_cast<std::int64_t>(most_))
    fold();
  auto index = static_cast<std::size_t>((from - from_) / width_);
  for (RunTime at = from; at < to; ++index) {
    const RunTime end = std::min(to, from_ + static_cast<std::int64_t>(index + 1) * width_);
    if (index >= columns_.size()) columns_.resize(index + 1);
    Bucket part = bucket_of(value);
    part.count *= static_cast<std::uint64_t>((end - at).count());
    columns_[index] = combined(columns_[index], part);
    at = end;
  }
}

void TimeColumns::fold() {
  const std::size_t halves = (columns_.size() + 1) / 2;
  for (std::size_t i = 0; i < halves; ++i) {
    const Bucket second = 2 * i + 1 < columns_.size() ? columns_[2 * i + 1] : Bucket{};
    columns_[i] = combined(columns_[2 * i], second);
  }
  columns_.resize(halves);
  width_ *= 2;
}

}  // namespace sunfleck
