#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/power/harvest.h"

namespace sunfleck {

// Samples of a source, each of which lasts equally long.
struct HarvestPiece {
  // [count * sample_width()], valid until the cursor moves on; null: nothing is offered, an outage.
  const float* samples = nullptr;
  std::uint32_t count = 1;  // > 0
  RunTime duration{};       // of each, > 0
};

// What a cursor gives for one step of the closed loop: at most the rest of a sample, a run of whole
// ones, and the beginning of another.
struct HarvestStep {
  std::array<HarvestPiece, 3> parts{};
  std::size_t part_count = 0;
  RunTime duration{};         // of all of them together
  bool source_ended = false;  // after them there is nothing more

  std::span<const HarvestPiece> pieces() const { return {parts.data(), part_count}; }
};

// Walks along a source in steps of any length, whatever the length of its samples. Positions are
// whole nanoseconds from the beginning, so nothing drifts. What lies between two blocks of a
// source, and before its first, is an outage.
class HarvestCursor {
 public:
  // `source` must outlive the cursor and is at its beginning.
  //
  //   passes   how often the source is played in all; 0: without end
  HarvestCursor(HarvestSource& source, std::uint64_t passes)
      : source_(&source),
        width_(sample_width(source.format())),
        period_(source.format().period),
        passes_wanted_(passes) {}

  // The pieces of the time from now() to now() + step, and moves there. At the end of a block or of
  // the source the step is shorter: look at its duration, and call again for the rest.
  //
  //   step    > 0
  //   fails   as the source does; protocol when a block begins before the end of the one before,
  //           or when a source that shall be repeated has no samples
  Result<HarvestStep> next(RunTime step);

  RunTime now() const { return now_; }
  // How often the source was played to its end.
  std::uint64_t passes() const { return passes_; }
  bool source_ended() const { return ended_; }

 private:
  void take_gap(HarvestStep& step, RunTime until);
  void take_samples(HarvestStep& step, RunTime until);
  void take(HarvestStep& step, std::int64_t count, RunTime duration);
  RunTime begin_of(std::int64_t index) const { return block_start_ + index * period_; }
  Status find_block();
  Status finish_pass();

  HarvestSource* source_;
  std::size_t width_;
  RunTime period_;
  std::uint64_t passes_wanted_;
  std::uint64_t passes_ = 0;
  RunTime now_{};
  RunTime pass_start_{};
  HarvestBlock block_;
  RunTime block_start_{};   // from the beginning of the run
  RunTime block_end_{};     // of the last block that held anything
  std::int64_t index_ = 0;  // of the sample in `block_` that is played, or comes next
  std::int64_t count_ = 0;  // of the block's samples
  bool ended_ = false;
};

}  // namespace sunfleck
