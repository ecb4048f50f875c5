#include "core/timeline/edge_marks.h"

#include <algorithm>
#include <array>
#include <optional>

namespace sunfleck {
namespace {

enum class Change { rise, fall, toggle };

struct Announced {
  std::uint8_t type;  // of the record
  unsigned pin;
  Change change;
};
constexpr std::array announced{
    Announced{FW_RECORD_CHECKPOINT, 1, Change::toggle},
    Announced{FW_RECORD_INFERENCE_BEGIN, 0, Change::rise},
    Announced{FW_RECORD_INFERENCE_END, 0, Change::fall},
};

// The times at which a pin made a change that announces a record. With the rail all pins fall,
// which announces nothing.
std::vector<RunTime> times_of(std::span<const MarkEdge> edges, const Announced& wanted) {
  const std::uint32_t mask = std::uint32_t{1} << (first_pin_mark + wanted.pin);
  std::vector<RunTime> times;
  for (std::size_t i = 1; i < edges.size(); ++i) {
    const bool stays_on = (edges[i - 1].marks & edges[i].marks & rail_mark) != 0;
    const bool was_high = (edges[i - 1].marks & mask) != 0;
    const bool is_high = (edges[i].marks & mask) != 0;
    if (!stays_on || was_high == is_high) continue;
    if (wanted.change == Change::toggle || (wanted.change == Change::rise) == is_high)
      times.push_back(edges[i].time);
  }
  return times;
}

std::optional<RunTime> only_one(std::span<const RunTime> times, RunTime from, RunTime to) {
  const auto first = std::ranges::lower_bound(times, from);
  if (first == times.end() || *first > to) return std::nullopt;
  if (first + 1 != times.end() && *(first + 1) <= to) return std::nullopt;
  return *first;
}

}  // namespace

std::vector<std::vector<ClockMark>> edge_marks(
    std::span<const Boot> boots, std::span<const TimedRecord> records,
    std::span<const MarkEdge> edges, Seconds deviation) {
  std::array<std::vector<RunTime>, announced.size()> times;
  for (std::size_t k = 0; k < announced.size(); ++k)
    times.at(k) = times_of(edges, announced.at(k));
  std::vector<std::vector<ClockMark>> marks(boots.size());
  for (std::size_t b = 0; b < boots.size(); ++b) {
    const Boot& boot = boots[b];
    if (boot.setup.ticks_per_second == 0) continue;
    const std::vector<RunTime> clocks = clock_times(boot, records);
    std::size_t wanted = 0;
    for (std::size_t i = boot.first; i < boot.end; ++i) {
      const auto found =
          std::ranges::find(announced, records[i].record.header.type, &Announced::type);
      if (found == announced.end()) continue;
      ++wanted;
      const RunTime clock = clocks[i - boot.first];
      const RunTime at = boot.clock.to_reference(clock);
      const RunTime within = to_run_time(5.0 * boot.clock.uncertainty_at(clock)) + RunTime(5'000);
      const auto which = static_cast<std::size_t>(found - announced.begin());
      if (const auto edge = only_one(times.at(which), at - within, at + within))
        marks[b].push_back(
            {.clock = clock,
             .reference = *edge,
             .kind = MarkKind::logic_edge,
             .deviation = std::max(deviation, least_edge_deviation)});
    }
    if (marks[b].size() < 2 || 5 * marks[b].size() < 4 * wanted) marks[b].clear();
  }
  return marks;
}

}  // namespace sunfleck
