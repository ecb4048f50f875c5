#include "core/power/harvest_cursor.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace sunfleck {

Result<HarvestStep> HarvestCursor::next(RunTime step) {
  assert(step > RunTime{});
  const RunTime from = now_;
  const RunTime until = now_ + step;
  HarvestStep got;
  TRY(find_block());
  if (!ended_) {
    take_gap(got, until);
    take_samples(got, until);
    // The end is told with the last piece, not one empty step later.
    if (index_ == count_ && block_.last) TRY(finish_pass());
  }
  got.duration = now_ - from;
  got.source_ended = ended_;
  return got;
}

void HarvestCursor::take_gap(HarvestStep& step, RunTime until) {
  const RunTime begin = begin_of(0);
  if (index_ > 0 || now_ >= begin) return;
  const RunTime end = std::min(until, begin);
  step.parts[step.part_count++] = {.samples = nullptr, .count = 1, .duration = end - now_};
  now_ = end;
}

// The rest of a sample that a step before has begun, whole ones, and part of another.
void HarvestCursor::take_samples(HarvestStep& step, RunTime until) {
  while (now_ < until && index_ < count_ && step.part_count < step.parts.size()) {
    const RunTime sample_end = begin_of(index_ + 1);
    if (now_ > begin_of(index_) || sample_end > until)
      take(step, 1, std::min(until, sample_end) - now_);
    else
      take(step, std::min<std::int64_t>((until - now_) / period_, count_ - index_), period_);
  }
}

void HarvestCursor::take(HarvestStep& step, std::int64_t count, RunTime duration) {
  count = std::min<std::int64_t>(count, std::numeric_limits<std::uint32_t>::max());
  step.parts[step.part_count++] = {
      .samples = block_.samples.data() + static_cast<std::size_t>(index_) * width_,
      .count = static_cast<std::uint32_t>(count),
      .duration = duration};
  now_ += count * duration;
  if (count > 1)
    index_ += count;
  else if (now_ == begin_of(index_ + 1))
    ++index_;
}

// Sees to it that `block_` holds the sample at `index_`, unless the source has ended.
Status HarvestCursor::find_block() {
  while (!ended_ && index_ == count_) {
    const HarvestBlock block = TRY(source_->next());
    const RunTime first = pass_start_ + block.first;
    const auto count = static_cast<std::int64_t>(block.samples.size() / width_);
    if (count > 0 && first < block_end_)
      return fail(
          Errc::protocol, "profile: a block begins at ", block.first.count(),
          " ns, before the end of the block before it at ", (block_end_ - pass_start_).count(),
          " ns");
    block_ = block;
    block_start_ = first;
    index_ = 0;
    count_ = count;
    if (count > 0) block_end_ = first + count * period_;
    if (count == 0 && block.last) TRY(finish_pass());
    if (count == 0 && !block.last)
      return fail(Errc::protocol, "profile: a block before the last has no samples");
  }
  return ok;
}

Status HarvestCursor::finish_pass() {
  if (block_end_ == pass_start_ && passes_wanted_ != 1)
    return fail(Errc::protocol, "profile: it has no samples and cannot be repeated");
  ++passes_;
  pass_start_ = block_end_;
  block_ = {};
  index_ = count_ = 0;
  ended_ = passes_ == passes_wanted_;
  if (ended_) return ok;
  return source_->rewind();
}

}  // namespace sunfleck
