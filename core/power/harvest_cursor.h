#pragma once

#include <cstdint>
#include <span>

#include "core/power/harvest.h"
#include "core/power/power_path.h"

namespace sunfleck {

// What a cursor gives for one step of the closed loop.
struct HarvestStep {
  // [n] in order of time; they fill the step but for a source that ended or a buffer that was too
  // small.
  std::span<const HarvestPiece> pieces;
  RunTime duration{};  // of the pieces together
  bool source_ended =
      false;  // after them there is nothing more, and the source is not played again
};

// Walks along a source in steps of any length, whatever the length of its samples: a piece for each
// sample, or part of one, that lies in the step. Positions are whole nanoseconds from the
// beginning, so nothing drifts. What lies between two blocks of a source, and before its first, is
// an outage: the value 0.
class HarvestCursor {
 public:
  // `source` must outlive the cursor and is at its beginning.
  //
  //   passes   how often the source is played in all; 0: without end
  HarvestCursor(HarvestSource& source, std::uint64_t passes)
      : source_(&source), period_(source.format().period), passes_wanted_(passes) {}

  // How many pieces the longest step takes at most, unless the source's blocks are shorter than a
  // sample or the whole source is shorter than the step.
  //
  //   step   > 0
  static std::size_t most_pieces(RunTime step, RunTime period) {
    return static_cast<std::size_t>(step / period) + 2;
  }

  // The pieces of the time from now() to now() + step, and moves there. Where `buffer` is too
  // small, or the source ends, the step is shorter: look at its duration, and call again for the
  // rest.
  //
  //   step     > 0
  //   buffer   [n] n >= 1; the pieces lie in it
  //   fails    as the source does; protocol when a block begins before the end of the one before,
  //            or when a source that shall be repeated has no samples
  Result<HarvestStep> next(RunTime step, std::span<HarvestPiece> buffer);

  RunTime now() const { return now_; }
  // How often the source was played to its end.
  std::uint64_t passes() const { return passes_; }
  bool source_ended() const { return ended_; }

 private:
  HarvestPiece take_piece(RunTime until);
  Status find_sample();
  Status take_block(const HarvestBlock& block);
  Status finish_pass();

  HarvestSource* source_;
  RunTime period_;
  std::uint64_t passes_wanted_;
  std::uint64_t passes_ = 0;
  RunTime now_{};
  RunTime pass_start_{};
  HarvestBlock block_;     // `first` counts from the beginning of the run
  std::size_t index_ = 0;  // of the sample in `block_` that is played, or comes next
  RunTime block_end_{};    // of the last block that held anything
  bool ended_ = false;
};

}  // namespace sunfleck
