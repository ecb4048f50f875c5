#include "profiles/powercast.h"

#include <cmath>

#include "profiles/readings.h"
#include "profiles/text_lines.h"

namespace sunfleck {
namespace {

constexpr std::string_view title = "sec RSSI,mW";

Result<Reading> read_line(const TextLines& lines, std::string_view line) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos)
    return lines.wrong("seconds, a tab and milliwatts were wanted, got '", shown(line), "'");
  constexpr double longest = 1e9;  // 32 years
  const double time = TRY(lines.number_in(trimmed(line.substr(0, tab))));
  if (std::abs(time) > longest)
    return lines.wrong("a time of at most 1e9 s was wanted, got ", time, " s");
  const double power = TRY(lines.number_in(trimmed(line.substr(tab + 1))));
  constexpr double highest = 1e9;  // a megawatt, in milliwatts
  if (!(power >= 0.0 && power <= highest))
    return lines.wrong("a received power of 0 to 1e9 mW was wanted, got ", power, " mW");
  // Whole microseconds: what is beyond them is rounding of the decimal stamps.
  const RunTime stamp = std::chrono::microseconds(std::llround(time * 1e6));
  return Reading{.time = stamp, .value = static_cast<float>(power * 1e-3), .line = lines.number()};
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
  std::vector<Reading> readings;
  while (const auto line = lines.next()) {
    if (trimmed(*line).empty()) continue;
    if (readings.size() == most_samples)
      return lines.wrong(
          "a profile holds at most ", most_samples, " samples, and here is one more");
    readings.push_back(TRY(read_line(lines, *line)));
  }
  Gridded grid = TRY(gridded(readings, where));
  std::string origin = join(
      "Powercast receiver, received RF power of ", readings.size(), " samples at ",
      to_seconds(grid.period),
      "; before rectification, so a rectifier's efficiency curve is to be "
      "assumed");
  if (grid.gaps > 0)
    origin += join("; ", grid.gaps, " gaps of together ", to_seconds(grid.missing), " are outages");
  return HarvestProfile{
      .name = {},
      .format = {.kind = HarvestKind::received_power, .resistance = {}, .period = grid.period},
      .samples = std::move(grid.samples),
      .origin = std::move(origin)};
}

}  // namespace sunfleck
