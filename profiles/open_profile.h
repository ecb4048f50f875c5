#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/power/harvest.h"

namespace sunfleck {

// A profile that can be played: where it comes from, and its samples block by block.
struct OpenProfile {
  std::string name;
  std::string origin;  // where it comes from and what was assumed, a sentence
  std::unique_ptr<HarvestSource> source;
  std::optional<RunTime> duration{};  // of one pass, where it is known without reading it all
};

// A profile in memory, as one that can be played; it is held by what this returns.
OpenProfile opened(HarvestProfile profile);

// The whole of an open profile in memory. Fails as read_whole() of core/power/harvest.h does.
Result<HarvestProfile> in_memory(const OpenProfile& profile, std::size_t most);

}  // namespace sunfleck
