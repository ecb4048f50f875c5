#include "core/check/crash_sites.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <set>

namespace sunfleck {

TraceSites::TraceSites(const RunTrace& trace, std::uint64_t low) : low_(low) {
  const auto is_early = [low](const RunTrace::Write& write) { return write.readings < low; };
  const auto first = std::ranges::find_if_not(trace.writes, is_early);
  first_ = static_cast<std::size_t>(first - trace.writes.begin());
  std::uint64_t next = 0;
  for (auto write = first; write != trace.writes.end(); ++write) {
    begins_.push_back(next);
    next += std::uint64_t{write->size} + 1;
  }
  begins_.push_back(next);
}

PowerFailure TraceSites::operator[](std::uint64_t index) const {
  assert(index < size());
  PowerFailure failure{.low = low_};
  if (index == begins_.back()) return failure;
  const auto next = std::ranges::upper_bound(begins_, index);
  const auto write = static_cast<std::size_t>(next - begins_.begin()) - 1;
  const std::uint64_t byte = index - begins_[write];
  failure.write = first_ + write + 1;
  const bool is_last = index + 1 == begins_[write + 1];
  failure.bytes = is_last ? PowerFailure::whole : static_cast<std::uint32_t>(byte);
  return failure;
}

CrashSites find_sites(Injector& injector) {
  const CrashReference& reference = injector.reference();
  const std::uint64_t last = injector.subject().acts_on_supply() ? reference.readings : 0;
  CrashSites sites;
  for (std::uint64_t low = 0; low <= last; ++low) {
    sites.episodes.push_back({.low = low, .first = sites.count});
    sites.count += TraceSites(injector.record(reference.start, low), low).size();
  }
  return sites;
}

std::vector<std::uint64_t> draw_sites(std::uint64_t size, std::uint64_t count, Random& random) {
  std::vector<std::uint64_t> sites;
  if (count >= size) {
    sites.resize(size);
    std::iota(sites.begin(), sites.end(), 0);
    return sites;
  }
  // Floyd's way to draw without repetition: one number each.
  std::set<std::uint64_t> drawn;
  for (std::uint64_t i = size - count; i < size; ++i)
    if (!drawn.insert(random.below(i + 1)).second) drawn.insert(i);
  sites.assign(drawn.begin(), drawn.end());
  return sites;
}

}  // namespace sunfleck
