#include "profiles/energytrace.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "profiles/columns.h"
#include "profiles/readings.h"
#include "profiles/text_lines.h"

namespace sunfleck {
namespace {

// What had been consumed at a point of time.
struct Record {
  RunTime time;
  double energy;  // nJ, from the first record
};

struct Stamp {
  std::int64_t microseconds;
  std::int64_t nanojoules;
};

std::optional<std::int64_t> whole_number(std::optional<std::string_view> field) {
  constexpr std::int64_t highest = 1'000'000'000'000'000;  // 32 years, or a megajoule
  std::int64_t value = 0;
  if (!field) return std::nullopt;
  const auto end = std::from_chars(field->data(), field->data() + field->size(), value);
  if (end.ec != std::errc{} || end.ptr != field->data() + field->size()) return std::nullopt;
  if (value < 0 || value > highest) return std::nullopt;
  return value;
}

std::optional<Stamp> read_stamp(std::string_view line) {
  Fields fields(line, ' ');
  const auto time = whole_number(fields.next());
  fields.next();  // the filtered current, which may be negative
  const auto voltage = whole_number(fields.next());
  const auto energy = whole_number(fields.next());
  if (!time || !voltage || !energy) return std::nullopt;
  return Stamp{.microseconds = *time, .nanojoules = *energy};
}

Result<std::vector<Record>> read_records(std::string_view text, std::string_view where) {
  TextLines lines(text, where);
  std::vector<Record> records;
  Stamp before{};
  double energy = 0.0;
  while (const auto line = lines.next_with_data()) {
    const std::optional<Stamp> stamp = read_stamp(*line);
    if (!stamp)
      return lines.wrong(
          "us, nA, mV and nJ in whole numbers were wanted, got '", shown(*line), "'");
    if (records.size() == most_samples)
      return lines.wrong("a profile holds at most ", most_samples, " samples, and here is more");
    if (!records.empty()) {
      if (stamp->microseconds <= before.microseconds)
        return lines.wrong(
            "the time ", stamp->microseconds, " us does not come after ", before.microseconds,
            " us of the record before");
      constexpr std::int64_t counter_range = std::int64_t{1} << 32;
      std::int64_t more = stamp->nanojoules - before.nanojoules;
      if (more < -counter_range / 2) more += counter_range;
      if (more < 0)
        return lines.wrong(
            "the energy ", stamp->nanojoules, " nJ is less than ", before.nanojoules,
            " nJ of the record before");
      energy += static_cast<double>(more);
    }
    before = *stamp;
    records.push_back({.time = std::chrono::microseconds(stamp->microseconds), .energy = energy});
  }
  if (records.size() < 2)
    return fail(
        Errc::invalid_argument, where, ": two records or more were wanted, got ", records.size());
  return records;
}

// Means over `count` equal times. What is lost when a mean is rounded to a float goes to the next.
std::vector<float> mean_powers(
    const std::vector<Record>& records, std::size_t count, RunTime period) {
  std::vector<float> powers;
  powers.reserve(count);
  const double nanoseconds = static_cast<double>(period.count());
  double delivered = 0.0;  // nJ; nJ / ns is W
  std::size_t next = 1;
  for (std::size_t i = 1; i <= count; ++i) {
    const RunTime end = records.front().time + static_cast<std::int64_t>(i) * period;
    while (next + 1 < records.size() && records[next].time < end)
      ++next;
    const Record& from = records[next - 1];
    const Record& to = records[next];
    const double part = static_cast<double>((end - from.time).count()) /
        static_cast<double>((to.time - from.time).count());
    const double due = i == count
        ? records.back().energy
        : from.energy + (to.energy - from.energy) * std::clamp(part, 0.0, 1.0);
    powers.push_back(static_cast<float>(std::max(0.0, due - delivered) / nanoseconds));
    delivered += static_cast<double>(powers.back()) * nanoseconds;
  }
  return powers;
}

}  // namespace

bool is_energytrace(std::string_view text) {
  return text.starts_with('#') &&
      (text.find("Energy[nJ]") != std::string_view::npos ||
       text.find("MSP430_EnableEnergyTrace") != std::string_view::npos);
}

Result<HarvestProfile> read_energytrace(std::string_view text, std::string_view where) {
  const std::vector<Record> records = TRY(read_records(text, where));
  const RunTime length = records.back().time - records.front().time;
  const std::size_t count = records.size() - 1;
  const RunTime period = length / static_cast<std::int64_t>(count);
  return HarvestProfile{
      .name = {},
      .format = {.kind = HarvestKind::power, .period = period},
      .samples = mean_powers(records, count, period),
      .origin = join(
          "EnergyTrace log: what a board consumed, not what a source gave; ", records.size(),
          " records of cumulative energy, together ", Joules{records.back().energy * 1e-9},
          ", as means over ", in_seconds(period))};
}

}  // namespace sunfleck
