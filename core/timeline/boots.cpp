#include "core/timeline/boots.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/timeline/edge_marks.h"

namespace sunfleck {
namespace {

// Records of a boot in a run whose boots are all alike: cut where the boot number changes.
std::vector<Boot> cut_at_boots(std::span<const TimedRecord> records) {
  std::vector<Boot> boots;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const fw_record_header& header = records[i].record.header;
    const bool goes_on = i > 0 && records[i - 1].record.header.boot == header.boot;
    if (!goes_on) boots.push_back({.first = i, .end = i, .is_complete = header.sequence == 0});
    Boot& boot = boots.back();
    if (goes_on && !follows(records[i - 1].record.header, header)) boot.is_complete = false;
    boot.end = i + 1;
  }
  return boots;
}

// The configuration of a run does not change, so one boot record speaks for the boots that lost
// theirs.
void spread_setup(std::span<const TimedRecord> records, std::vector<Boot>& boots) {
  std::optional<fw_boot_record> known;
  for (Boot& boot : boots) {
    for (const TimedRecord& timed : records.subspan(boot.first, boot.end - boot.first)) {
      const fw_record& record = timed.record;
      if (record.header.type == FW_RECORD_BOOT && record.body.boot.ticks_per_second > 0)
        known = record.body.boot;
    }
    if (known) boot.setup = *known;
  }
  // Backwards for those before the first boot record.
  std::optional<fw_boot_record> later;
  for (std::size_t i = boots.size(); i-- > 0;) {
    if (boots[i].setup.ticks_per_second > 0)
      later = boots[i].setup;
    else if (later)
      boots[i].setup = *later;
  }
}

// The power cycle in which a boot's first record was received; the one before, when its ticks began
// before that one had ended: then the record was late.
std::uint32_t power_cycle_of(
    const TimedRecord& first, std::uint32_t ticks_per_second, std::span<const PowerCycle> cycles) {
  const auto after = std::ranges::upper_bound(cycles, first.received, {}, &PowerCycle::on);
  auto cycle = static_cast<std::uint32_t>(std::max<std::ptrdiff_t>(after - cycles.begin(), 1) - 1);
  if (ticks_per_second == 0) return cycle;
  const RunTime began = first.received - ticks_to_time(first.record.header.ticks, ticks_per_second);
  while (cycle > 0 && began < cycles[cycle - 1].off)
    --cycle;
  return cycle;
}

void assign_power_cycles(
    std::span<const TimedRecord> records, std::span<const PowerCycle> cycles,
    std::vector<Boot>& boots) {
  std::uint32_t earliest = 0;
  for (Boot& boot : boots) {
    const std::uint32_t cycle =
        power_cycle_of(records[boot.first], boot.setup.ticks_per_second, cycles);
    boot.power_cycle = std::max(cycle, earliest);
    earliest = boot.power_cycle;
  }
}

constexpr double counter_span = 4294967296.0;

// How often the counter has wrapped when `ticks` of it are seen to pass in `time`; -1 when it is
// seen to go back.
std::int64_t wraps_in(RunTime time, std::uint32_t ticks, std::uint32_t ticks_per_second) {
  const double passed = to_seconds(time).si * ticks_per_second;
  return std::llround(std::clamp((passed - ticks) / counter_span, -1.0, 1e6));
}

// Ticks from a record to the next. They go back a little at the record after LOST, which waited for
// it. A frame whose damage the checksum missed can have any ticks: when they lead the times of
// arrival by more than a second, or go back by as much, those are believed.
std::int64_t step_between(
    const TimedRecord& record, const TimedRecord& next, std::uint32_t ticks_per_second) {
  const RunTime time = std::max(RunTime{}, next.received - record.received);
  const std::uint32_t low = next.record.header.ticks - record.record.header.ticks;
  const std::int64_t step = low + (wraps_in(time, low, ticks_per_second) << 32);
  const double stated = static_cast<double>(step) / ticks_per_second;
  const double seen = to_seconds(time).si;
  if (stated <= seen + 1.0 && stated >= -1.0) return step;
  return static_cast<std::int64_t>(std::min(seen * ticks_per_second, 1e6 * counter_span));
}

// Ticks of the boot's records since its power-up, beyond 2^32.
//
//   began   the board had no power before this
std::vector<std::uint64_t> unwrapped_ticks(
    const Boot& boot, std::span<const TimedRecord> records, RunTime began) {
  const std::uint32_t rate = boot.setup.ticks_per_second;
  const TimedRecord& first = records[boot.first];
  std::int64_t now = first.record.header.ticks;
  if (first.record.header.type != FW_RECORD_BOOT)
    now +=
        std::max<std::int64_t>(0, wraps_in(first.received - began, first.record.header.ticks, rate))
        << 32;
  std::vector<std::uint64_t> ticks;
  ticks.reserve(boot.end - boot.first);
  for (std::size_t i = boot.first; i < boot.end; ++i) {
    if (i > boot.first) now += step_between(records[i - 1], records[i], rate);
    ticks.push_back(static_cast<std::uint64_t>(std::max<std::int64_t>(0, now)));
  }
  return ticks;
}

// What sending record `i` took, where the next record of its boot says so. That was before the next
// event: more than passed until then is none.
std::optional<RunTime> stated_sending(
    const Boot& boot, std::span<const TimedRecord> records, std::size_t i) {
  if (i + 1 >= boot.end) return std::nullopt;
  const fw_record_header& next = records[i + 1].record.header;
  if (!follows(records[i].record.header, next)) return std::nullopt;
  if (next.send_ticks > next.ticks - records[i].record.header.ticks) return std::nullopt;
  const RunTime stated = boot.duration(next.send_ticks);
  if (next.send_ticks < 0xFFFF) return stated;
  return std::max(stated, to_run_time(records[i].on_wire));
}

// Time of one byte: a frame is its payload and four bytes, for all payloads that there are.
RunTime byte_time(const TimedRecord& record) {
  std::uint8_t payload[FW_RECORD_MAX];
  const std::size_t size = fw_record_write(payload, &record.record);
  return to_run_time({record.on_wire.si / static_cast<double>(size + 4)});
}

// When sending ends, one is in the shift register and one behind it.
constexpr int bytes_in_transmitter = 2;

// What the board did between taking the ticks of record `i` and the line, where the next record
// says what sending took.
std::optional<RunTime> time_before_line(
    const Boot& boot, std::span<const TimedRecord> records, std::size_t i) {
  const auto sending = stated_sending(boot, records, i);
  if (!sending) return std::nullopt;
  const RunTime waiting = bytes_in_transmitter * byte_time(records[i]);
  return std::max(RunTime{}, *sending + waiting - to_run_time(records[i].on_wire));
}

// The least of the run.
RunTime least_before_line(std::span<const Boot> boots, std::span<const TimedRecord> records) {
  std::optional<RunTime> least;
  for (const Boot& boot : boots)
    for (std::size_t i = boot.first; i < boot.end && boot.setup.ticks_per_second > 0; ++i)
      if (const auto time = time_before_line(boot, records, i))
        least = std::min(*time, least.value_or(*time));
  return least.value_or(RunTime{});
}

std::vector<ClockMark> marks_of(
    const Boot& boot, std::span<const TimedRecord> records, RunTime began, RunTime least) {
  const std::uint32_t rate = boot.setup.ticks_per_second;
  if (rate == 0) return {};
  const std::vector<std::uint64_t> ticks = unwrapped_ticks(boot, records, began);
  const double line = to_seconds(bytes_in_transmitter * byte_time(records[boot.first])).si;
  const Seconds deviation{std::hypot(line, 1.0 / rate) / std::sqrt(12.0)};
  std::vector<ClockMark> marks;
  marks.reserve(ticks.size());
  for (std::size_t i = boot.first; i < boot.end; ++i) {
    const RunTime before_line = time_before_line(boot, records, i).value_or(least);
    marks.push_back(
        {.clock = ticks_to_time(ticks[i - boot.first], rate),
         .reference = records[i].received - byte_time(records[i]) - before_line,
         .kind = MarkKind::arrival,
         .deviation = deviation});
  }
  return marks;
}

// Gives the boots the clocks that fit their marks; no zero is before its rail's rise.
void place_clocks(
    std::span<const std::vector<ClockMark>> marks, std::span<const PowerCycle> power_cycles,
    Boots& found) {
  const ClockFit fit = fit_clock(marks);
  for (std::size_t i = 0; i < found.boots.size(); ++i) {
    Boot& boot = found.boots[i];
    boot.clock = fit.lines[i];
    const RunTime early = power_cycles[boot.power_cycle].on - boot.zero();
    boot.clock.offset += std::max(0.0, to_seconds(early).si);
  }
  found.clock = fit.drift;
}

}  // namespace

std::vector<PowerCycle> power_cycles_of(std::span<const MarkEdge> edges, RunTime end) {
  std::vector<PowerCycle> cycles;
  const bool begins_on = !edges.empty() && (edges.front().marks & rail_mark) == 0;
  bool is_on = begins_on;
  RunTime on{};
  const auto close = [&](RunTime off, bool outage) {
    if (off > on) cycles.push_back({.on = on, .off = off, .outage = outage});
  };
  for (const MarkEdge& edge : edges) {
    const bool now_on = (edge.marks & rail_mark) != 0;
    if (now_on == is_on || edge.time >= end) continue;
    const RunTime earliest = cycles.empty() ? RunTime{} : cycles.back().off;
    const RunTime time = std::max(edge.time, earliest);
    if (now_on)
      on = time;
    else
      close(time, true);
    is_on = now_on;
  }
  if (is_on) close(end, false);
  return cycles;
}

Boots find_boots(
    std::span<const TimedRecord> records, std::span<const PowerCycle> power_cycles,
    std::span<const MarkEdge> edges, Seconds edge_deviation) {
  if (power_cycles.empty()) return {};
  Boots found{.boots = cut_at_boots(records), .clock = {}};
  spread_setup(records, found.boots);
  assign_power_cycles(records, power_cycles, found.boots);
  std::vector<std::vector<ClockMark>> marks;
  marks.reserve(found.boots.size());
  const RunTime least = least_before_line(found.boots, records);
  for (const Boot& boot : found.boots)
    marks.push_back(marks_of(boot, records, power_cycles[boot.power_cycle].on, least));
  place_clocks(marks, power_cycles, found);
  const auto pairs = edge_marks(found.boots, records, edges, edge_deviation);
  const auto is_paired = [](const std::vector<ClockMark>& of_boot) { return !of_boot.empty(); };
  if (std::ranges::none_of(pairs, is_paired)) return found;
  for (std::size_t i = 0; i < marks.size(); ++i)
    if (is_paired(pairs[i])) marks[i] = pairs[i];
  place_clocks(marks, power_cycles, found);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    double& deviation = found.boots[i].clock.offset_deviation;
    if (is_paired(pairs[i])) deviation = std::hypot(deviation, pairs[i].front().deviation.si);
  }
  return found;
}

std::vector<RunTime> clock_times(const Boot& boot, std::span<const TimedRecord> records) {
  std::vector<RunTime> times;
  for (const std::uint64_t ticks : unwrapped_ticks(boot, records, boot.zero()))
    times.push_back(ticks_to_time(ticks, boot.setup.ticks_per_second));
  return times;
}

std::vector<RecordTime> record_times(const Boot& boot, std::span<const TimedRecord> records) {
  const std::vector<std::uint64_t> ticks = unwrapped_ticks(boot, records, boot.zero());
  std::vector<RecordTime> times;
  times.reserve(ticks.size());
  bool is_stated = false;  // the sending of the record before
  for (std::size_t i = boot.first; i < boot.end; ++i) {
    const RunTime clock = ticks_to_time(ticks[i - boot.first], boot.setup.ticks_per_second);
    RunTime at = boot.clock.to_reference(clock);
    if (!times.empty()) {
      RecordTime& before = times.back();
      if (!is_stated) before.sent = std::max(before.at, std::min(before.sent, at));
      at = std::max(at, before.sent);
    }
    const std::optional<RunTime> sending = stated_sending(boot, records, i);
    is_stated = sending.has_value();
    times.push_back(
        {.at = at,
         .sent = at + sending.value_or(to_run_time(records[i].on_wire)),
         .deviation = to_run_time(boot.clock.uncertainty_at(clock))});
  }
  return times;
}

RunTime Boot::duration(std::uint64_t ticks) const {
  return clock.to_reference(ticks_to_time(ticks, setup.ticks_per_second)) - zero();
}

RunTime ticks_to_time(std::uint64_t ticks, std::uint32_t ticks_per_second) {
  constexpr double longest = 2305843009213693952.0;  // 2^61
  const double time = static_cast<double>(ticks) * 1e9 / ticks_per_second;
  return RunTime(std::llround(std::min(time, longest)));
}

bool follows(const fw_record_header& record, const fw_record_header& next) {
  return record.boot == next.boot &&
      static_cast<std::uint16_t>(record.sequence + 1) == next.sequence;
}

}  // namespace sunfleck
