#pragma once

#include <cstdint>

#include "core/network/compile.h"
#include "target_fw/protocol/run_config.h"

namespace sunfleck {

// What one inference takes, over all layers.
struct NetworkTotals {
  std::uint64_t macs = 0;
  std::uint64_t additions = 0;
  std::uint64_t weight_bytes = 0;
  std::uint64_t nonvolatile_read = 0;
  std::uint64_t nonvolatile_written = 0;
  std::uint32_t tiles = 0;
};

// Memory that an inference takes with a strategy, besides the firmware's own.
struct StrategyMemory {
  std::uint64_t ram_bytes = 0;
  std::uint64_t nonvolatile_bytes = 0;
};

// The strategies of the firmware by their numbers, and what each keeps where: `restart` all
// activations in RAM, `layer` and `tile` in non-volatile memory with one tile in RAM, `voltage` both
// in RAM with two snapshots in non-volatile memory.
StrategyMemory memory_of(const CompiledNetwork& network, fw_strategy strategy);
const char* name_of(fw_strategy strategy);

inline NetworkTotals totals_of(const CompiledNetwork& network) {
  NetworkTotals totals;
  for (const LayerCounts& layer : network.layers) {
    totals.macs += layer.macs;
    totals.additions += layer.additions;
    totals.weight_bytes += layer.weight_bytes;
    totals.nonvolatile_read += layer.nonvolatile_read;
    totals.nonvolatile_written += layer.nonvolatile_written;
    totals.tiles += layer.tiles;
  }
  return totals;
}

}  // namespace sunfleck
