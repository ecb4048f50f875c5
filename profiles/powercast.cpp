#include "profiles/powercast.h"

#include <array>

#include "profiles/readings.h"
#include "profiles/text_lines.h"

namespace sunfleck {
namespace {

constexpr std::string_view title = "sec RSSI,mW";

Status read_line(Readings& readings, const TextLines& lines, std::string_view line) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos)
    return lines.wrong("seconds, a tab and milliwatts were wanted, got '", shown(line), "'");
  const RunTime time = TRY(lines.time_in(trimmed(line.substr(0, tab)), 0));
  const double power = TRY(lines.number_in(trimmed(line.substr(tab + 1))));
  constexpr double highest = 1e9;  // a megawatt, in milliwatts
  if (!(power >= 0.0 && power <= highest))
    return lines.wrong("a received power of 0 to 1e9 mW was wanted, got ", power, " mW");
  return readings.add(lines, time, std::array{power / 1e3});
}

}  // namespace

bool is_powercast(std::string_view text) {
  TextLines lines(text.substr(0, 64), "");
  const auto line = lines.next();
  return line && trimmed(*line) == title;
}

Result<HarvestProfile> read_powercast(std::string_view text, std::string_view where) {
  TextLines lines(text, where);
  lines.next();
  Readings readings(1);
  while (const auto line = lines.next()) {
    if (trimmed(*line).empty()) continue;
    TRY(read_line(readings, lines, *line));
  }
  Gridded grid = TRY(gridded(readings, where));
  std::string origin = join(
      "Powercast receiver, received RF power of ", readings.size(), " samples at ",
      in_seconds(grid.period),
      "; before rectification, so a rectifier's efficiency curve is to be "
      "assumed");
  origin += grid_note(grid);
  return HarvestProfile{
      .name = {},
      .format = {.kind = HarvestKind::received_power, .resistance = {}, .period = grid.period},
      .samples = std::move(grid.samples),
      .origin = std::move(origin)};
}

}  // namespace sunfleck
