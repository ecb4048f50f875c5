#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/network/network.h"

namespace sunfleck {

// Networks of a few hundred bytes of activations, so that a board executes one in microseconds and
// a crash check can fail its power everywhere. Their weights are drawn, not trained; together they
// have the operators and shapes of tiles that matter to non-volatile memory.
struct SmallNetwork {
  std::string_view name;
  std::string_view summary;
  Network (*make)();
};

std::span<const SmallNetwork> small_networks();

}  // namespace sunfleck
