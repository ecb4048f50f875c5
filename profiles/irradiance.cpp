#include "profiles/irradiance.h"

#include <array>
#include <charconv>

#include "profiles/columns.h"
#include "profiles/readings.h"

namespace sunfleck {
namespace {

// Whether year, month, day, hour, minute and second come next, and nothing after them.
bool is_date_and_time(Fields& fields) {
  struct Range {
    int from, to;
  };
  constexpr std::array<Range, 6> ranges{
      {{1900, 2999}, {1, 12}, {1, 31}, {0, 24}, {0, 59}, {0, 60}}};
  for (const Range range : ranges) {
    const std::string_view field = fields.next().value_or("");
    int value = -1;
    const auto end = std::from_chars(field.data(), field.data() + field.size(), value);
    if (end.ec != std::errc{} || value < range.from || value > range.to) return false;
  }
  return !fields.next();
}

}  // namespace

bool is_irradiance(std::string_view text) {
  TextLines lines(text, "");
  const auto line = lines.next_with_data();
  if (!line) return false;
  Fields fields(*line, ' ');
  const auto time = fields.next();
  const auto light = fields.next();
  return time && light && to_number(*time) && to_number(*light) && is_date_and_time(fields);
}

Result<HarvestProfile> read_irradiance(std::string_view text, std::string_view where) {
  TextLines lines(text, where);
  Readings readings(1);
  while (const auto line = lines.next_with_data()) {
    Fields fields(*line, ' ');
    const RunTime time = TRY(lines.time_in(fields.next().value_or(""), 0));
    const double light = TRY(lines.number_in(fields.next().value_or("")));
    if (!is_date_and_time(fields))
      return lines.wrong(
          "seconds, uW/cm^2, year, month, day, hour, minute and second were wanted, got '",
          shown(*line, 80), "'");
    constexpr double highest = 1e6;  // ten times the sun's light
    if (!(light >= 0.0 && light <= highest))
      return lines.wrong("an irradiance of 0 to 1e6 uW/cm^2 was wanted, got ", light, " uW/cm^2");
    TRY(readings.add(lines, time, std::array{light / 100.0}));
  }
  Gridded grid = TRY(gridded(readings, where));
  return HarvestProfile{
      .name = {},
      .format = {.kind = HarvestKind::irradiance, .period = grid.period},
      .samples = std::move(grid.samples),
      .origin = join(
          "irradiance of a sensor on the move, ", readings.size(), " samples at ",
          in_seconds(grid.period), ", uW/cm^2 read as 0.01 W/m2; a solar panel is to be assumed",
          grid_note(grid))};
}

}  // namespace sunfleck
