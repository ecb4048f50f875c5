#include "drivers/host_board/host_board.h"

#include <utility>

namespace sunfleck {

HostBoard::HostBoard(Memories memories)
    : nv(memories.nonvolatile_bytes),
      image_(std::move(memories.image)),
      inputs_(std::move(memories.inputs)),
      working_(memories.working_bytes) {
  board.network = {image_.data(), static_cast<std::uint32_t>(image_.size())};
  board.inputs = {inputs_.data(), static_cast<std::uint32_t>(inputs_.size())};
  board.working = working_.data();
  board.working_bytes = memories.working_bytes;
  board.nv = nv.data();
  board.nv_bytes = memories.nonvolatile_bytes;
  board.supply_mv = 2990;
  board.ticks_per_second = 1'000'000;
  board.write_budget = FW_HOST_NEVER;
}

}  // namespace sunfleck
