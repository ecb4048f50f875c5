#pragma once

#include <cstdint>

#include "core/network/compile.h"

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
