#include "core/power/harvest_cursor.h"

#include <algorithm>
#include <cassert>

namespace sunfleck {

Result<HarvestStep> HarvestCursor::next(RunTime step, std::span<HarvestPiece> buffer) {
  assert(step > RunTime{} && !buffer.empty());
  const RunTime from = now_;
  const RunTime until = now_ + step;
  std::size_t count = 0;
  while (now_ < until && count < buffer.size()) {
    TRY(find_sample());
    if (ended_) break;
    buffer[count++] = take_piece(until);
  }
  // The end is told with the last piece, not one empty step later.
  TRY(find_sample());
  return HarvestStep{
      .pieces = buffer.first(count), .duration = now_ - from, .source_ended = ended_};
}

// What is played from now on, at most until `until`; there is a sample at `index_`.
HarvestPiece HarvestCursor::take_piece(RunTime until) {
  const RunTime begin = block_.first + static_cast<std::int64_t>(index_) * period_;
  const bool is_gap = now_ < begin;
  const float value = is_gap ? 0.0F : block_.samples[index_];
  const RunTime sample_end = is_gap ? begin : begin + period_;
  const RunTime end = std::min(until, sample_end);
  if (!is_gap && end == sample_end) ++index_;
  const Seconds duration = to_seconds(end - now_);
  now_ = end;
  return {.value = value, .duration = duration};
}

// Sees to it that `block_` holds the sample at `index_`, unless the source has ended.
Status HarvestCursor::find_sample() {
  while (!ended_ && index_ == block_.samples.size()) {
    const HarvestBlock block = TRY(source_->next());
    TRY(block.samples.empty() ? finish_pass() : take_block(block));
  }
  return ok;
}

Status HarvestCursor::take_block(const HarvestBlock& block) {
  const RunTime first = pass_start_ + block.first;
  if (first < block_end_)
    return fail(
        Errc::protocol, "profile: a block begins at ", block.first.count(),
        " ns, before the end of ", "the block before it at ", (block_end_ - pass_start_).count(),
        " ns");
  block_ = {.first = first, .samples = block.samples};
  block_end_ = first + static_cast<std::int64_t>(block.samples.size()) * period_;
  index_ = 0;
  return ok;
}

Status HarvestCursor::finish_pass() {
  if (block_end_ == pass_start_ && passes_wanted_ != 1)
    return fail(Errc::protocol, "profile: it has no samples and cannot be repeated");
  ++passes_;
  pass_start_ = block_end_;
  block_ = {};
  index_ = 0;
  ended_ = passes_ == passes_wanted_;
  if (ended_) return ok;
  return source_->rewind();
}

}  // namespace sunfleck
