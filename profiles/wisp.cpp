#include "profiles/wisp.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "profiles/readings.h"
#include "profiles/text_lines.h"

namespace sunfleck {
namespace {

using namespace literals;

constexpr Ohms load = 30.0_kOhm;

struct Fields {
  std::string_view stamp;
  std::string_view voltage;
};

// Nothing unless there are two.
std::optional<Fields> split(std::string_view line) {
  line = trimmed(line);
  const std::size_t blank = line.find_first_of(" \t");
  if (blank == std::string_view::npos) return std::nullopt;
  const Fields fields{line.substr(0, blank), trimmed(line.substr(blank))};
  if (fields.voltage.find_first_of(" \t") != std::string_view::npos) return std::nullopt;
  return fields;
}

std::optional<std::chrono::milliseconds> read_stamp(std::string_view field) {
  constexpr std::int64_t latest = 1'000'000'000'000;  // 32 years
  std::int64_t count = 0;
  const auto end = std::from_chars(field.data(), field.data() + field.size(), count);
  const bool is_whole = end.ec == std::errc{} && end.ptr == field.data() + field.size();
  if (!is_whole || count < -latest || count > latest) return std::nullopt;
  return std::chrono::milliseconds(count);
}

// The lines of a file, with what was peculiar about them.
struct Recording {
  Readings readings{1};
  std::size_t below_zero = 0;
  std::size_t late_stamps = 0;
};

Status read_line(Recording& recording, const TextLines& lines, std::string_view line) {
  const std::optional<Fields> fields = split(line);
  if (!fields) return lines.wrong("milliseconds and volts were wanted, got '", shown(line), "'");
  const auto stamp = read_stamp(fields->stamp);
  if (!stamp)
    return lines.wrong(
        "a whole number of milliseconds was wanted, got '", shown(fields->stamp), "'");
  constexpr double lowest = -0.1;
  constexpr double highest = 1e3;
  const double volts = TRY(lines.number_in(fields->voltage));
  if (!(volts >= lowest && volts <= highest))
    return lines.wrong("a voltage of -0.1 V to 1000 V was wanted, got ", volts, " V");
  if (volts < 0.0) ++recording.below_zero;
  return recording.readings.add(lines, *stamp, std::array{std::max(0.0, volts)});
}

void correct_late_stamps(Recording& recording) {
  constexpr std::chrono::milliseconds second(1000);
  Readings& readings = recording.readings;
  for (std::size_t i = 1; i + 1 < readings.size(); ++i) {
    const RunTime corrected = readings.time(i) - second;
    const RunTime next = readings.time(i + 1);
    const bool goes_back = next <= readings.time(i);
    if (!goes_back || corrected <= readings.time(i - 1) || corrected >= next) continue;
    readings.time(i) = corrected;
    ++recording.late_stamps;
  }
}

std::string origin_of(const Recording& recording, const Gridded& grid) {
  std::string origin = join(
      "WISP front end, rectified voltage into ", load, ", ", recording.readings.size(),
      " samples at ", in_seconds(grid.period), "; V^2/R is the power that it took");
  origin += grid_note(grid);
  if (recording.late_stamps > 0)
    origin += join("; ", recording.late_stamps, " stamps that were 1 s late set right");
  if (recording.below_zero > 0)
    origin += join("; ", recording.below_zero, " voltages below 0 V taken as 0 V");
  return origin;
}

}  // namespace

bool is_wisp(std::string_view text) {
  TextLines lines(text.substr(0, 256), "");
  const auto line = lines.next();
  if (!line) return false;
  const std::optional<Fields> fields = split(*line);
  return fields && read_stamp(fields->stamp);
}

Result<HarvestProfile> read_wisp(std::string_view text, std::string_view where) {
  TextLines lines(text, where);
  Recording recording;
  while (const auto line = lines.next()) {
    if (trimmed(*line).empty()) continue;
    TRY(read_line(recording, lines, *line));
  }
  correct_late_stamps(recording);
  Gridded grid = TRY(gridded(recording.readings, where));
  std::string origin = origin_of(recording, grid);
  return HarvestProfile{
      .name = {},
      .format = {.kind = HarvestKind::voltage_into_load, .resistance = load, .period = grid.period},
      .samples = std::move(grid.samples),
      .origin = std::move(origin)};
}

}  // namespace sunfleck
