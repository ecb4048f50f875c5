#pragma once

#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "core/check/crash_subject.h"
#include "core/check/injector.h"
#include "core/check/run_trace.h"

namespace sunfleck {

// The places of a power cycle at which its power can fail: before each write, after it, after each
// of its bytes but the last, and while the board sleeps at the end.
class TraceSites {
 public:
  // Only places after the supply reads low for the first time, when it does.
  TraceSites(const RunTrace& trace, std::uint64_t low);

  std::uint64_t size() const { return begins_.back() + 1; }
  PowerFailure operator[](std::uint64_t index) const;

 private:
  std::uint64_t low_;
  std::size_t first_ = 0;              // write
  std::vector<std::uint64_t> begins_;  // index of the first place of each write, and of the last
};

// The places of all power cycles with which a run can begin: the one in which the supply never
// reads low and, for a board that acts on its supply, one for each reading from which on it is low.
struct CrashSites {
  struct Episode {
    std::uint64_t low = 0;
    std::uint64_t first = 0;  // index of its first site
  };
  std::vector<Episode> episodes;
  std::uint64_t count = 0;
};

CrashSites find_sites(Injector& injector);

// `count` of [0, size) drawn from a seeded stream, in order, none twice; all of them when there are
// not more.
std::vector<std::uint64_t> draw_sites(std::uint64_t size, std::uint64_t count, Random& random);

}  // namespace sunfleck
