#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/timeline/boots.h"

namespace sunfleck {

// A place in the work of a run: everything before this tile is done. The end of a layer is its
// tile_count, which comes before tile 0 of the next layer.
struct Position {
  std::uint32_t inference = 0;
  std::uint16_t layer = 0;
  std::uint16_t tile = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

// What the board does after a record, as far as the records of its boot tell.
struct Work {
  enum class Phase {
    unknown,
    starting,  // the boot record was sent, and no work has begun
    between,   // two layers, or a layer and something else
    in_layer,
    asleep,
  };
  Phase phase = Phase::unknown;
  Position position{};  // what is begun or comes next; of unknown and starting: none
  std::optional<RunTime> layer_began{};  // in this boot, at its first tile
};

// The layer of an inference.
struct LayerOf {
  std::uint32_t inference = 0;
  std::uint16_t layer = 0;
  friend auto operator<=>(const LayerOf&, const LayerOf&) = default;
};

// Whether the record commits a whole inference, and no tile of a layer.
bool commits_inference(const fw_record& record);
// The work after `record`, which happened `at`.
Work work_after(const Work& work, const fw_record& record, RunTime at);
// The layer that is being computed until the record's event, where the record proves it.
std::optional<LayerOf> layer_before(const fw_record& record);
// The same, and of a LOST record what the next one proves.
//
//   i   a record of `boot`
std::optional<LayerOf> layer_before(
    const Boot& boot, std::span<const TimedRecord> records, std::size_t i);

// Where the board's work goes on after a power-up, when its first records tell.
std::optional<Position> resume_position(const Boot& boot, std::span<const TimedRecord> records);

// Which work of a boot is wasted: it was lost with the power, and is to be done again.
//
// When the next boot tells where it goes on, everything from there on is lost, and nothing before
// it, whatever the strategy. Otherwise what came after the last commit that was recorded is lost.
// Nothing is lost in a boot that lasts until the end of the run.
class Losses {
 public:
  Losses(
      const Boot& boot, const Boot* next, std::span<const TimedRecord> records, bool ended_by_loss);

  // Where the next boot goes on.
  const std::optional<Position>& resumed() const { return resumed_; }
  // Whether work at `position`, done after record `i` and before the next, is lost.
  bool is_lost(const Position& position, std::size_t i) const;

 private:
  bool ended_by_loss_;
  std::optional<Position> resumed_;
  std::optional<std::size_t> last_commit_;  // record
};

}  // namespace sunfleck
