#pragma once

#include <cstdint>

#include "core/network/compile.h"
#include "core/target/target.h"

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

// Memory that an inference takes, besides what the firmware has of its own.
struct NetworkMemory {
  std::uint64_t ram = 0;          // bytes
  std::uint64_t nonvolatile = 0;  // bytes
};

// `restart` has all activations in RAM, `layer` and `tile` have them in non-volatile memory and one
// tile in RAM, `voltage` has both in RAM and two snapshots in non-volatile memory.
inline NetworkMemory memory_of(const CompiledNetwork& network, Strategy strategy) {
  switch (strategy) {
    case Strategy::restart:
      return {.ram = std::uint64_t{network.arena_bytes} + network.scratch_bytes};
    case Strategy::layer:
    case Strategy::tile:
      return {.ram = network.working_bytes, .nonvolatile = network.arena_bytes};
    case Strategy::voltage:
      break;
  }
  return {
      .ram = std::uint64_t{network.arena_bytes} + network.working_bytes,
      .nonvolatile = 2 * std::uint64_t{network.arena_bytes}};
}

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
