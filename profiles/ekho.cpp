#include "profiles/ekho.h"

#include <charconv>
#include <cmath>
#include <vector>

#include "profiles/columns.h"
#include "profiles/readings.h"
#include "profiles/text_lines.h"

namespace sunfleck {
namespace {

constexpr std::uint32_t most_doublings = 15;  // 32 769 points a curve

// The first lines of a file.
struct Surface {
  std::uint32_t points = 0;
  double lowest = 0.0;   // V
  double highest = 0.0;  // V
};

std::string_view without_comment(std::string_view line) {
  return trimmed(line.substr(0, line.find('#')));
}

std::optional<std::uint32_t> read_doublings(std::string_view line) {
  std::uint32_t doublings = 0;
  const auto end = std::from_chars(line.data(), line.data() + line.size(), doublings);
  const bool is_whole = end.ec == std::errc{} && end.ptr == line.data() + line.size();
  if (!is_whole || doublings < 1 || doublings > most_doublings) return std::nullopt;
  return doublings;
}

Result<Surface> read_surface(TextLines& lines) {
  const auto first = lines.next_with_data();
  const auto doublings = first ? read_doublings(without_comment(*first)) : std::nullopt;
  if (!doublings)
    return lines.wrong(
        "a whole number of 1 to ", most_doublings, " was wanted, got '", shown(first.value_or("")),
        "'");
  const auto second = lines.next_with_data();
  Fields fields(second ? without_comment(*second) : std::string_view{}, ',');
  const auto low = fields.next();
  const auto high = fields.next();
  if (!low || !high || fields.next())
    return lines.wrong(
        "the lowest and the highest voltage were wanted, got '", shown(second.value_or("")), "'");
  const Surface surface{
      .points = (1U << *doublings) + 1,
      .lowest = TRY(lines.number_in(*low)),
      .highest = TRY(lines.number_in(*high))};
  constexpr double most_voltage = 1e3;
  if (surface.lowest >= 0.0 && surface.highest > surface.lowest && surface.highest <= most_voltage)
    return surface;
  return lines.wrong(
      "ascending voltages of 0 V to 1000 V were wanted, got ", surface.lowest, " V and ",
      surface.highest, " V");
}

// [points * 2], voltages and currents as the file has them.
Status read_curve(
    Readings& readings, const Surface& surface, TextLines& lines, std::string_view line) {
  Fields fields(without_comment(line), ',');
  const RunTime time = TRY(lines.time_in(fields.next().value_or(""), 0));
  std::vector<double> curve;
  curve.reserve(readings.width());
  const double step = (surface.highest - surface.lowest) / (surface.points - 1);
  for (std::uint32_t i = 0; i < surface.points; ++i) {
    const auto current = fields.next();
    if (!current)
      return lines.wrong("a time and ", surface.points, " currents were wanted, got ", i);
    curve.push_back(surface.lowest + i * step);
    curve.push_back(TRY(lines.number_in(*current)));
  }
  if (fields.next())
    return lines.wrong("a time and ", surface.points, " currents were wanted, and here are more");
  return readings.add(lines, time, curve);
}

// Whether the currents were milliamperes; they are amperes after it.
bool in_amperes(Readings& readings) {
  constexpr float most_amperes = 1.0F;
  bool in_milliamperes = false;
  for (std::size_t i = 0; i < readings.size(); ++i)
    for (std::size_t at = 1; at < readings.width(); at += 2)
      in_milliamperes = in_milliamperes || readings.row(i)[at] > most_amperes;
  if (!in_milliamperes) return false;
  for (std::size_t i = 0; i < readings.size(); ++i)
    for (std::size_t at = 1; at < readings.width(); at += 2)
      readings.row(i)[at] /= 1e3F;
  return true;
}

}  // namespace

bool is_ekho(std::string_view text) {
  TextLines lines(text, "");
  const auto first = lines.next_with_data();
  if (!first || !read_doublings(without_comment(*first))) return false;
  const auto second = lines.next_with_data();
  return second && second->find(',') != std::string_view::npos;
}

Result<HarvestProfile> read_ekho(std::string_view text, std::string_view where) {
  TextLines lines(text, where);
  const Surface surface = TRY(read_surface(lines));
  Readings readings(std::size_t{2} * surface.points);
  while (const auto line = lines.next_with_data())
    TRY(read_curve(readings, surface, lines, *line));
  const bool in_milliamperes = in_amperes(readings);
  const std::size_t below = TRY(take_offsets(readings, 1, 2, small_current, where));
  Gridded grid = TRY(gridded(readings, where));
  std::string origin = join(
      "Ekho I-V surface, ", readings.size(), " curves of ", surface.points,
      " points, each held for ", in_seconds(grid.period), "; currents taken as ",
      in_milliamperes ? "milliamperes, since one is above 1" : "amperes, since none is above 1");
  if (below > 0) origin += join("; ", below, " currents below 0 A taken as 0 A");
  origin += grid_note(grid);
  return HarvestProfile{
      .name = {},
      .format = {.kind = HarvestKind::iv_curve, .period = grid.period, .points = surface.points},
      .samples = std::move(grid.samples),
      .origin = std::move(origin)};
}

}  // namespace sunfleck
