#include "core/timeline/sound_records.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace sunfleck {
namespace {

// A record with what its numbers count to, beyond 2^16.
struct Numbered {
  TimedRecord timed{};
  std::int64_t boot = 0;
  std::int64_t sequence = 0;
};
using Group = std::vector<Numbered>;  // of one boot

// `number` modulo 2^16 that is nearest to `last`.
std::int64_t unwrapped(std::uint16_t number, std::int64_t last) {
  return last + static_cast<std::int16_t>(number - static_cast<std::uint16_t>(last));
}

// Numbers are counted on from the last one that two records in a row agreed on.
std::vector<Numbered> number_boots(std::span<const TimedRecord> records) {
  std::vector<Numbered> numbered;
  numbered.reserve(records.size());
  std::int64_t agreed = records.empty() ? 0 : records.front().record.header.boot;
  for (const TimedRecord& timed : records) {
    const std::int64_t boot = unwrapped(timed.record.header.boot, agreed);
    if (!numbered.empty() && numbered.back().boot == boot) agreed = boot;
    numbered.push_back({.timed = timed, .boot = boot});
  }
  return numbered;
}

// Which of `keys` are in the longest part of them that never falls.
std::vector<bool> longest_rise(const std::vector<std::int64_t>& keys) {
  constexpr std::size_t none = SIZE_MAX;
  std::vector<std::size_t> tails;  // [length - 1] the lowest last key of a rise of that length
  std::vector<std::size_t> before(keys.size(), none);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto tail = std::ranges::upper_bound(
        tails, keys[i], {}, [&keys](std::size_t at) { return keys[at]; });
    if (tail != tails.begin()) before[i] = *(tail - 1);
    if (tail == tails.end())
      tails.push_back(i);
    else
      *tail = i;
  }
  std::vector<bool> is_in(keys.size(), false);
  for (std::size_t i = tails.empty() ? none : tails.back(); i != none; i = before[i])
    is_in[i] = true;
  return is_in;
}

// How often the rail rose after `from` and until `to`.
std::int64_t rises(std::span<const PowerCycle> cycles, RunTime from, RunTime to) {
  const auto upto = [&](RunTime time) {
    return std::ranges::upper_bound(cycles, time, {}, &PowerCycle::on);
  };
  return std::max<std::ptrdiff_t>(0, upto(to) - upto(from));
}

// Whether a boot of one record can come between its neighbours; either may be missing.
bool can_be(
    const Group& boot, const Group* before, const Group* after, std::span<const PowerCycle> cycles) {
  if (boot.size() > 1) return true;
  const Numbered& only = boot.front();
  if (before != nullptr) {
    const Numbered& last = before->back();
    return only.boot - last.boot <= 1 + rises(cycles, last.timed.received, only.timed.received);
  }
  if (after == nullptr) return true;
  const Numbered& next = after->front();
  return next.boot - only.boot <= 1 + rises(cycles, only.timed.received, next.timed.received);
}

std::vector<Group> group_by_boot(
    std::span<const TimedRecord> records, std::span<const PowerCycle> cycles) {
  const std::vector<Numbered> numbered = number_boots(records);
  std::vector<std::int64_t> keys;
  keys.reserve(numbered.size());
  for (const Numbered& one : numbered)
    keys.push_back(one.boot);
  const std::vector<bool> in_order = longest_rise(keys);
  std::map<std::int64_t, Group> boots;
  for (std::size_t i = 0; i < numbered.size(); ++i)
    if (in_order[i]) boots[numbered[i].boot];
  for (const Numbered& one : numbered)
    if (const auto boot = boots.find(one.boot); boot != boots.end()) boot->second.push_back(one);
  std::vector<Group> groups;
  for (auto boot = boots.begin(); boot != boots.end(); ++boot) {
    const auto next = std::next(boot);
    const Group* const before = groups.empty() ? nullptr : &groups.back();
    const Group* const after = next == boots.end() ? nullptr : &next->second;
    if (can_be(boot->second, before, after, cycles)) groups.push_back(boot->second);
  }
  return groups;
}

// What most boot records say; 0 without any.
std::uint32_t ticks_per_second_of(const std::vector<Group>& groups) {
  std::map<std::uint32_t, std::size_t> named;
  for (const Group& group : groups)
    for (const Numbered& one : group)
      if (one.timed.record.header.type == FW_RECORD_BOOT)
        ++named[one.timed.record.body.boot.ticks_per_second];
  named.erase(0);
  const auto most = std::ranges::max_element(
      named, {}, [](const auto& rate_and_count) { return rate_and_count.second; });
  return most == named.end() ? 0 : most->first;
}

void sort_by_sequence(Group& group) {
  std::int64_t last = group.front().timed.record.header.sequence;
  for (Numbered& one : group) {
    one.sequence = unwrapped(one.timed.record.header.sequence, last);
    last = one.sequence;
  }
  std::ranges::stable_sort(group, {}, &Numbered::sequence);
  const auto repeated = std::ranges::unique(group, {}, &Numbered::sequence);
  group.erase(repeated.begin(), repeated.end());
}

// Ticks of the records since the power-up, beyond 2^32, and how far each is ahead of the median of
// what all say with their times of arrival.
struct Ticks {
  std::vector<std::int64_t> count;
  std::vector<double> ahead;  // s
};

Ticks ticks_of(const Group& group, std::uint32_t ticks_per_second) {
  constexpr std::int64_t wrap = std::int64_t{1} << 32;
  const double turn = static_cast<double>(wrap) / ticks_per_second;
  // How far a record's ticks are ahead of the first's, by arrival; within half a turn.
  const TimedRecord& first = group.front().timed;
  const auto ahead_of_first = [&](const TimedRecord& timed) {
    const std::uint32_t passed = timed.record.header.ticks - first.record.header.ticks;
    const double ahead = static_cast<double>(passed) / ticks_per_second -
        to_seconds(timed.received - first.received).si;
    return std::remainder(ahead, turn);
  };
  Ticks ticks;
  for (const Numbered& one : group)
    ticks.ahead.push_back(ahead_of_first(one.timed));
  std::vector<double> sorted = ticks.ahead;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  for (std::size_t i = 0; i < group.size(); ++i) {
    const double seen =
        to_seconds(group[i].timed.received - first.received).si + ticks.ahead[i];
    ticks.count.push_back(std::llround(std::clamp(seen * ticks_per_second, -9e18, 9e18)));
    ticks.ahead[i] = std::remainder(ticks.ahead[i] - *middle, turn);
  }
  return ticks;
}

Group kept(const Group& group, const std::vector<bool>& keep) {
  Group rest;
  for (std::size_t i = 0; i < group.size(); ++i)
    if (keep[i]) rest.push_back(group[i]);
  return rest;
}

// Leaves out records whose ticks cannot be true.
Group with_true_ticks(const Group& group, std::uint32_t ticks_per_second) {
  const auto [first, last] = std::ranges::minmax(
      group, {}, [](const Numbered& one) { return one.timed.received; });
  const double far = 1.0 + 0.01 * to_seconds(last.timed.received - first.timed.received).si;
  std::vector<bool> is_near;
  for (const double ahead : ticks_of(group, ticks_per_second).ahead)
    is_near.push_back(std::abs(ahead) <= far);
  const Group near = kept(group, is_near);
  if (near.empty()) return near;
  std::vector<std::int64_t> ticks = ticks_of(near, ticks_per_second).count;
  for (std::size_t i = 0; i + 1 < near.size(); ++i)
    if (near[i].timed.record.header.type == FW_RECORD_LOST)
      ticks[i] = std::min(ticks[i], ticks[i + 1]);
  return kept(near, longest_rise(ticks));
}

}  // namespace

SoundRecords sound_records(
    std::span<const TimedRecord> records, std::span<const PowerCycle> power_cycles) {
  std::vector<Group> groups = group_by_boot(records, power_cycles);
  const std::uint32_t rate = ticks_per_second_of(groups);
  SoundRecords sound;
  sound.records.reserve(records.size());
  for (Group& group : groups) {
    std::erase_if(group, [rate](const Numbered& one) {
      const fw_record& record = one.timed.record;
      return record.header.type == FW_RECORD_BOOT && record.body.boot.ticks_per_second != rate;
    });
    if (group.empty()) continue;
    sort_by_sequence(group);
    if (rate > 0) group = with_true_ticks(group, rate);
    for (const Numbered& one : group)
      sound.records.push_back(one.timed);
  }
  sound.set_aside = records.size() - sound.records.size();
  return sound;
}

}  // namespace sunfleck
