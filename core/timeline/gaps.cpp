#include "core/timeline/gaps.h"

#include <algorithm>

namespace sunfleck {
namespace {

bool says_the_same(const Span& span, const Span& next) {
  return span.activity == next.activity && span.layer == next.layer &&
      span.inference == next.inference && span.power_cycle == next.power_cycle;
}

bool is_placed_by_records(const Span& span) {
  return span.activity != Activity::off && span.activity != Activity::unattributed;
}

}  // namespace

std::vector<Gap> find_gaps(
    std::span<const Boot> boots, std::span<const TimedRecord> records,
    std::span<const RecordTime> times, std::span<const PowerCycle> power_cycles) {
  std::vector<Gap> gaps;
  RunTime before{};  // end of what the records told last
  for (std::size_t b = 0; b < boots.size(); ++b) {
    const Boot& boot = boots[b];
    const fw_record_header& first = records[boot.first].record.header;
    const bool has_clock = boot.setup.ticks_per_second > 0;
    const RunTime on = power_cycles[boot.power_cycle].on;
    const RunTime begin = std::max(before, has_clock ? boot.zero() : on);
    if (b > 0) {
      const unsigned last = records[boot.first - 1].record.header.boot;
      const auto boots_between = static_cast<std::uint16_t>(first.boot - last - 1U);
      if (boots_between > 0) gaps.push_back({.from = before, .to = begin, .boots = boots_between});
      before = begin;
    } else {
      before = on;
    }
    std::uint16_t expected = 0;
    for (std::size_t i = boot.first; i < boot.end; ++i) {
      const fw_record_header& header = records[i].record.header;
      const RunTime at = std::max(before, has_clock ? times[i].at : records[i].received);
      if (const auto missing = static_cast<std::uint16_t>(header.sequence - expected); missing > 0)
        gaps.push_back({.from = before, .to = at, .records = missing});
      before = std::max(at, has_clock ? times[i].sent : at);
      expected = static_cast<std::uint16_t>(header.sequence + 1);
    }
  }
  return gaps;
}

void refuse_short_spans(Timeline& timeline) {
  std::vector<Span> spans;
  spans.reserve(timeline.spans.size());
  for (Span span : timeline.spans) {
    const bool is_short = is_placed_by_records(span) &&
        span.to - span.from < timeline.power_cycles[span.power_cycle].clock_uncertainty;
    if (is_short) {
      ++timeline.refused.spans;
      timeline.refused.time += span.to - span.from;
      span = {
          .from = span.from,
          .to = span.to,
          .inference = span.inference,
          .power_cycle = span.power_cycle};
    }
    if (!spans.empty() && says_the_same(spans.back(), span))
      spans.back().to = span.to;
    else
      spans.push_back(span);
  }
  timeline.spans = std::move(spans);
}

}  // namespace sunfleck
