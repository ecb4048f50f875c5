#include "core/check/hazards.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sunfleck {

HazardDetector::HazardDetector(std::vector<MemoryRegion> regions, std::size_t bytes)
    : regions_(std::move(regions)),
      shadow_(bytes),
      watched_(bytes),
      commits_(bytes),
      hazardous_(bytes) {
  for (const MemoryRegion& region : regions_) {
    const bool watched = region.kind == MemoryRegion::Kind::exact;
    for (std::uint32_t at = region.offset; at < region.offset + region.bytes; ++at) {
      assert(at < bytes);
      watched_[at] = watched;
      commits_[at] = region.ends_atomic_part;
    }
  }
}

void HazardDetector::on_read(std::uint32_t offset, std::uint32_t size) {
  for (std::uint32_t at = offset; at < offset + size; ++at)
    if (shadow_[at].part != part_) shadow_[at] = {.part = part_, .read_first = true};
}

void HazardDetector::on_write(std::uint32_t offset, std::span<const std::uint8_t> bytes) {
  for (std::uint32_t at = offset; at < offset + bytes.size(); ++at) {
    if (shadow_[at].part != part_)
      shadow_[at] = {.part = part_, .read_first = false};
    else if (shadow_[at].read_first && is_watched(at))
      hazardous_[at] = true;
  }
  if (!bytes.empty() && commits_[offset + bytes.size() - 1]) ++part_;
}

std::vector<Hazard> HazardDetector::hazards() const {
  std::vector<Hazard> found;
  for (const MemoryRegion& region : regions_) {
    for (std::uint32_t at = region.offset; at < region.offset + region.bytes; ++at) {
      if (!hazardous_[at]) continue;
      const bool goes_on = !found.empty() && found.back().region == region.name &&
          found.back().offset + found.back().bytes == at;
      if (goes_on)
        ++found.back().bytes;
      else
        found.push_back({.region = region.name, .offset = at, .bytes = 1});
    }
  }
  return found;
}

}  // namespace sunfleck
